"""Taking the answers people give in their calendar: found by UID, checked, applied once, in their order."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from cop.core.db import change, db
from cop.events.rules import PUBLISHED
from cop.invitations import answers, mails, rules_answers
from cop.invitations.models import Invitation, State
from cop.invitations.rules_answers import Known, Said, Verdict
from cop.mail import service_inbox as inbox
from cop.mail.models_inbox import InboxMail, InboxState
from cop.mail.reading import Kind

# Somebody's program that answers by itself must not make ours write without end.
_ASK_AGAIN_EVERY: Final = timedelta(hours=24)


def due(_now: datetime) -> list[int]:
    """Mails with an answer, or another time proposed, that nobody has looked at."""
    kinds = (Kind.ANSWER, Kind.COUNTER)
    found = sa.select(InboxMail.id).where(InboxMail.state == InboxState.NEW, InboxMail.kind.in_(kinds))
    return list(db.session.scalars(found.order_by(InboxMail.id)))


def take(mail_id: int, now: datetime) -> None:
    """Deal with one mail: its answer is applied, or it is put aside with the reason."""
    mail = db.session.get(InboxMail, mail_id)
    if mail is None or mail.state != InboxState.NEW:
        return
    try:
        answer = answers.read(mail.calendar or b"")
    except answers.Unreadable as error:
        inbox.settle(mail, InboxState.ASIDE, error.why)
        return
    invitation = db.session.scalar(sa.select(Invitation).where(Invitation.uid == answer.uid))
    if invitation is None:
        # A stranger, or an invitation somebody passed on: nothing of ours to be found out by trying.
        inbox.settle(mail, InboxState.DROPPED, "unknown_uid")
        return
    mail.event_id = invitation.event_id
    said = Said(answer.attendee, mail.sender, answer.partstat, answer.sequence, min(answer.made_at, mail.received_at))
    verdict, reason = rules_answers.judge(said, _known(invitation, now))
    if said.attendee == said.sender == _address(invitation):
        mail.person_id = invitation.person_id
    if mail.kind == Kind.COUNTER:
        inbox.settle(mail, InboxState.ASIDE, "counter")  # never applied: the organiser decides
        return
    _apply(mail, invitation, said, verdict, reason, now)


def _apply(mail: InboxMail, invitation: Invitation, said: Said, verdict: Verdict, reason: str, now: datetime) -> None:
    if verdict is Verdict.APPLY:
        applied = _note(invitation, said, now)
        inbox.settle(mail, InboxState.DONE if applied else InboxState.DROPPED, "" if applied else "older_answer")
    elif verdict is Verdict.ASK_AGAIN:
        if not mail.automatic:
            _ask_again(invitation, now)
        inbox.settle(mail, InboxState.DROPPED, reason)
    else:
        inbox.settle(mail, InboxState.ASIDE if verdict is Verdict.ASIDE else InboxState.DROPPED, reason)


def _known(invitation: Invitation, now: datetime) -> Known:
    return Known(
        address=_address(invitation),
        requested=invitation.state == State.REQUESTED,
        over=invitation.event.ends_at <= now,
        sequence=invitation.sequence,
        answered_sequence=invitation.answered_sequence,
        answered_at=invitation.answered_at,
    )


def _address(invitation: Invitation) -> str:
    return (invitation.person.email or "").lower()


def _note(invitation: Invitation, said: Said, now: datetime) -> bool:
    """Keep the answer, unless a newer one is kept meanwhile."""
    newer = sa.or_(
        Invitation.answered_at.is_(None),
        Invitation.answered_sequence < said.sequence,
        Invitation.answered_at < said.made_at,
    )
    statement = (
        sa.update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.state == State.REQUESTED, newer)
        .values(
            partstat=said.partstat,
            answered_sequence=said.sequence,
            answered_at=said.made_at,
            answer_taken_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    done = change(statement) > 0
    db.session.refresh(invitation)
    return done


def vouch(mail: InboxMail, invitation: Invitation, answer: answers.Answer, now: datetime) -> bool:
    """Take an answer that came from another address, because somebody knows whose it is. False: a newer one is kept."""
    said = Said(_address(invitation), _address(invitation), answer.partstat, answer.sequence, mail.received_at)
    verdict, _reason = rules_answers.judge(said, _known(invitation, now))
    if verdict is not Verdict.APPLY or not _note(invitation, said, now):
        return False
    mail.person_id = invitation.person_id
    inbox.settle(mail, InboxState.DONE, "by_hand")
    return True


def said_perhaps(invitation: Invitation | None, now: datetime) -> bool:
    """Whether the person answered « perhaps » in their calendar to a meeting still to come."""
    return (
        invitation is not None
        and invitation.partstat == answers.Partstat.TENTATIVE
        and invitation.event.status == PUBLISHED
        and invitation.event.ends_at > now
    )


def say_yes(invitation: Invitation, now: datetime) -> bool:
    """Yes, said on the site after « perhaps » in the calendar, which is told: a REQUEST with the new PARTSTAT does it.

    An older answer that arrives late is then behind this one.
    """
    said = Said(_address(invitation), _address(invitation), answers.Partstat.ACCEPTED, invitation.sequence, now)
    if not said_perhaps(invitation, now) or not _note(invitation, said, now):
        return False
    mails.said_yes(invitation, now)
    return True


def decline_counter(mail: InboxMail, invitation: Invitation, now: datetime) -> None:
    """Tell the person that the date they proposed is not taken."""
    mails.counter_declined(invitation, now, number=mail.id)
    inbox.settle(mail, InboxState.DONE, "date_kept")


def _ask_again(invitation: Invitation, now: datetime) -> None:
    """The answer is to a date that has changed since: the present invitation is sent once more."""
    if now - invitation.last_told_at >= _ASK_AGAIN_EVERY or invitation.asked_again_sequence < invitation.sequence:
        invitation.asked_again_sequence = invitation.sequence
        invitation.last_told_at = now
        db.session.flush()
        mails.asked_again(invitation, now)
