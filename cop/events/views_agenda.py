"""The public pages of events: home, agenda, what took place."""

from datetime import datetime
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, render_template, request

from cop.core import clock, links
from cop.core.access import public
from cop.core.i18n import DEFAULT_LANGUAGE, language
from cop.events import queries
from cop.events.models import Event
from cop.events.queries import Filters

blueprint = Blueprint("events", __name__)
NEXT: Final = 6


@blueprint.app_template_global("meetings_of")
def meetings_of(community_id: int, *, member: bool) -> queries.Meetings:
    """The meetings of a community, for its page: communities stand below events, which belong to them."""
    return queries.meetings(community_id, clock.now(), member=member)


@blueprint.get("/")
@public
def home() -> Any:
    now = clock.now()
    return render_template(
        "events/home.html",
        months=_by_month(queries.upcoming(now, limit=NEXT)),
        departments=queries.coming_by_department(now),
        now=now,
    )


@blueprint.get("/agenda")
@public
def agenda() -> Any:
    now, filters = clock.now(), _filters()
    found = queries.upcoming(now, filters)
    feed = links.absolute_url("invitations.public_feed", lang=None if language() == DEFAULT_LANGUAGE else language())
    return render_template(
        "events/agenda.html", months=_by_month(found), feed=feed, now=now, **_choices(filters, "events.agenda")
    )


@blueprint.get("/agenda/passe")
@public
def past() -> Any:
    now, filters = clock.now(), _filters()
    page = queries.past(now, filters, request.args.get("page", 1, type=int))
    return render_template(
        "events/past.html", months=_by_month(page.items), page=page, now=now, **_choices(filters, "events.past")
    )


def _filters() -> Filters:
    asked = request.args
    return Filters(asked.get("territoire", ""), asked.get("type", ""), asked.get("mode", ""))


def _choices(filters: Filters, endpoint: str) -> dict[str, Any]:
    return {
        "filters": filters,
        "departments": queries.departments(),
        "kinds": queries.kinds(),
        "endpoint": endpoint,
    }


def _by_month(events: Any) -> list[tuple[datetime, list[Event]]]:
    """Events under the month they begin in, in the order given."""

    def month(event: Event) -> tuple[int, int]:
        local = clock.local(event.starts_at, event.zone)
        return local.year, local.month

    groups = [list(group) for _, group in groupby(events, key=month)]
    return [(group[0].starts_at, group) for group in groups]
