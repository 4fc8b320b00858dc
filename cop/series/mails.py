"""The mails that sum a cycle up. The invitation to each seminar is a mail of its own: calendar programs read one entry
in a mail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cop.core import clock, formats, links, tokens
from cop.core.i18n import speaking
from cop.events.models_series import EventSeries
from cop.invitations import ical
from cop.mail import service as mail
from cop.mail.models import Category
from cop.people.models import Person
from cop.registrations.models import Registration
from cop.registrations.rules import Status

Rows = Sequence[Registration]


def registered(series: EventSeries, person: Person, rows: Rows, *, promoted: bool) -> None:
    """A seat at every seminar. ``promoted``: it comes from the waiting list."""
    _send(series, person, rows, "registered", rows[0].confirmed_at, promoted=promoted)


def waitlisted(series: EventSeries, person: Person, rows: Rows, position: int) -> None:
    _send(series, person, rows, "waitlisted", rows[0].queued_at, position=position)


def left_waiting_list(series: EventSeries, person: Person, rows: Rows, *, by_person: bool) -> None:
    _send(series, person, rows, "left_waiting_list", rows[0].cancelled_at, by_person=by_person)


def again(series: EventSeries, person: Person, rows: Rows, now: datetime) -> None:
    """Registered already: where they stand, and their link. Once a day."""
    confirmed = rows[0].status == Status.CONFIRMED
    _send(series, person, rows, f"again:{clock.local_date(now)}", None, confirmed=confirmed)


def _send(series: EventSeries, person: Person, rows: Rows, what: str, moment: datetime | None, **values: Any) -> None:
    if not person.email:
        return
    stamp = f":{moment.timestamp():.6f}" if moment else ""
    name = what.partition(":")[0]
    with speaking(person.language):
        facts = {
            "given_name": person.given_name,
            "title": series.title,
            "seminars": [_line(row) for row in rows],
            "cycle_page": links.absolute_url("series.cycle_page", cycle_slug=series.slug),
            "page": personal_page(series.id, person.id),
        }
    mail.enqueue(
        key=f"cycle:{series.id}:{person.id}:{what}{stamp}",
        kind=f"series.{name}",
        category=Category.SERVICE,
        recipient=person.email,
        recipient_name=person.full_name,
        template=f"series/mail/{name}",
        values={**facts, **values},
        locale=person.language,
        person_id=person.id,
        event_id=rows[0].event_id,
        expires_at=max(row.event.ends_at for row in rows),
    )


def _line(row: Registration) -> str:
    event = row.event
    when = formats.period(event.starts_at, event.ends_at, event.zone)
    place = ical.location_of(event)
    return f"{when} ({place})" if place else when


def personal_page(series_id: int, person_id: int) -> str:
    """Where this person sees and cancels everything, without an account."""
    return links.absolute_url("series.my_cycle", cycle_token=token_of(series_id, person_id))


def token_of(series_id: int, person_id: int) -> str:
    return tokens.sign("cycle", f"{series_id}:{person_id}")
