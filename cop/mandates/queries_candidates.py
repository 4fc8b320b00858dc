"""Reading candidates, seat by seat."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cop.core.db import db
from cop.core.errors import NotFound
from cop.mandates import rules
from cop.mandates.models import Candidate, MandateKind
from cop.people.models import Person


def open_candidate(person_id: int, kind_id: int) -> Candidate | None:
    statement = sa.select(Candidate).where(
        Candidate.person_id == person_id, Candidate.kind_id == kind_id, Candidate.state.in_(rules.OPEN_STATES)
    )
    found: Candidate | None = db.session.scalar(statement.limit(1))
    return found


def candidate(candidate_id: int) -> Candidate:
    found: Candidate | None = db.session.get(Candidate, candidate_id)
    if found is None or found.person.anonymised_at:
        raise NotFound
    return found


def of_kind(kind_id: int) -> list[Candidate]:
    """Those followed for a seat: still talked with first, then how it ended."""
    still = sa.case((Candidate.state.in_(rules.OPEN_STATES), 0), else_=1)
    statement = (
        sa.select(Candidate)
        .join(Candidate.person)
        .where(Candidate.kind_id == kind_id, Person.anonymised_at.is_(None))
        .options(joinedload(Candidate.person), selectinload(Candidate.steps))
        .order_by(still, Candidate.created_at.desc(), Candidate.id)
    )
    return list(db.session.scalars(statement))


def counts() -> dict[int, int]:
    """How many are being talked with, for each function."""
    statement = sa.select(Candidate.kind_id, sa.func.count()).where(Candidate.state.in_(rules.OPEN_STATES))
    return {row[0]: row[1] for row in db.session.execute(statement.group_by(Candidate.kind_id))}


def elected_kinds() -> list[MandateKind]:
    """The functions one is elected to: those of the bureau and of the board."""
    statement = sa.select(MandateKind).where(
        MandateKind.body.in_((rules.BUREAU, rules.BOARD)), MandateKind.archived.is_(False)
    )
    return list(db.session.scalars(statement.order_by(MandateKind.position, MandateKind.id)))
