"""Giving mandates, changing them, ending them. Their rights follow in the same transaction."""

from datetime import date

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock, formats
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l, label
from cop.host import queries as host
from cop.mandates import queries, rules, service_rights
from cop.mandates.models import Mandate, MandateKind
from cop.mandates.rules import Terms
from cop.people.models import Person
from cop.territories.models import Territory


def give(person: Person, kind: MandateKind, terms: Terms, actor: Actor, *, giver: Account | None = None) -> Mandate:
    """Entrust somebody with a function. ``giver``: who does it, ``None`` for a command of the server."""
    mandate = Mandate(person=person, kind=kind, created_at=clock.now())
    with db.session.no_autoflush:
        _set(mandate, terms, giver)
        db.session.add(mandate)
    db.session.flush()
    activity.record(actor, "mandate.given", mandate, kind=kind.code)
    service_rights.follow(mandate, actor)
    return mandate


def change(mandate: Mandate, terms: Terms, actor: Actor, *, giver: Account | None = None) -> None:
    """Other dates, places or decision; the rights of the holder change at once."""
    with db.session.no_autoflush:
        _set(mandate, terms, giver)
    db.session.flush()
    activity.record(actor, "mandate.changed", mandate)
    service_rights.follow(mandate, actor)


def end_early(mandate: Mandate, last_day: date, reason: str, actor: Actor) -> None:
    """``last_day`` is the last one on which the mandate and its rights hold."""
    rules.check_end(mandate.starts_on, mandate.ends_on, last_day, reason)
    mandate.ended_on, mandate.end_reason = last_day, reason
    db.session.flush()
    activity.record(actor, "mandate.ended", mandate, reason=reason)
    service_rights.follow(mandate, actor)


def reopen(mandate: Mandate, actor: Actor) -> None:
    """Undo an early end."""
    if mandate.ended_on is None:
        return
    _refuse_twice(mandate, mandate.starts_on, mandate.ends_on, {place.id for place in mandate.territories})
    mandate.ended_on, mandate.end_reason = None, ""
    db.session.flush()
    activity.record(actor, "mandate.reopened", mandate)
    service_rights.follow(mandate, actor)


def remove(mandate: Mandate, actor: Actor) -> None:
    """It was written by mistake: it counts nowhere from now on, and can be put back."""
    if mandate.removed_at is not None:
        return
    mandate.removed_at = clock.now()
    db.session.flush()
    activity.record(actor, "mandate.removed", mandate)
    service_rights.follow(mandate, actor)


def put_back(mandate: Mandate, actor: Actor) -> None:
    if mandate.removed_at is None:
        return
    _refuse_twice(mandate, mandate.starts_on, mandate.last_day, {place.id for place in mandate.territories})
    mandate.removed_at = None
    db.session.flush()
    activity.record(actor, "mandate.put_back", mandate)
    service_rights.follow(mandate, actor)


def _set(mandate: Mandate, terms: Terms, giver: Account | None) -> None:
    kind = mandate.kind
    rules.check_terms(terms, kind.reach)
    places = _territories(terms) if kind.reach == rules.TERRITORY else []
    project_id = terms.project_id if kind.reach == rules.PROJECT else None
    project = queries.project(project_id) if project_id else None
    if giver is not None:
        wanted = {place.id for place in places} or ({project.territory_id} if project else set())
        _check_reach(giver, kind, wanted)
    last_day = mandate.ended_on or terms.ends_on
    mandate.project_id = project_id
    _refuse_twice(mandate, terms.starts_on, last_day, {place.id for place in places})
    if mandate.ended_on is not None:
        rules.check_end(terms.starts_on, terms.ends_on, mandate.ended_on, mandate.end_reason)
    mandate.title, mandate.starts_on, mandate.ends_on = terms.title, terms.starts_on, terms.ends_on
    mandate.territories = places
    mandate.decision = queries.decision(terms.decision_id) if terms.decision_id else None


def _territories(terms: Terms) -> list[Territory]:
    found = list(db.session.scalars(sa.select(Territory).where(Territory.id.in_(terms.territory_ids))))
    if len(found) != len(terms.territory_ids):
        raise Refused(_l("This territory does not exist."), "territory_ids")
    return found


def _check_reach(giver: Account, kind: MandateKind, places: set[int]) -> None:
    if queries.may_give(giver, kind, places):
        return
    field = {rules.TERRITORY: "territory_ids", rules.PROJECT: "project_id"}.get(kind.reach)
    raise Refused(_l("You can give this mandate only where you hold its rights and manage mandates."), field)


def _refuse_twice(mandate: Mandate, starts_on: date, last_day: date | None, places: set[int]) -> None:
    """The same function twice at once would be two lines of the list for one seat: the first one is changed instead.

    The person's row is ours until the end: of two presses, the second sees what the first wrote.
    """
    db.session.execute(sa.select(Person.id).where(Person.id == mandate.person.id).with_for_update())
    for other in queries.same_function(mandate):
        if other is mandate or not rules.overlap(starts_on, last_day, other.starts_on, other.last_day):
            continue
        apart = places.isdisjoint(place.id for place in other.territories) if places else False
        if apart or mandate.project_id != other.project_id:
            continue
        raise Refused(
            _l(
                "%(name)s already holds this mandate (%(kind)s) from %(day)s on, and the two periods overlap. Change "
                "that one rather than adding a second. Nothing was written.",
                name=mandate.person.full_name,
                kind=label(mandate.kind),
                day=formats.date_short(other.starts_on),
            ),
            "starts_on",
        )


def note_export(actor: Actor, lines: int) -> None:
    """A list with names left the application: who took it stays written."""
    organisation = host.current_host()
    if organisation is not None:
        activity.record(actor, "mandate.exported", organisation.root_territory, lines=lines)
