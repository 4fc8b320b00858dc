"""The reminder of an event, to one registered person."""

from datetime import datetime, time, timedelta
from typing import Any, Final

from cop.core import clock, formats, links
from cop.core.i18n import label, language, speaking
from cop.events.models import Event, EventKind, HalfDay
from cop.invitations import ical
from cop.invitations import mails as invitations
from cop.invitations import service as invitation
from cop.mail import service as mail
from cop.mail.composition import Words
from cop.mail.models import Category, MailMessage
from cop.registrations import mails as registrations
from cop.registrations.models import Registration
from cop.reminders.models import ReminderRule
from cop.reminders.rules import KIND

TEMPLATE: Final = "reminders/mail/reminder"
SOMEBODY: Final = "Camille"  # whom a preview greets


def reminder(rule: ReminderRule, registration: Registration, key: str, own: str = "") -> MailMessage | None:
    """Worthless once the event has begun, so it is not sent after. ``own``: the event's sentence."""
    event, person = registration.event, registration.person
    page = invitations.personal_page(event, person)
    carpool = links.absolute_url("carpool.show", token=registrations.token_of(registration))
    return mail.enqueue(
        key=key,
        kind=KIND,
        category=Category.REMINDER,
        recipient=person.email or "",
        recipient_name=person.full_name,
        template=TEMPLATE,
        values={
            **_values(rule, event, person.given_name, person.language, page, own, carpool),
            **_where(registration),
        },
        locale=person.language,
        person_id=person.id,
        event_id=event.id,
        expires_at=event.starts_at,
    )


def _where(registration: Registration) -> dict[str, str]:
    """Of a hybrid meeting, the side they chose; nobody drives to a screen."""
    event = registration.event
    attends = invitation.side_of(event, registration.person_id)
    with speaking(registration.person.language):
        said = {"place": ical.location_of(event, attends), "online_url": ical.room_of(event, attends)}
    return {**said, "carpool_page": ""} if attends == "online" else said


def preview(rule: ReminderRule, event: Event, own: str = "") -> Words:
    """As somebody registered for the event would read it, in the language of who looks."""
    values = _values(rule, event, SOMEBODY, language(), ical.page_of(event), own)
    return mail.preview(TEMPLATE, values, language(), Category.REMINDER)


def example(kind: EventKind, now: datetime) -> Event:
    """A meeting of the kind two weeks from now, to see its mails with; it is not kept."""
    day = clock.local_date(now) + timedelta(days=14)
    starts_at = clock.nearest_local(day, time.fromisoformat(kind.starts_at))
    ends_at = starts_at + timedelta(minutes=kind.duration_minutes)
    return Event(
        slug="",
        title=label(kind),
        mode="onsite",
        venue_name="",
        venue_address="",
        online_url="",
        programme="",
        capacity=kind.capacity,
        time_zone=clock.PARIS.key,
        starts_at=starts_at,
        ends_at=ends_at,
        half_days=[HalfDay(starts_at=starts_at, ends_at=ends_at)],
    )


def _values(
    rule: ReminderRule, event: Event, given_name: str, spoken: str, page: str, own: str, carpool: str = ""
) -> dict[str, Any]:
    """No "tomorrow" among the words: a mail held back by a quota may be read the day after.

    ``carpool``: where journeys are shared, if they are; a preview leads to the event's page instead.
    """
    shared = event.carpool and event.mode != "online"
    with speaking(spoken):
        return {
            "given_name": given_name,
            "title": event.title,
            "day": formats.date_day(event.starts_at, event.zone),
            "when": formats.period(event.starts_at, event.ends_at, event.zone),
            "half_days": ical.timetable(event) if len(event.half_days) > 1 else [],
            "place": ical.location_of(event),
            "online_url": event.online_url,
            "programme": event.programme,
            "sentence": "\n\n".join(filter(None, (label(rule, "text"), own))),
            "limited": event.capacity is not None,
            "page": page,
            "cancel_page": f"{page}#cancel",
            "carpool_page": (carpool or ical.page_of(event)) if shared else "",
            "event_page": ical.page_of(event),
        }
