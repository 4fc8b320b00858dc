"""The mails that carry an invitation, its changes and its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cop.core import formats, links, tokens
from cop.core.i18n import speaking
from cop.events import rules_half_days as half_days
from cop.events.models import Event, HalfDay
from cop.invitations import ical
from cop.invitations.models import Invitation
from cop.invitations.rules import Withdrawal
from cop.mail import service as mail
from cop.mail.composition import Words
from cop.mail.mime import Attachment
from cop.mail.models import Category, MailMessage
from cop.people.models import Person


@dataclass(frozen=True, slots=True)
class News:
    """What is new to somebody. ``called_off``: half-days that are not held, with the reason; ``plans_changed``: the
    date, the place or the link of the rest as well. ``leaving_out``: a half-day still held, for a mail shown before."""

    plans_changed: bool
    called_off: Sequence[tuple[HalfDay, str]] = ()
    leaving_out: HalfDay | None = None


def confirmation(
    invitation: Invitation, now: datetime, *, promoted: bool, by: Person | None = None
) -> MailMessage | None:
    """You are registered; with the invitation, to be answered from the calendar itself."""
    name = "promotion" if promoted else "confirmation"
    values = {**_seat(invitation), "by": by.full_name if by else "", "rights": links.absolute_url("host.privacy")}
    return _send(invitation, name, confirmation_key(invitation), now, method="REQUEST", values=values, first=True)


def confirmation_key(invitation: Invitation) -> str:
    return f"invitation:{invitation.id}:confirmed"


def update(invitation: Invitation, now: datetime, news: News) -> MailMessage | None:
    """The meeting changed; ``news`` says what is new to this person."""
    event = invitation.event
    key = f"invitation:{invitation.id}:told:{event.calendar_sequence}.{event.calendar_revision}"
    values = {**_seat(invitation), **_news(invitation, news)}
    return _send(invitation, "update", key, now, method="REQUEST", values=values)


def other_side(invitation: Invitation, now: datetime, news: News) -> MailMessage | None:
    """Somebody goes from the room to the screen, or back; ``news``: what else they had not been told yet."""
    key = f"invitation:{invitation.id}:side:{invitation.sequence}"
    values = {**_seat(invitation), **_news(invitation, news), "online": invitation.attends == "online"}
    return _send(invitation, "other_side", key, now, method="REQUEST", values=values)


def preview_update(invitation: Invitation, news: News) -> Words:
    """The mail about the change as this person will read it, but for the link that is theirs alone."""
    person = invitation.person
    values = {**_seat(invitation, news.leaving_out), **_news(invitation, news), "answers": may_answer(person)}
    values["page"] = values["event_page"]
    return mail.preview("invitations/mail/update", values, person.language, Category.SERVICE)


def _news(invitation: Invitation, news: News) -> dict[str, Any]:
    event = invitation.event
    with speaking(invitation.person.language):
        called_off = [
            {
                "part": half_days.part_of_day(one.starts_at, event.zone),
                "day": formats.date_day(one.starts_at, event.zone),
                "hours": formats.period(one.starts_at, one.ends_at, event.zone),
                "reason": reason,
            }
            for one, reason in news.called_off
        ]
    return {"plans_changed": news.plans_changed, "called_off": called_off}


def cancellation(invitation: Invitation, now: datetime) -> MailMessage | None:
    """The meeting does not take place, for anybody."""
    values = {
        **_facts(invitation),
        "reason": invitation.event.cancellation_reason,
        "agenda": links.absolute_url("events.agenda"),
    }
    key = f"invitation:{invitation.id}:cancelled"
    return _send(invitation, "cancellation", key, now, method="CANCEL", values=values)


def postponement(invitation: Invitation, now: datetime) -> MailMessage | None:
    """The meeting does not take place that day; the seat is kept for the day that is to be told."""
    values = {
        **_facts(invitation),
        "reason": invitation.event.cancellation_reason,
        "page": personal_page(invitation.event, invitation.person),
    }
    key = f"invitation:{invitation.id}:postponed"
    return _send(invitation, "postponement", key, now, method="CANCEL", values=values)


def new_date(invitation: Invitation, now: datetime) -> MailMessage | None:
    """The meeting that was postponed has its date; with a new invitation."""
    key = f"invitation:{invitation.id}:new_date"
    return _send(invitation, "new_date", key, now, method="REQUEST", values=_seat(invitation), first=True)


def withdrawal(invitation: Invitation, reason: Withdrawal, now: datetime, *, told: bool) -> MailMessage | None:
    """The meeting takes place, without this person. ``told`` is false when no calendar ever heard of it."""
    values = {**_facts(invitation), "by_person": reason == Withdrawal.BY_PERSON, "told": told}
    key = f"invitation:{invitation.id}:withdrawn"
    if reason == Withdrawal.BY_CALENDAR:  # the calendar knows already; the way back is what matters
        values = {**_facts(invitation), "page": personal_page(invitation.event, invitation.person)}
        return _send(invitation, "declined", key, now, method="", values=values)
    return _send(invitation, "withdrawal", key, now, method="CANCEL" if told else "", values=values)


def said_yes(invitation: Invitation, now: datetime) -> MailMessage | None:
    """The answer given on the site, for the calendar that holds another one: same SEQUENCE, later DTSTAMP."""
    key = f"invitation:{invitation.id}:said_yes:{now:%Y%m%d%H%M%S}"
    return _send(invitation, "said_yes", key, now, method="REQUEST", values=_seat(invitation))


def asked_again(invitation: Invitation, now: datetime) -> MailMessage | None:
    """The present date, to somebody whose answer was to an older one."""
    key = f"invitation:{invitation.id}:asked:{invitation.sequence}:{now:%Y%m%d}"
    values = {**_seat(invitation), "plans_changed": True, "called_off": []}
    return _send(invitation, "update", key, now, method="REQUEST", values=values)


def counter_declined(invitation: Invitation, now: datetime, *, number: int) -> MailMessage | None:
    """The date stays as it is; the calendar program takes its proposal back (RFC 5546, 3.2.8)."""
    key = f"invitation:{invitation.id}:counter:{number}"
    return _send(invitation, "counter_declined", key, now, method="DECLINECOUNTER", values=_seat(invitation))


def _send(
    invitation: Invitation,
    name: str,
    key: str,
    now: datetime,
    *,
    method: str,
    values: dict[str, Any],
    first: bool = False,
) -> MailMessage | None:
    event, person = invitation.event, invitation.person
    answers = may_answer(person)
    calendar, attachments = None, []
    if answers and method:
        calendar = (_object(invitation, name, method, now), method)
    elif method == "REQUEST":
        # No program asks the organiser for an answer to their own invitation.
        file = ical.file_for(event, invitation.uid).encode()
        attachments.append(Attachment("invite.ics", "application", "ics", file))
    return mail.enqueue(
        key=key,
        kind=f"invitations.{name}",
        category=Category.SERVICE,
        recipient=person.email or "",
        recipient_name=person.full_name,
        template=f"invitations/mail/{name}",
        values={**values, "answers": answers},
        locale=person.language,
        calendar=calendar,
        person_id=person.id,
        event_id=event.id,
        expires_at=max(half_day.ends_at for half_day in event.half_days) if event.half_days else event.ends_at,
        message_id=invitation.first_message_id if first else None,
        in_reply_to=None if first else invitation.first_message_id,
        attachments=attachments,
    )


def _object(invitation: Invitation, name: str, method: str, now: datetime) -> str:
    if method == "DECLINECOUNTER":
        return ical.decline_counter_for(invitation, now)
    if method == "CANCEL":
        return ical.cancel_for(invitation, now, whole_event=name in {"cancellation", "postponement"})
    return ical.request_for(invitation, now)


def may_answer(person: Person) -> bool:
    """Programs give no buttons to the organiser, whose answer would come to themselves."""
    return (person.email or "").lower() != mail.sender()[1].lower()


def _facts(invitation: Invitation, without: HalfDay | None = None) -> dict[str, Any]:
    """``without``: as if this half-day were called off, for a mail shown beforehand."""
    event, person = invitation.event, invitation.person
    held = [half_day for half_day in event.held_half_days if half_day is not without]
    starts_at, ends_at = (held[0].starts_at, held[-1].ends_at) if held else (event.starts_at, event.ends_at)
    with speaking(person.language):
        return {
            "given_name": person.given_name,
            "title": event.title,
            "day": formats.date_day(starts_at, event.zone),
            "when": formats.period(starts_at, ends_at, event.zone),
            "place": ical.location_of(event, invitation.attends),
            "event_page": ical.page_of(event),
        }


def _seat(invitation: Invitation, without: HalfDay | None = None) -> dict[str, Any]:
    event, person = invitation.event, invitation.person
    with speaking(person.language):
        lines = ical.timetable(event, without) if len(event.half_days) > 1 else []
    return {
        **_facts(invitation, without),
        "half_days": lines,
        "online_url": ical.room_of(event, invitation.attends),
        "programme": event.programme,
        "cycle": event.cycle is not None,
        "page": personal_page(event, person),
    }


def personal_page(event: Event, person: Person) -> str:
    """The page where this person sees and cancels this registration, without an account."""
    token = tokens.sign("registration", f"{event.id}:{person.id}")
    return links.absolute_url("registrations.show", token=token)
