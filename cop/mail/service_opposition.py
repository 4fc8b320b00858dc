"""Opposing a kind of mail, and wanting it again."""

from datetime import datetime

import sqlalchemy as sa

from cop.core.db import db, insert_if_absent
from cop.mail.models import MailMessage, Opposition, Status
from cop.mail.queries_opposition import address_hash
from cop.mail.rules import OPPOSED


def oppose(category: str, fingerprint: str, person_id: int | None, now: datetime) -> bool:
    """No mail of this kind leaves any more, those that wait included; false when it was so already."""
    people = db.metadata.tables["person"]  # a record that was never confirmed may be gone since the mail
    known = db.session.scalar(sa.select(people.c.id).where(people.c.id == person_id)) if person_id else None
    values = {"category": category, "address_hash": fingerprint, "person_id": known, "created_at": now}
    fresh = insert_if_absent(Opposition, values, key=["address_hash", "category"])
    if known and not fresh:
        mine = sa.update(Opposition).filter_by(category=category, address_hash=fingerprint, person_id=None)
        db.session.execute(mine.values(person_id=known))
    _hold_back(category, fingerprint)
    return fresh


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
    if person_id:
        theirs.append(Opposition.person_id == person_id)
    db.session.execute(sa.delete(Opposition).where(Opposition.category == category, sa.or_(*theirs)))
