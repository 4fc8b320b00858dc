"""Handing the steps of engagement over as a file; who took what is in the activity log."""

from collections.abc import Iterator
from typing import Any

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import exports
from cop.core.i18n import _
from cop.network.queries_steps import Answer
from cop.network.rules import STEPS, SUM, UNKNOWN_RANK
from cop.territories.models import Territory


def export(found: Answer, territory: Territory, actor: Actor) -> bytes:
    """One count a line, with the same counts hidden as on the screen."""
    activity.record(
        actor,
        "steps.exported",
        territory,
        start=found.first.isoformat(),
        end=found.last.isoformat(),
        masked=found.threshold is not None,
    )
    headings = [_("Step on the first day"), _("Step on the second day"), _("People")]
    headings += [_("First day"), _("Second day"), _("Territory")]
    context = [found.first, found.last, territory.name]
    return exports.csv_file([headings, *([*row, *context] for row in _rows(found))])


def _rows(found: Answer) -> Iterator[list[Any]]:
    for (left, right), count in sorted(found.cells.items()):
        yield [_name(left), _name(right), f"< {found.threshold}" if count is None else count]


def _name(rank: int) -> str:
    if rank == SUM:
        return _("Everybody")
    return _("Not yet known") if rank == UNKNOWN_RANK else str(STEPS[rank].label)
