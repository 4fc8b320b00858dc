"""The reminder of an event, to one registered person."""

from typing import Any

from cop.core import formats
from cop.core.i18n import label, speaking
from cop.invitations import ical
from cop.invitations import mails as invitations
from cop.mail import service as mail
from cop.mail.models import Category, MailMessage
from cop.registrations.models import Registration
from cop.reminders.models import ReminderRule
from cop.reminders.rules import KIND


def reminder(rule: ReminderRule, registration: Registration, key: str) -> MailMessage | None:
    """Worthless once the event has begun, so it is not sent after."""
    event, person = registration.event, registration.person
    return mail.enqueue(
        key=key,
        kind=KIND,
        category=Category.REMINDER,
        recipient=person.email or "",
        recipient_name=person.full_name,
        template="reminders/mail/reminder",
        values=_values(rule, registration),
        locale=person.language,
        person_id=person.id,
        event_id=event.id,
        expires_at=event.starts_at,
    )


def _values(rule: ReminderRule, registration: Registration) -> dict[str, Any]:
    """No "tomorrow" among the words: a mail held back by a quota may be read the day after."""
    event, person = registration.event, registration.person
    page = invitations.personal_page(event, person)
    with speaking(person.language):
        return {
            "given_name": person.given_name,
            "title": event.title,
            "day": formats.date_day(event.starts_at, event.zone),
            "when": formats.period(event.starts_at, event.ends_at, event.zone),
            "half_days": ical.timetable(event) if len(event.half_days) > 1 else [],
            "place": ical.location_of(event),
            "online_url": event.online_url,
            "programme": event.programme,
            "sentence": label(rule, "text"),
            "limited": event.capacity is not None,
            "page": page,
            "cancel_page": f"{page}#cancel",
            "event_page": ical.page_of(event),
        }
