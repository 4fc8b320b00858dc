"""The mails of the waiting list; those of a seat are the invitation's."""

from datetime import datetime
from typing import Any

from cop.core import clock, formats, links, tokens
from cop.core.i18n import speaking
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.invitations import ical
from cop.invitations import mails as invitations
from cop.mail import service as mail
from cop.mail.models import Category, MailMessage
from cop.registrations import queries_seats
from cop.registrations.models import Registration
from cop.registrations.rules_seats import Seats


def waitlisted(registration: Registration, seats: Seats | None = None) -> None:
    """No seat is left for you: your place in line, and what happens next."""
    standing = queries_seats.standing(registration, seats)
    _send(
        registration,
        "waitlisted",
        registration.queued_at,
        position=standing.position if standing else 1,
        group=standing.group if standing else "",
        asks=bool(registration.event.offer_hours),
        **_given_by(registration),
    )


def offer(registration: Registration) -> None:
    """A seat is yours until such an hour, if you want it. The first mail of all, when one was free from the start."""
    _send(registration, "offer", registration.offered_at, **_until(registration), **_given_by(registration))


def _given_by(registration: Registration) -> dict[str, str]:
    """The colleague the name and address came from (GDPR, art. 14); empty for whoever registered themselves."""
    by = registration.registered_by
    return {"by": by.full_name if by else "", "rights": links.absolute_url("host.privacy")}


def _until(registration: Registration) -> dict[str, str]:
    """The end of the offer; empty for whoever has none."""
    zone, until = registration.event.zone, registration.offer_expires_at
    if until is None:
        return {"until_day": "", "until_hour": ""}
    with speaking(registration.person.language):
        return {"until_day": formats.date_day(until, zone), "until_hour": formats.hour(until, zone)}


def offer_expired(registration: Registration) -> None:
    """The seat went to the next in line; how to come back."""
    _send(registration, "offer_expired", registration.cancelled_at)


def offer_declined(registration: Registration, *, by_person: bool) -> None:
    _send(registration, "offer_declined", registration.cancelled_at, by_person=by_person)


def left_waiting_list(registration: Registration, *, by_person: bool) -> None:
    _send(registration, "left_waiting_list", registration.cancelled_at, by_person=by_person)


def event_cancelled(registration: Registration) -> None:
    """The meeting you waited for, or whose new date you waited for, does not take place."""
    values = {"reason": registration.event.cancellation_reason, "agenda": links.absolute_url("events.agenda")}
    _send(registration, "event_cancelled", None, seated=registration.status == "confirmed", **values)


def event_postponed(registration: Registration) -> None:
    """The meeting you wait for has no date for now; your place in line is kept, or the seat you were offered."""
    event = registration.event
    key = f"registration:{registration.id}:event_postponed:{event.calendar_sequence}"
    offered = registration.status == "offered"
    _enqueue(registration, "event_postponed", key, reason=event.cancellation_reason, offered=offered)


def new_date(registration: Registration) -> None:
    """The meeting that was put off has its date: where you stand, or until when the seat you were offered is yours."""
    event, standing = registration.event, queries_seats.standing(registration)
    values = {
        "position": standing.position if standing else 1,
        "group": standing.group if standing else "",
        "asks": bool(event.offer_hours),
        **_until(registration),
    }
    _send(registration, "new_date", event.published_at, **values)


def again(registration: Registration, now: datetime) -> None:
    """You were registered already: where you stand, and your link. Once a day."""
    key = f"registration:{registration.id}:again:{clock.local_date(now)}"
    _enqueue(registration, "again", key, status=registration.status)


def told_again(registration: Registration, now: datetime) -> bool:
    """Where you stand, and your link, because you asked those who run the meeting. Once an hour."""
    key = f"registration:{registration.id}:told_again:{now:%Y%m%d%H}"
    return _enqueue(registration, "told_again", key, status=registration.status) is not None


def members_only(event: Event, email: str, given_name: str, locale: str, now: datetime) -> None:
    """The address is not a member's: said there, and on no page. Once a day."""
    with speaking(locale):
        when = formats.period(event.starts_at, event.ends_at, event.zone)
        day = formats.date_day(event.starts_at, event.zone)
    mail.enqueue(
        key=f"registration:{event.id}:members_only:{tokens.digest(email)[:24]}:{clock.local_date(now)}",
        kind="registrations.members_only",
        category=Category.SERVICE,
        recipient=email,
        recipient_name=given_name,
        template="registrations/mail/members_only",
        values={
            "given_name": given_name,
            "title": event.title,
            "day": day,
            "when": when,
            "join": links.absolute_url("joining.member"),
        },
        locale=locale,
        event_id=event.id,
        expires_at=event.ends_at,
    )


def _send(registration: Registration, name: str, moment: datetime | None, **values: Any) -> None:
    stamp = f":{moment.timestamp():.6f}" if moment else ""
    _enqueue(registration, name, f"registration:{registration.id}:{name}{stamp}", **values)


def _enqueue(registration: Registration, name: str, key: str, **values: Any) -> MailMessage | None:
    event, person = registration.event, registration.person
    if not person.email:
        return None
    with speaking(person.language):
        facts = {
            "given_name": person.given_name,
            "title": event.title,
            "day": formats.date_day(event.starts_at, event.zone),
            "when": formats.period(event.starts_at, event.ends_at, event.zone),
            "place": ical.location_of(event),
            "event_page": ical.page_of(event),
            "page": invitations.personal_page(event, person),
        }
    return mail.enqueue(
        key=key,
        kind=f"registrations.{name}",
        category=Category.SERVICE,
        recipient=person.email,
        recipient_name=person.full_name,
        template=f"registrations/mail/{name}",
        values={**facts, **values},
        locale=person.language,
        person_id=person.id,
        event_id=event.id,
        # The date of what is put off or given up may be past: it is told all the same.
        expires_at=None if event.status in event_rules.OFF else event.ends_at,
    )


def token_of(registration: Registration) -> str:
    """The last part of the personal page's address."""
    return tokens.sign("registration", f"{registration.event_id}:{registration.person_id}")
