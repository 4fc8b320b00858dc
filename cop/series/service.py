"""Making a meeting regular, and changing several of its dates at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import queries as events
from cop.events import rules as event_rules
from cop.events import service as event_service
from cop.events import service_quotas as event_quotas
from cop.events.models import Event
from cop.events.models_series import EventSeries
from cop.events.rules import Description
from cop.registrations import queries_seats
from cop.series import rules, rules_edit
from cop.series.queries import Candidate
from cop.series.rules import Rule
from cop.series.rules_edit import Change, Member, Scope

_REPEATABLE: Final = frozenset({*event_rules.UNPUBLISHED, event_rules.PUBLISHED})


@dataclass(frozen=True, slots=True)
class Made:
    """How many meetings were made, and how many of them could not be published and stay drafts."""

    count: int
    drafts: int


def repeat(
    event: Event, rule: Rule, chosen: Sequence[Candidate], *, publish: bool, actor: Actor, now: datetime
) -> Made:
    """Make ``event`` the first of a series. A second press finds it one already."""
    check_repeatable(event)
    series = EventSeries(title=event.title, territory_id=event.territory_id, organiser_id=actor.account_id)
    series.rule, series.created_at, series.changed_at = rules.kept(rule), now, now
    db.session.add(series)
    db.session.flush()
    first = sa.update(Event).where(Event.id == event.id, Event.series_id.is_(None))
    own_day = rules.first_day(events.description_of(event).half_days, event.zone)
    if not change(first.values(series_id=series.id, series_position=1, planned_on=own_day)):
        raise Refused(_l("This meeting was repeated a moment ago: its series is there already."))
    db.session.refresh(event)
    activity.record(actor, "series.created", series, event=event.id)
    return _make(series, event, chosen, publish=publish, actor=actor, now=now)


def check_repeatable(event: Event) -> None:
    if event.status not in _REPEATABLE:
        raise Refused(_l("Only a draft or a published meeting is repeated."))
    if event.series_id:
        raise Refused(_l("This meeting belongs to a series already."))


def extend(
    series: EventSeries, like: Event, chosen: Sequence[Candidate], *, publish: bool, actor: Actor, now: datetime
) -> Made:
    """More dates of the same rule, after the last one."""
    _claim(series, now)
    activity.record(actor, "series.extended", series, meetings=len(chosen))
    return _make(series, like, chosen, publish=publish, actor=actor, now=now)


def _make(
    series: EventSeries, like: Event, chosen: Sequence[Candidate], *, publish: bool, actor: Actor, now: datetime
) -> Made:
    members = db.session.execute(
        sa.select(Event.planned_on, Event.series_position).filter_by(series_id=series.id)
    ).all()
    taken = {day for day, _position in members}
    position, made, drafts = max((number or 0 for _day, number in members), default=0), 0, 0
    for candidate in chosen:
        if candidate.problem or candidate.day in taken:
            continue
        position, made = position + 1, made + 1
        event = event_service.copy_to(like, candidate.spans, actor=actor, now=now)
        event.series_id, event.series_position, event.planned_on = series.id, position, candidate.day
        db.session.flush()
        if publish:
            drafts += not _published(event, actor, now)
    if not made:
        raise Refused(_l("Choose one date at least."))
    return Made(made, drafts)


def _published(event: Event, actor: Actor, now: datetime) -> bool:
    """Whether it could be: what must be approved first stays a draft."""
    try:
        event_service.publish(event, actor=actor, now=now)
    except Refused:
        return False
    return event.status == event_rules.PUBLISHED


# --- Several dates at once ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one meeting. ``told``: how many people get a mail; ``problem``: why it stays as it is."""

    event: Event
    after: Description
    told: int = 0
    problem: str = ""
    changed: bool = True


def within(scope: str, event: Event, among: Sequence[Event], now: datetime) -> list[Event]:
    """The meetings a change reaches: never one that has begun, nor one that was cancelled."""
    if scope == Scope.THIS:
        return [event]
    open_ones = [one for one in among if one.starts_at > now and one.status != event_rules.CANCELLED]
    return [one for one in open_ones if scope == Scope.ALL or one.id == event.id or one.starts_at >= event.starts_at]


def plan(
    event: Event, after: Description, targets: Sequence[Event], now: datetime, *, over_all: bool
) -> tuple[Change, list[Step]]:
    """What saving would do, before it is done."""
    what = rules_edit.change(events.description_of(event), after, event.zone)
    asked = queries_seats.offered_in(targets)  # no calendar holds it yet
    steps = [_step(what, event, one, after, now, over_all=over_all) for one in targets]
    return what, [replace(step, told=step.told - asked.get(step.event.id, 0)) if step.told else step for step in steps]


def _step(what: Change, origin: Event, event: Event, after: Description, now: datetime, *, over_all: bool) -> Step:
    is_now = events.description_of(event)
    try:
        if event.id != origin.id:
            after = rules_edit.applied(
                what, Member(is_now, event.planned_on, event.detached), event.zone, over_all=over_all
            )
            event_rules.check_future(after.half_days, now, kept=is_now.half_days)
        event_quotas.check_room(event, after)
    except Refused as refused:
        return Step(event, is_now, problem=str(refused.message))
    changed = event_rules.changes(is_now, after)
    mailed = event.status == event_rules.PUBLISHED and changed & (event_rules.PLANS | event_rules.CORRECTIONS)
    return Step(event, after, told=event.seats_taken if mailed else 0, changed=bool(changed))


def edit(
    event: Event,
    after: Description,
    targets: Callable[[], Sequence[Event]],
    *,
    version: int,
    over_all: bool,
    actor: Actor,
    now: datetime,
) -> list[Step]:
    """Change several meetings alike; only entries that really change are told, by the usual way."""
    series = _series_of(event)
    _claim(series, now)
    if event.version != version:
        # The first edit refuses, with the sentence of the ordinary form.
        event_service.edit(event, after, version=version, actor=actor, now=now)
    what, steps = plan(event, after, targets(), now, over_all=over_all)
    for step in steps:
        if step.changed and not step.problem:
            _carry_out(step, what, actor, now, whole=over_all)
    if what.by and series.rule and len(steps) > 1:
        series.rule = rules.kept(rules.moved(rules.read(series.rule), what.by))
    activity.record(actor, "series.changed", series, meetings=sum(step.changed for step in steps))
    return steps


def _carry_out(step: Step, what: Change, actor: Actor, now: datetime, *, whole: bool) -> None:
    event, was = step.event, step.event.detached
    event_service.edit(event, step.after, version=event.version, actor=actor, now=now)
    if event.planned_on:
        event.planned_on += timedelta(days=what.by)
    own_day = rules.first_day(step.after.half_days, event.zone) != event.planned_on
    event.detached = was and (own_day or not whole)
    db.session.flush()


def cancel(event: Event, targets: Sequence[Event], reason: str, *, actor: Actor, now: datetime) -> int:
    """Call several meetings off; returns how many."""
    if not targets:
        raise Refused(_l("Nothing of this is announced: there is nothing to cancel."))
    series = _series_of(event)
    _claim(series, now)
    for one in targets:
        event_service.cancel(one, reason, actor=actor, now=now)
    activity.record(actor, "series.cancelled", series, meetings=len(targets))
    return len(targets)


def announced(among: Sequence[Event]) -> list[Event]:
    """A draft that was cancelled would be shown as such, to people who never heard of it."""
    return [event for event in among if event.status not in event_rules.UNPUBLISHED]


def take_out(series: EventSeries, event: Event, *, actor: Actor, now: datetime) -> None:
    """An exception: the meeting becomes one of its own, and the rule leaves that day out."""
    if event.series_id != series.id or series.rule is None:
        return
    _claim(series, now)
    day = event.planned_on
    out = {str(event.id): [day.isoformat() if day else "", event.series_position]}
    series.rule = {**series.rule, "out": {**series.rule.get("out", {}), **out}}
    event.series_id = event.series_position = event.planned_on = None
    event.detached = False
    activity.record(actor, "series.taken_out", series, event=event.id)
    db.session.flush()


def put_back(series: EventSeries, event: Event, *, actor: Actor, now: datetime) -> None:
    """Undo an exception."""
    rule = series.rule or {}
    if event.series_id or str(event.id) not in rule.get("out", {}):
        raise Refused(_l("This meeting was put elsewhere in the meantime."))
    _claim(series, now)
    day, position = rule["out"][str(event.id)]
    event.series_id, event.series_position = series.id, position
    event.planned_on = date.fromisoformat(day) if day else None
    # Whatever was changed on it meanwhile was changed by hand.
    event.detached = True
    series.rule = {**rule, "out": {key: value for key, value in rule["out"].items() if key != str(event.id)}}
    activity.record(actor, "series.put_back", series, event=event.id)
    db.session.flush()


def _series_of(event: Event) -> EventSeries:
    if event.series is None:
        raise Refused(_l("This meeting belongs to no series any more."))
    return event.series


def _claim(series: EventSeries, now: datetime) -> None:
    """Its row is ours until the end: two people who extend at once would make each date twice."""
    mine = sa.update(EventSeries).where(EventSeries.id == series.id)
    change(mine.values(version=EventSeries.version + 1, changed_at=now))
    db.session.refresh(series)
