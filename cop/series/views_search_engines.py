"""What programs read of the page of a cycle: one series of events, with its seminars."""

from typing import Any

from cop.core import formats, links
from cop.core.i18n import _n
from cop.events import structured
from cop.series.queries_cycles import Cycle
from cop.series.views_repeat import blueprint


@blueprint.app_template_global("cycle_head_of")
def cycle_head_of(cycle: Cycle) -> dict[str, Any] | None:
    """For the head of its page; ``None`` where one of its seminars is for few, or none was announced."""
    if not cycle.shown or cycle.strictest.audience != "public":
        return None
    address = links.absolute_url("series.cycle_page", cycle_slug=cycle.series.slug)
    return structured.head(address, _description(cycle), {**_data(cycle), "url": address})


def _description(cycle: Cycle) -> str:
    first, last = _ends(cycle)
    seminars = _n("%(num)d seminar", "%(num)d seminars", len(cycle.live or cycle.shown))
    when = formats.period(first.starts_at, last.ends_at, first.zone)
    return structured.short(f"{seminars}, {when}", first.commune_line, " ".join(cycle.series.summary.split()))


def _ends(cycle: Cycle) -> tuple[Any, Any]:
    """Its first and its last seminar: a cancelled one bounds it no more, unless all are."""
    held = [event for event in cycle.shown if event in cycle.live] or cycle.shown
    return held[0], max(held, key=lambda event: event.ends_at)


def _data(cycle: Cycle) -> dict[str, Any]:
    first, last = _ends(cycle)
    found = {
        "@type": "EventSeries",
        "name": cycle.series.title,
        "description": cycle.series.summary.strip() or None,
        "startDate": structured.moment(first.starts_at, first.zone),
        "endDate": structured.moment(last.ends_at, last.zone),
        "eventStatus": f"https://schema.org/{'EventScheduled' if cycle.live else 'EventCancelled'}",
        "organizer": structured.organiser(),
        "inLanguage": "fr",
        "subEvent": [structured.of_event(event) for event in cycle.shown if event.audience == "public"],
    }
    return {name: value for name, value in found.items() if value}
