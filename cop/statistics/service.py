"""Handing figures over as a file; who took what is in the activity log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import exports
from cop.core.i18n import _
from cop.statistics.queries_dashboard import MOBILISATION, Dashboard
from cop.statistics.queries_ground import Ground
from cop.statistics.registry import all_measures
from cop.statistics.rules import Figure, Reading
from cop.statistics.rules_crowd import Group
from cop.territories.models import Territory


def export(
    found: Dashboard,
    ground: Ground,
    *,
    territory: Territory,
    places: Sequence[Territory],
    professions: Mapping[str, str],
    threshold: int | None,
    actor: Actor,
) -> bytes:
    """The page as a table of one figure a line, with the same counts hidden as on the screen."""
    dates = ground.question.dates
    activity.record(
        actor,
        "statistics.exported",
        territory,
        start=dates.start.isoformat(),
        end=dates.end.isoformat(),
        professions=sorted(ground.question.professions),
        masked=threshold is not None,
    )
    context = [dates.start, dates.end, found.extract_date]
    rows = _rows(found, territory, {row.id: row.name for row in places}, professions, threshold)
    return exports.csv_file([_headings(), *([*row, *context] for row in rows)])


def _headings() -> list[str]:
    return [
        _("Figure"),
        _("Territory"),
        _("Professions"),
        _("People"),
        _("Out of"),
        _("Share (%)"),
        _("Remark"),
        _("From"),
        _("To"),
        _("Register extract of"),
    ]


def _rows(
    found: Dashboard,
    territory: Territory,
    places: Mapping[Group, str],
    professions: Mapping[str, str],
    least: int | None,
) -> Iterator[list[Any]]:
    everybody, rate = _("all counted"), str(all_measures()[MOBILISATION].name)
    if len(found.by_profession) == 1:
        everybody = next(iter(professions.values()), everybody)
    for measure, figure in found.totals:
        yield [str(measure.name), territory.name, everybody, *_cells(figure, least)]
    for place, figure in _ordered(found.by_place, lambda key: places[key]):
        yield [rate, places[place], everybody, *_cells(figure, least)]
    if len(found.by_profession) > 1:
        for code, figure in _ordered(found.by_profession, lambda key: professions[str(key)]):
            yield [rate, territory.name, professions[str(code)], *_cells(figure, least)]


def _ordered(figures: Mapping[Group, Figure], name: Callable[[Group], str]) -> list[tuple[Group, Figure]]:
    return sorted(figures.items(), key=lambda item: name(item[0]))


def _cells(figure: Figure, least: int | None) -> list[Any]:
    hidden = f"< {least}"
    part = hidden if figure.part is None else figure.part
    whole = hidden if figure.whole is None and figure.reading is Reading.HIDDEN else figure.whole
    return [part, whole, figure.rate, remark(figure)]


def remark(figure: Figure) -> str:
    """Why a rate is missing, or must be read with care."""
    return {
        Reading.RATE: "",
        Reading.NOT_KNOWN: _("headcount not known"),
        Reading.NOT_APPLICABLE: _("not applicable"),
        Reading.OVER: _("over 100 per cent: check the perimeters"),
        Reading.HIDDEN: _("too few people to be shown"),
    }[figure.reading]
