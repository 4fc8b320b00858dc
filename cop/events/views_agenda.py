"""The public pages of events: home, agenda, month by month, what took place."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for

from cop.core import clock, links
from cop.core.access import public
from cop.core.errors import NotFound
from cop.core.i18n import DEFAULT_LANGUAGE, _, language
from cop.events import queries, queries_agenda, rules_agenda
from cop.events.models import Event
from cop.events.rules_agenda import Filters

blueprint = Blueprint("events", __name__)
NEXT: Final = 6
# What calendar programs and readers of news are given: their endpoints stand above, with the calendars.
FEEDS: Final = {
    "ics": "invitations.public_feed",
    "atom": "invitations.atom_feed",
    "rss": "invitations.rss_feed",
    "json": "invitations.json_feed",
}


@blueprint.app_template_global("meetings_of")
def meetings_of(community_id: int, *, member: bool) -> queries_agenda.Meetings:
    """The meetings of a community, for its page: communities stand below events, which belong to them."""
    return queries_agenda.meetings(community_id, clock.now(), member=member)


@blueprint.get("/")
@public
def home() -> Any:
    now = clock.now()
    return render_template(
        "events/home.html",
        months=by_month(queries_agenda.upcoming(now, limit=NEXT)),
        departments=queries_agenda.coming_by_department(now),
        feeds=feeds_of(rules_agenda.NO_FILTER),
        canonical=links.absolute_url("events.home"),
        now=now,
    )


@blueprint.get("/agenda")
@public
def agenda() -> Any:
    now, filters = clock.now(), asked_filters()
    page = queries_agenda.page_to_come(now, filters, request.args.get("page", 1, type=int))
    return render_template(
        "events/agenda.html", months=by_month(page.items), page=page, now=now, **_choices(filters, "events.agenda")
    )


@blueprint.get("/agenda/passe")
@public
def past() -> Any:
    now, filters = clock.now(), asked_filters()
    page = queries_agenda.past(now, filters, request.args.get("page", 1, type=int))
    return render_template(
        "events/past.html", months=by_month(page.items), page=page, now=now, **_choices(filters, "events.past")
    )


@blueprint.get("/agenda/mois")
@blueprint.get("/agenda/mois/<month>")
@public
def month(month: str = "") -> Any:
    now, filters, today = clock.now(), asked_filters(), clock.today()
    first = rules_agenda.month_of(month or f"{today:%Y-%m}")
    if first is None:
        raise NotFound
    weeks = rules_agenda.weeks_of(first)
    found = queries_agenda.between(weeks[0][0], weeks[-1][-1], filters, now)
    by_day = _by_day(found)
    before, after = rules_agenda.neighbours(first)
    return render_template(
        "events/month.html",
        first=first,
        before=before,
        after=after,
        today=today,
        weeks=weeks,
        by_day=by_day,
        held_days=[day for day in by_day if (day.year, day.month) == (first.year, first.month)],
        **_choices(filters, "events.month", month=f"{first:%Y-%m}"),
    )


def asked_filters() -> Filters:
    return rules_agenda.filters_of(request.args)


def feeds_of(filters: Filters) -> dict[str, str]:
    """The addresses of the feeds of what the reader chose, in their language."""
    values: dict[str, Any] = {**filters.address(), "lang": None if language() == DEFAULT_LANGUAGE else language()}
    return {name: links.absolute_url(endpoint, **values) for name, endpoint in FEEDS.items()}


def choices() -> dict[str, Any]:
    """What a reader may choose from, on each page that has filters."""
    return {
        "departments": queries_agenda.departments(),
        "kinds": queries.kinds(),
        "themes": queries_agenda.themes_in_use(),
    }


def _choices(filters: Filters, endpoint: str, **values: str) -> dict[str, Any]:
    # What one looked for in one's own words is nothing for search engines.
    said = {**values, **filters.address(words="", hours="")}
    return {
        **choices(),
        "filters": filters,
        "endpoint": endpoint,
        "values": values,
        "ways": _ways(filters, endpoint),
        "feeds": feeds_of(filters),
        "canonical": links.absolute_url(endpoint, **said),
    }


def _ways(filters: Filters, endpoint: str) -> list[dict[str, Any]]:
    """The three ways of reading the agenda, as tabs that keep what was chosen."""
    labels = {"events.agenda": _("Coming up"), "events.month": _("By month"), "events.past": _("Past")}
    asked: dict[str, Any] = {**filters.address()}
    return [
        {"label": words, "url": url_for(name, **asked), "current": name == endpoint} for name, words in labels.items()
    ]


def by_month(events: Iterable[Event]) -> list[tuple[datetime, list[Event]]]:
    """Events under the month they begin in, in the order given."""

    def month(event: Event) -> tuple[int, int]:
        local = clock.local(event.starts_at, event.zone)
        return local.year, local.month

    groups = [list(group) for _, group in groupby(events, key=month)]
    return [(group[0].starts_at, group) for group in groups]


def _by_day(events: Iterable[Event]) -> dict[date, list[tuple[datetime, Event]]]:
    """Each event on each day it is held, at its first hour of that day."""
    days: dict[date, dict[int, tuple[datetime, Event]]] = {}
    for event in events:
        for half_day in event.half_days:
            if half_day.cancelled_at is None:
                day = days.setdefault(clock.local_date(half_day.starts_at, event.zone), {})
                day.setdefault(event.id, (half_day.starts_at, event))
    return {day: sorted(held.values(), key=lambda one: (one[0], one[1].id)) for day, held in days.items()}
