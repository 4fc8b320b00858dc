"""IND-01: the share of health professionals seen at one key event at least."""

from collections.abc import Mapping

from cop.core.i18n import _l
from cop.statistics.queries_ground import Ground
from cop.statistics.registry import measure
from cop.statistics.rules_crowd import By, Group, Seen


@measure(
    "mobilisation_rate",
    indicator="IND-01",
    position=1,
    name=_l("Health professionals mobilised"),
    definition=_l(
        "Distinct health professionals of the counted professions who practise in the territory on the day of the "
        "event and were present at one key event at least in the period, out of all those the official register "
        "locates there. A person with two practice sites counts once in each territory and once in the whole."
    ),
    whole=Ground.headcounts,
    official=True,
)
def mobilisation_rate(ground: Ground, by: By) -> Mapping[Group, Seen]:
    return ground.mobilised(by)
