"""The mails of the waiting list; those of a seat are the invitation's."""

from datetime import datetime
from typing import Any

from cop.core import clock, formats, links, tokens
from cop.core.i18n import speaking
from cop.invitations import ical
from cop.invitations import mails as invitations
from cop.mail import service as mail
from cop.mail.models import Category
from cop.registrations.models import Registration
from cop.registrations.rules import Status


def waitlisted(registration: Registration, position: int) -> None:
    """No seat is left: your place in line, and what happens next."""
    by = registration.registered_by
    said = {"by": by.full_name if by else "", "rights": links.absolute_url("host.privacy")}
    _send(registration, "waitlisted", registration.queued_at, position=position, **said)


def left_waiting_list(registration: Registration, *, by_person: bool) -> None:
    _send(registration, "left_waiting_list", registration.cancelled_at, by_person=by_person)


def event_cancelled(registration: Registration) -> None:
    """The meeting you waited for does not take place."""
    reason = registration.event.cancellation_reason
    _send(registration, "event_cancelled", None, reason=reason, agenda=links.absolute_url("events.agenda"))


def again(registration: Registration, now: datetime) -> None:
    """You were registered already: where you stand, and your link. Once a day."""
    key = f"registration:{registration.id}:again:{clock.local_date(now)}"
    _enqueue(registration, "again", key, confirmed=registration.status == Status.CONFIRMED)


def _send(registration: Registration, name: str, moment: datetime | None, **values: Any) -> None:
    stamp = f":{moment.timestamp():.6f}" if moment else ""
    _enqueue(registration, name, f"registration:{registration.id}:{name}{stamp}", **values)


def _enqueue(registration: Registration, name: str, key: str, **values: Any) -> None:
    event, person = registration.event, registration.person
    if not person.email:
        return
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
    mail.enqueue(
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
        expires_at=event.ends_at,
    )


def token_of(registration: Registration) -> str:
    """The last part of the personal page's address."""
    return tokens.sign("registration", f"{registration.event_id}:{registration.person_id}")
