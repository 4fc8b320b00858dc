"""From an event to the calendar objects sent, fed and downloaded."""

from datetime import datetime

import sqlalchemy as sa

from cop.core import formats, links
from cop.core.clock import local_date
from cop.core.db import db
from cop.core.i18n import DEFAULT_LANGUAGE, _, speaking
from cop.core.settings import current_settings
from cop.events import rules as event_rules
from cop.events.models import Event, HalfDay
from cop.invitations import objects, rules, timezones
from cop.invitations.models import Invitation
from cop.invitations.objects import Entry, Mailbox
from cop.mail import service as mail
from cop.people.models import Person


def entry_for(
    event: Event,
    uid: str,
    *,
    sequence: int,
    created_at: datetime,
    language: str,
    registered: bool,
    attends: str | None = None,
) -> Entry:
    """The calendar entry of an event. ``registered``: who reads it may know the link of the on-line room. ``attends``:
    the side of a hybrid one they take; none for both."""
    with speaking(language):
        return Entry(
            uid=uid,
            sequence=sequence,
            timing=timing_of(event),
            zone=event.zone,
            title=event.title,
            description=_description(event, room_of(event, attends) if registered else ""),
            location=location_of(event, attends),
            url=page_of(event),
            organizer=Mailbox(*mail.sender()),
            created_at=created_at,
            changed_at=event.changed_at,
            cancelled=event.status in event_rules.OFF,
            answers_are_read=bool(current_settings().inbox_server),
        )


def entry_told(invitation: Invitation, sequence: int) -> Entry:
    return entry_for(
        invitation.event,
        invitation.uid,
        sequence=sequence,
        created_at=invitation.created_at,
        language=invitation.person.language,
        registered=True,
        attends=invitation.attends,
    )


def request_for(invitation: Invitation, now: datetime) -> str:
    entry = entry_told(invitation, invitation.sequence)
    return objects.request(entry, guest(invitation.person), invitation.partstat, now)


def cancel_for(invitation: Invitation, now: datetime, *, whole_event: bool) -> str:
    entry = entry_told(invitation, invitation.sequence)
    return objects.cancel(entry, guest(invitation.person), now, whole_event=whole_event)


def decline_counter_for(invitation: Invitation, now: datetime) -> str:
    entry = entry_told(invitation, invitation.sequence)
    return objects.decline_counter(entry, guest(invitation.person), now)


def file_for(event: Event, uid: str, *, language: str | None = None) -> str:
    """The file a registered person downloads; ``uid`` is their invitation's, so it makes no second entry."""
    told = db.session.scalar(sa.select(Invitation).where(Invitation.uid == uid))
    entry = entry_for(
        event,
        uid,
        sequence=current_sequence(told) if told else event.calendar_sequence,
        created_at=told.created_at if told else event.created_at,
        language=language or (told.person.language if told else DEFAULT_LANGUAGE),
        registered=True,
        attends=told.attends if told else None,
    )
    return objects.publish([entry])


def current_sequence(invitation: Invitation) -> int:
    """The SEQUENCE of the entry as it is now, even if the person was not told yet."""
    current = invitation.event.calendar_sequence
    return rules.told_sequence(invitation.sequence, invitation.told_sequence, current)


def guest(person: Person) -> Mailbox:
    return Mailbox(person.full_name, person.email or "")


def timing_of(event: Event) -> rules.Timing:
    spans = [rules.Span(half_day.starts_at, half_day.ends_at) for half_day in event.held_half_days]
    spans = spans or [rules.Span(event.starts_at, event.ends_at)]
    called_off = [local_date(half_day.starts_at, event.zone) for half_day in off(event)]
    return rules.timing(spans, event.zone, may_recur=event.zone.key in timezones.TEXTS, called_off=called_off)


def off(event: Event) -> list[HalfDay]:
    """The half-days called off of an event that is held for the rest."""
    return [half_day for half_day in event.half_days if half_day.cancelled_at is not None]


def room_of(event: Event, attends: str | None = None) -> str:
    """The link of the on-line room; empty for whoever comes to the other one."""
    return "" if event.mode == "hybrid" and attends == "onsite" else event.online_url


def location_of(event: Event, attends: str | None = None) -> str:
    """Where it is held; ``attends``: for whoever takes this side of a hybrid one."""
    place = [event.venue_name, event.venue_address, event.commune.name if event.commune else ""]
    # The address often ends with the commune already.
    parts = [part for i, part in enumerate(place) if part and not any(part in other for other in place[:i])]
    if event.mode == "online" or (event.mode == "hybrid" and attends == "online"):
        return _("Online")
    if event.mode == "hybrid" and attends is None:
        parts.append(_("and online"))
    return ", ".join(parts)


def page_of(event: Event) -> str:
    return links.absolute_url("registrations.event_page", slug=event.slug)


def _description(event: Event, room: str) -> str:
    """What every program shows as it is: CONFERENCE and other ways to give the link are not shown by most."""
    paragraphs = [event.summary.strip()]
    if len(event.half_days) > 1:
        called_off = [_("Does not take place: %(when)s", when=_hours(half_day, event)) for half_day in off(event)]
        paragraphs.append("\n".join([*timetable(event), *called_off]))
    if event.programme.strip():
        paragraphs.append(event.programme.strip())
    if room:
        paragraphs.append(_("To join online: %(address)s", address=room))
    paragraphs.append(_("All about this meeting: %(address)s", address=page_of(event)))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def timetable(event: Event, without: HalfDay | None = None) -> list[str]:
    """One line for each half-day that is held, ``without`` one that is about to be called off."""
    return [_hours(half_day, event) for half_day in event.held_half_days if half_day is not without]


def _hours(half_day: HalfDay, event: Event) -> str:
    return formats.period(half_day.starts_at, half_day.ends_at, event.zone)
