"""Who has which meeting in their calendar, and what they are told of it.

Each message about one entry bears the same UID; its SEQUENCE is kept here, never taken from a clock.
"""

import secrets
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import links, tokens
from cop.core.db import change, db, insert_new
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.invitations import ical, mails, rules
from cop.invitations.mails import News
from cop.invitations.models import STILL_REQUESTED, CalendarFeed, Invitation, State
from cop.invitations.rules import Withdrawal
from cop.mail import service as mail
from cop.mail.models import MailMessage
from cop.people.models import Person


def invite(
    event: Event,
    person: Person,
    now: datetime,
    *,
    attends: str | None = None,
    promoted: bool = False,
    tell: bool = True,
    by: Person | None = None,
) -> Invitation | None:
    """Put the meeting in the person's calendar and confirm the registration by mail.

    ``attends``: the side of a hybrid meeting they chose. ``promoted``: the seat comes from the waiting list, and the
    mail says so. ``tell`` false writes no mail (a file of past registrations, a person added at the door). ``by``: the
    colleague who gave the person's name and address, which the mail says (GDPR, art. 14). Called again it changes
    nothing. ``None`` for a person without address.
    """
    if not person.email:
        return None
    values = {
        "event_id": event.id,
        "person_id": person.id,
        "uid": new_uid(),
        "sequence": 0,
        "told_sequence": event.calendar_sequence,
        "told_revision": event.calendar_revision,
        "state": State.REQUESTED,
        "partstat": "NEEDS-ACTION",
        "attends": attends,
        "first_message_id": mail.new_message_id() if tell else None,
        "last_told_at": now,
        "created_at": now,
    }
    invitation = insert_new(Invitation, values, key=["event_id", "person_id"], where=STILL_REQUESTED)
    if invitation is None:  # invited already, or the same press arriving twice
        return requested(event.id, person.id)
    if tell:
        mails.confirmation(invitation, now, promoted=promoted, by=by)
    return invitation


_REQUESTED: Final = (
    sa.select(Invitation)
    .where(Invitation.event_id == sa.bindparam("event"), Invitation.person_id == sa.bindparam("person"))
    .where(Invitation.state == State.REQUESTED)
)


def requested(event_id: int, person_id: int) -> Invitation | None:
    """The invitation that is in the person's calendar, if there is one."""
    return db.session.scalar(_REQUESTED, {"event": event_id, "person": person_id})


def side_of(event: Event, person_id: int) -> str | None:
    """Which side of a hybrid event somebody chose, as their calendar has it. Costs nothing for any other event."""
    invitation = requested(event.id, person_id) if event.mode == "hybrid" else None
    return invitation.attends if invitation else None


def new_uid() -> str:
    """Unguessable, for a UID stands in for the person who answers; made once, from nothing that may change."""
    return f"{secrets.token_hex(16)}@{links.public_host()}"


def withdraw(event: Event, person: Person, reason: str, now: datetime) -> bool:
    """Take the meeting out of one person's calendar: they cancelled, or were taken off (``Withdrawal``)."""
    why = Withdrawal(reason)
    invitation = requested(event.id, person.id)
    if invitation is None or not _claim(invitation, now, state=State.CANCELLED, sequence=invitation.sequence + 1):
        return False
    # A confirmation that never left: no calendar holds what would have to be taken out.
    told = not mail.cancel(mails.confirmation_key(invitation)) and invitation.first_message_id is not None
    mails.withdrawal(invitation, why, now, told=told)
    return True


def tell_change(invitation: Invitation, now: datetime) -> bool:
    """Tell one person what their meeting has become; true when they were behind and are told now."""
    event = invitation.event
    if invitation.state != State.REQUESTED:
        return False
    if event.status in event_rules.OFF:
        return _tell_cancellation(invitation, now)
    news = news_for(invitation)
    if news is None:
        return False
    sequence = rules.told_sequence(invitation.sequence, invitation.told_sequence, event.calendar_sequence)
    if not _claim(invitation, now, sequence=sequence):
        return False
    _begins_with(invitation, mails.update(invitation, now, news))
    return True


def _begins_with(invitation: Invitation, message: MailMessage | None) -> None:
    """The first mail of somebody nobody had written to: later ones refer to it."""
    if message and not invitation.first_message_id:
        invitation.first_message_id = message.message_id


def change_side(event: Event, person: Person, attends: str, now: datetime) -> bool:
    """From the room to the screen of a hybrid meeting, or back: the same entry, with another place; told at once.

    The place is of what raises the SEQUENCE: some programs pass over an update that does not.
    """
    invitation = requested(event.id, person.id)
    if invitation is None or invitation.attends == attends:
        return False
    invitation.attends = attends
    db.session.flush()
    if event.mode != "hybrid" or event.status in event_rules.OFF:
        return False
    news = news_for(invitation) or News(plans_changed=False)
    if not _claim(invitation, now, sequence=invitation.sequence + 1):
        return False
    _begins_with(invitation, mails.other_side(invitation, now, news))
    return True


def news_for(invitation: Invitation) -> News | None:
    """What this person has not been told of yet."""
    event = invitation.event
    changes = event.calendar_sequence - invitation.told_sequence
    if changes <= 0 and event.calendar_revision <= invitation.told_revision:
        return None
    called_off = [
        (half_day, half_day.cancellation_reason)
        for half_day in ical.off(event)
        if (half_day.cancelled_sequence or 0) > invitation.told_sequence
    ]
    # Each half-day called off raised the counter once; what is beyond concerns the rest.
    return News(plans_changed=changes > len(called_off), called_off=called_off)


def tell_nobody(event: Event, *, actor: Actor) -> int:
    """Let a mere correction go untold: calendars take it in with the next change, if there is one.

    Whoever holds another date, hour, place or link is told all the same. Returns how many are spared a mail.
    """
    spared = change(
        sa.update(Invitation)
        .where(
            Invitation.event_id == event.id,
            Invitation.state == State.REQUESTED,
            Invitation.told_sequence == event.calendar_sequence,
            Invitation.told_revision < event.calendar_revision,
        )
        .values(told_revision=event.calendar_revision)
        .execution_options(synchronize_session=False)
    )
    activity.record(actor, "event.told_nobody", event, people=spared)
    return spared


def invite_again(event: Event, person: Person, now: datetime, *, attends: str | None = None) -> Invitation | None:
    """The meeting was postponed and has its date now. The seat was kept, the entry in the calendar was not: programs
    do not all bring a cancelled one back, so this is another."""
    invitation = invite(event, person, now, attends=attends, tell=False)
    if invitation is None or invitation.first_message_id:
        return None
    invitation.first_message_id = mail.new_message_id()
    mails.new_date(invitation, now)
    return invitation


def _tell_cancellation(invitation: Invitation, now: datetime) -> bool:
    if not _claim(invitation, now, state=State.CANCELLED, sequence=invitation.sequence + 1):
        return False
    if invitation.event.status == event_rules.POSTPONED:
        mails.postponement(invitation, now)
    else:
        mails.cancellation(invitation, now)
    return True


def _claim(invitation: Invitation, now: datetime, **values: Any) -> bool:
    """Write what is told now, unless another worker did meanwhile: the change told is what the row held before."""
    event = invitation.event
    statement = (
        sa.update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.state == State.REQUESTED,
            Invitation.told_sequence == invitation.told_sequence,
            Invitation.told_revision == invitation.told_revision,
        )
        .values(
            told_sequence=event.calendar_sequence, told_revision=event.calendar_revision, last_told_at=now, **values
        )
        .execution_options(synchronize_session=False)
    )
    if not change(statement):
        return False
    db.session.refresh(invitation)
    return True


# --- Feeds --------------------------------------------------------------------------------------


def open_feed(person: Person, now: datetime) -> str:
    """A new secret address for the person's calendar; the one before stops working. Shown once, kept as a digest."""
    token = secrets.token_urlsafe(24)
    feed = db.session.scalar(sa.select(CalendarFeed).where(CalendarFeed.person_id == person.id))
    if feed is None:
        feed = CalendarFeed(person_id=person.id)
        db.session.add(feed)
    feed.token_hash, feed.created_at, feed.revoked_at = tokens.digest(token), now, None
    db.session.flush()
    return links.absolute_url("invitations.personal_feed", token=token)


def revoke_feed(person: Person, now: datetime) -> bool:
    statement = (
        sa.update(CalendarFeed)
        .where(CalendarFeed.person_id == person.id, CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return change(statement) > 0
