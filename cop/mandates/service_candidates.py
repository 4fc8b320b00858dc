"""Candidates for a seat, from the first talk to the vote."""

from datetime import date

from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.mandates import queries_candidates as queries
from cop.mandates import rules, service
from cop.mandates.models import Candidate, CandidateStep, Mandate, MandateKind
from cop.mandates.rules import Terms
from cop.people.models import Person


def approach(person: Person, kind: MandateKind, actor: Actor) -> Candidate:
    """Somebody is thought of for a seat; thought of twice, they are followed once."""
    known = queries.open_candidate(person.id, kind.id)
    if known is not None:
        return known
    candidate = Candidate(person=person, kind=kind, state=rules.APPROACHED, created_at=clock.now())
    db.session.add(candidate)
    _reach(candidate, rules.APPROACHED)
    activity.record(actor, "candidate.approached", candidate)
    return candidate


def move(candidate: Candidate, state: str, next_step: str, next_on: date | None, actor: Actor) -> None:
    """How far the talk has come, and what is next."""
    rules.check_candidate_state(state)
    rules.check_next_step(next_step)
    _refuse_elected(candidate)
    still = state in rules.OPEN_STATES
    candidate.next_step, candidate.next_on = (next_step, next_on if next_step else None) if still else ("", None)
    if state != candidate.state:
        _reach(candidate, state)
        activity.record(actor, "candidate.moved", candidate, state=state)
    db.session.flush()


def elect(candidate: Candidate, terms: Terms, actor: Actor, *, giver: Account | None = None) -> Mandate:
    """Elected: the mandate is made in the same press, and cites the decision."""
    _refuse_elected(candidate)
    if terms.decision_id is None:
        raise Refused(_l("Say which decision elected this person."), "decision_id")
    mandate = service.give(candidate.person, candidate.kind, terms, actor, giver=giver)
    candidate.mandate, candidate.next_step, candidate.next_on = mandate, "", None
    _reach(candidate, rules.ELECTED)
    activity.record(actor, "candidate.moved", candidate, state=rules.ELECTED)
    return mandate


def _refuse_elected(candidate: Candidate) -> None:
    if candidate.state == rules.ELECTED:
        raise Refused(_l("This candidate is elected: change the mandate instead."))


def _reach(candidate: Candidate, state: str) -> None:
    candidate.state = state
    candidate.steps.append(CandidateStep(state=state, on=clock.today()))
    db.session.flush()
