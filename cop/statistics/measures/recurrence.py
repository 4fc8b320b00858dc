"""IND-07: the share of mobilised professionals who came back."""

from collections.abc import Mapping

from cop.core.i18n import _l
from cop.statistics.queries_ground import Ground
from cop.statistics.registry import measure
from cop.statistics.rules_crowd import By, Group, Seen

TWICE = 2


@measure(
    "recurrence",
    indicator="IND-07",
    position=2,
    name=_l("Come back (at least twice)"),
    definition=_l(
        "Among the mobilised professionals, those present at two key events at least in the period. "
        "The more events are offered, the higher it can be."
    ),
    whole=Ground.mobilised_count,
)
def recurrence(ground: Ground, by: By) -> Mapping[Group, Seen]:
    return {
        key: {person: events for person, events in seen.items() if len(events) >= TWICE}
        for key, seen in ground.mobilised(by).items()
    }
