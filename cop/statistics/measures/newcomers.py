"""IND-08: the share of mobilised professionals never seen before."""

from collections.abc import Mapping

from cop.core.i18n import _l
from cop.statistics.queries_ground import Ground
from cop.statistics.registry import measure
from cop.statistics.rules_crowd import By, Group, Seen


@measure(
    "newcomers",
    indicator="IND-08",
    position=3,
    name=_l("Newcomers"),
    definition=_l(
        "Among the mobilised professionals, those whose first presence ever, at any event, falls in the period. "
        "What was never entered here is not known: in the first year everybody is new."
    ),
    whole=Ground.mobilised_count,
)
def newcomers(ground: Ground, by: By) -> Mapping[Group, Seen]:
    return {
        key: {person: events for person, events in seen.items() if person not in ground.seen_before}
        for key, seen in ground.mobilised(by).items()
    }
