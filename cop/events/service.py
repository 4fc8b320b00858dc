"""Creating, changing, publishing, cancelling and copying events."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import (
    queries,
    queries_life,
    rules,
    rules_life,
    service_approval,
    service_questions,
    service_quotas,
    service_team,
)
from cop.events.models import Event, EventKind, HalfDay, Theme
from cop.events.rules import Description, Span

_COPIED: Final = (
    "title", "territory_id", "project_id", "community_id", "mode", "commune_id", "venue_name", "venue_address",
    "venue_access", "online_url", "outside_url", "capacity", "online_capacity", "summary", "programme", "objectives",
    "speakers", "audience", "key_event", "time_zone", "carpool",
)  # fmt: skip
_DOUBLE_PRESS: Final = timedelta(minutes=2)


class EditedMeanwhile(Refused):
    """Somebody else changed the event since the form was opened."""


def create(
    kind: EventKind, description: Description, *, actor: Actor, now: datetime, template: Event | None = None
) -> Event:
    """A draft. Pressed twice, it is made once. ``template``: what it takes along besides its words."""
    rules.check(description)
    rules.check_future(description.half_days, now)
    return _insert(kind, description, actor, now, "event.created", source=template)


def edit(event: Event, description: Description, *, version: int, actor: Actor, now: datetime) -> frozenset[str]:
    """Change what the event says; returns the names of what differs. ``version``: the one the editor was shown."""
    if event.status == rules.CANCELLED:
        raise Refused(_l("A cancelled event is no longer changed: copy it, and publish the copy."))
    if event.closed_at is not None:
        raise Refused(_l("This event is closed, its figures are final: open it again before you change it."))
    rules.check(description)
    _take_version(event, version)
    before = queries.description_of(event)
    changed = rules.changes(before, description)
    if event.status != rules.TEMPLATE:  # its dates are of the past, and only say how half-days follow one another
        _check_half_days(event, before, description, now)
    service_quotas.check_room(event, description)
    if event.status == rules.PUBLISHED and changed & rules.PLANS and event.ends_at > now:
        rules.check_place(description)
    _write(event, description)
    service_questions.follow(event, before.half_days[0].starts_at)
    _note_change(event, changed, now)
    event.detached = event.detached or bool(event.series_id and changed)
    if event.published_at is None and changed & {"title", "half_days"}:
        event.slug = _free_slug(event)
    activity.record(actor, "event.changed", event, fields=sorted(changed))
    db.session.flush()
    return changed


def _check_half_days(event: Event, before: Description, after: Description, now: datetime) -> None:
    """What has begun, or holds what others noted, does not go away with a date."""
    if event.status != rules.POSTPONED:
        rules.check_removal(before.half_days, after.half_days, now)
    rules.check_future(after.half_days, now, kept=before.half_days)
    noted = queries_life.with_data({span.number for span in before.half_days if span.number})
    rules_life.check_noted(before.half_days, after.half_days, noted, event.zone, now)


def publish(event: Event, *, actor: Actor, now: datetime) -> None:
    """Announce the event; or hand it over, if its kind wants the approval of somebody else than the actor.

    One that was postponed has its new date now: those who kept their seat are invited to it.
    """
    if event.status == rules.PUBLISHED:
        return
    if rules_life.has_to_wait(event.status, wanted=event.kind.approval, may=queries_life.may_approve(actor, event)):
        service_approval.submit(event, actor=actor, now=now)
        return
    if event.status == rules.CANCELLED:
        raise Refused(_l("A cancelled event is not published again: copy it, and publish the copy."))
    if event.status == rules.TEMPLATE:
        raise Refused(_l("A template is not published: make an event from it."))
    rules.check_publishable(queries.description_of(event), now)
    again = event.status == rules.POSTPONED
    event.status, event.published_at, event.changed_at = rules.PUBLISHED, now, now
    event.review_note = event.cancellation_reason = ""
    event.version += 1
    if again:
        event.calendar_sequence += 1
        event.calendar_revision += 1
    activity.record(actor, "event.rescheduled" if again else "event.published", event)
    db.session.flush()


def cancel(event: Event, reason: str, *, actor: Actor, now: datetime) -> None:
    """Call the event off for everybody. Those registered and waiting are told by the jobs that find it so."""
    if event.status == rules.CANCELLED:
        return
    if event.status == rules.TEMPLATE:
        raise Refused(_l("A template is not cancelled: remove it."))
    if event.ends_at <= now and event.status != rules.POSTPONED:
        raise Refused(_l("This event has taken place: it can no longer be cancelled."))
    event.status, event.cancelled_at, event.cancellation_reason = rules.CANCELLED, now, reason
    event.changed_at = now
    event.calendar_sequence += 1
    event.calendar_revision += 1
    event.version += 1
    activity.record(actor, "event.cancelled", event, registered=event.seats_taken, waiting=event.waiting)
    db.session.flush()


def duplicate(event: Event, *, actor: Actor, now: datetime) -> Event:
    """A draft like this one, the same weekday of a coming week."""
    weeks = rules.next_weeks(event.starts_at, now)
    spans = tuple(rules.moved(span, weeks, event.zone) for span in queries.description_of(event).half_days)
    return copy_to(event, spans, actor=actor, now=now)


def copy_to(event: Event, spans: tuple[Span, ...], *, actor: Actor, now: datetime, template_name: str = "") -> Event:
    """A draft like this one, at other hours; with a name, a template of it."""
    values = {name: getattr(event, name) for name in _COPIED}
    themes = frozenset(theme.id for theme in event.themes)
    description = Description(half_days=spans, theme_ids=themes, **values)
    action = "event.template_kept" if template_name else "event.duplicated"
    return _insert(
        event.kind, description, actor, now, action, source=event, template_name=template_name, copied_from=event.id
    )


def _insert(
    kind: EventKind,
    description: Description,
    actor: Actor,
    now: datetime,
    action: str,
    source: Event | None = None,
    template_name: str = "",
    **data: int,
) -> Event:
    """``source``: the event it is a copy of; its kind otherwise says what its form asks."""
    while True:
        twin = None if template_name else _second_press(kind, description, actor, now)
        if twin:
            return twin
        status = rules.TEMPLATE if template_name else rules.DRAFT
        event = Event(kind_id=kind.id, organiser_id=actor.account_id, status=status, template_name=template_name)
        event.created_at = event.changed_at = now
        try:
            with db.session.begin_nested():
                _write(event, description)
                event.slug = _free_slug(event)
                db.session.add(event)
        except IntegrityError:  # another press took the address between the look and the insert
            continue
        event.offer_hours, event.stop_hours = (source or kind).offer_hours, (source or kind).stop_hours
        service_questions.copy(source or kind, event)
        service_quotas.copy(source or kind, event)
        if source is not None:
            service_team.copy(source, event, now)
        activity.record(actor, action, event, **data)
        db.session.flush()
        return event


def _second_press(kind: EventKind, description: Description, actor: Actor, now: datetime) -> Event | None:
    """The event that the same person made of the same words a moment ago."""
    starts_at = min(span.starts_at for span in description.half_days)
    since = now - _DOUBLE_PRESS
    return queries.made_since(since, kind.id, actor.account_id, description.title, starts_at)


def _take_version(event: Event, version: int) -> None:
    """Claim the right to write over what the editor saw; the row stays locked until the end of the transaction."""
    statement = sa.update(Event).where(Event.id == event.id, Event.version == version)
    claimed = db.session.execute(
        statement.values(version=Event.version + 1), execution_options={"synchronize_session": False}
    )
    db.session.refresh(event)
    if not claimed.rowcount:  # type: ignore[attr-defined]
        raise EditedMeanwhile(
            _l(
                "Somebody else changed this event while you were writing. What you typed is still here; "
                "see above what they changed, then save again."
            )
        )


def _write(event: Event, description: Description) -> None:
    for name in _COPIED:
        setattr(event, name, getattr(description, name))
    _write_half_days(event, description.half_days)
    if {theme.id for theme in event.themes} != description.theme_ids:
        event.themes = list(db.session.scalars(sa.select(Theme).where(Theme.id.in_(description.theme_ids))))


def _write_half_days(event: Event, spans: Iterable[Span]) -> None:
    """Rows keep their number, because attendance hangs on them."""
    existing = {half_day.id: half_day for half_day in event.held_half_days}
    rows = []
    for span in spans:
        row = existing.get(span.number) if span.number else None
        row = row or HalfDay()
        row.starts_at, row.ends_at = span.starts_at, span.ends_at
        rows.append(row)
    # Those called off stay where they are, out of the form's sight.
    event.half_days = [*rows, *(half_day for half_day in event.half_days if half_day.cancelled_at is not None)]
    event.starts_at = min(row.starts_at for row in rows)
    event.ends_at = max(row.ends_at for row in rows)


def _note_change(event: Event, changed: frozenset[str], now: datetime) -> None:
    if changed & rules.SHOWN:
        event.changed_at = now
    if event.status != rules.PUBLISHED:
        return
    if changed & rules.PLANS:
        event.calendar_sequence += 1
    if changed & (rules.PLANS | rules.CORRECTIONS):
        event.calendar_revision += 1


def _free_slug(event: Event) -> str:
    base = rules.slug_of(event.title, clock.local_date(event.starts_at, event.zone))
    taken = queries.slugs_like(base, but=event.id)
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug
