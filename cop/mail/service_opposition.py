"""Opposing a kind of mail, and wanting it again."""

from datetime import datetime

import sqlalchemy as sa

from cop.core.db import db, insert_if_absent
from cop.mail.models import MailMessage, Opposition, Status
from cop.mail.queries_opposition import address_hash
from cop.mail.rules import OPPOSED


def oppose(category: str, fingerprint: str, person_id: int | None, now: datetime) -> bool:
    """No mail of this kind leaves any more, those that wait included; false when it was so already."""
    known = _standing(person_id)
    values = {"category": category, "address_hash": fingerprint, "person_id": known, "created_at": now}
    fresh = insert_if_absent(Opposition, values, key=["address_hash", "category"])
    if known and not fresh:
        mine = sa.update(Opposition).filter_by(category=category, address_hash=fingerprint, person_id=None)
        db.session.execute(mine.values(person_id=known))
    _hold_back(category, fingerprint)
    return fresh


def _standing(person_id: int | None) -> int | None:
    """The record the mail was about, or the one it was merged into since; none once it is gone or erased."""
    people = db.metadata.tables["person"]
    while person_id:
        wanted = sa.select(people.c.anonymised_at, people.c.merged_into_id).where(people.c.id == person_id)
        row = db.session.execute(wanted).one_or_none()
        if row is None or row.anonymised_at is None:
            return person_id if row else None
        person_id = row.merged_into_id
    return None


def _hold_back(category: str, fingerprint: str) -> None:
    """The mails that wait are few; their addresses are compared as the link knows them, by fingerprint."""
    waiting = db.session.execute(
        sa.select(MailMessage.id, MailMessage.recipient).where(
            MailMessage.status == Status.QUEUED, MailMessage.category == category
        )
    )
    theirs = [number for number, recipient in waiting if address_hash(recipient) == fingerprint]
    if theirs:
        db.session.execute(
            sa.update(MailMessage)
            .where(MailMessage.id.in_(theirs), MailMessage.status == Status.QUEUED)
            .values(status=Status.SUPPRESSED, error=OPPOSED)
        )


def want_again(category: str, fingerprint: str, person_id: int | None) -> None:
    """Take an opposition back: from the next mail on; those held back meanwhile stay so."""
    theirs = [Opposition.address_hash == fingerprint]
    if known := _standing(person_id):
        theirs.append(Opposition.person_id == known)
    db.session.execute(sa.delete(Opposition).where(Opposition.category == category, sa.or_(*theirs)))
