"""What those who run an event decide about answers that were put aside."""

from datetime import datetime

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.invitations import service_answers
from cop.mail import service_inbox as inbox
from cop.mail.models_inbox import InboxMail, InboxState
from cop.registrations.queries_answers import Aside


def vouch(found: Aside, now: datetime, actor: Actor) -> None:
    """Take the answer as the invited person's: somebody knows that this other address is theirs."""
    if not found.may_be_applied or found.answer is None or found.invitation is None:
        raise Refused(_l("This answer can no longer be taken: it was dealt with, or the registration has ended."))
    if not service_answers.vouch(found.mail, found.invitation, found.answer, now):
        raise Refused(_l("A newer answer of this person was taken in the meantime; this one changes nothing."))
    activity.record(actor, "registration.answer_taken", found.mail, event=found.mail.event_id)


def dismiss(mail: InboxMail, actor: Actor) -> None:
    """Nothing more to do with it; it can be brought back."""
    if mail.state == InboxState.ASIDE:
        inbox.settle(mail, InboxState.DROPPED, f"by_hand:{mail.reason}")
        activity.record(actor, "registration.answer_dismissed", mail, event=mail.event_id)


def bring_back(mail: InboxMail) -> None:
    """Undo a dismissal."""
    by_hand, _, reason = mail.reason.partition(":")
    if by_hand == "by_hand":
        inbox.settle(mail, InboxState.ASIDE, reason)


def keep_the_date(found: Aside, now: datetime, actor: Actor) -> None:
    """Answer a proposal of another time: the date stays (RFC 5546, 3.2.8)."""
    if not found.is_counter or found.invitation is None or found.mail.state != InboxState.ASIDE:
        raise Refused(_l("This proposal was answered already."))
    service_answers.decline_counter(found.mail, found.invitation, now)
    activity.record(actor, "registration.counter_declined", found.mail, event=found.mail.event_id)
