"""What a question may be, and what it must not ask."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from cop.core import clock
from cop.core.errors import Refused
from cop.core.i18n import _l

MOST_QUESTIONS: Final = 20
MOST_OPTIONS: Final = 30
LONGEST_LABEL: Final = 200
LONGEST_HINT: Final = 300
LONGEST_OPTION: Final = 120


class Kind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    SEVERAL = "several"
    NUMBER = "number"
    CONSENT = "consent"


WITH_OPTIONS: Final = frozenset({Kind.CHOICE, Kind.SEVERAL})


@dataclass(frozen=True, slots=True)
class Wording:
    """All that is said of a question."""

    kind: str
    label: str
    hint: str = ""
    options: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """Until when one registers for an event, and what its form offers besides."""

    closes_at: datetime | None
    colleagues: bool
    arrangement: bool

    def marks(self) -> dict[str, str]:
        """Each as one word, to travel with the form that showed it."""
        closes_at = f"{self.closes_at.astimezone(UTC):%Y%m%dT%H%M%S}" if self.closes_at else ""
        return {"closes_at": closes_at, "colleagues": str(self.colleagues), "arrangement": str(self.arrangement)}

    def not_seen(self, shown: Mapping[str, str], theirs: "Settings") -> list[str]:
        """What somebody else set since it was shown, where it differs from what is said here. Not known what was shown:
        all that differs."""
        mine, now = self.marks(), theirs.marks()
        return [name for name in mine if now[name] not in (mine[name], shown.get(name))]


def options_in(text: str) -> tuple[str, ...]:
    """One for each line, each once."""
    return tuple(dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip()))


def check(wording: Wording) -> None:
    """Refuse what no question can be, each with its sentence on its field."""
    if wording.kind not in set(Kind):
        raise Refused(_l("Choose how people answer."), "kind")
    if not wording.label.strip():
        raise Refused(_l("Write the question."), "label")
    if len(wording.label) > LONGEST_LABEL:
        raise Refused(_l("A question of 200 characters at most: the rest belongs in the explanation."), "label")
    if len(wording.hint) > LONGEST_HINT:
        raise Refused(_l("An explanation of 300 characters at most."), "hint")
    if wording.kind in WITH_OPTIONS:
        _check_options(wording.options)


def _check_options(options: Sequence[str]) -> None:
    if len(options) < 2:
        raise Refused(_l("Give at least two possible answers, one on each line."), "options")
    if len(options) > MOST_OPTIONS:
        raise Refused(_l("Thirty possible answers at most."), "options")
    if any(len(option) > LONGEST_OPTION for option in options):
        raise Refused(_l("An answer of 120 characters at most."), "options")


# --- What is nobody's business --------------------------------------------------------------------

# Places and trades whose name has the word, and say nothing of anybody's health.
_TRADE: Final = re.compile(
    r"\b(?:professionnel|maison|centre|structure|établissement|pôle|acteur|métier|équipe|agence|contrat|réseau)"
    r"(?:[\w·.()-]*)(?: \w+){0,2} (?:de|en) santé\b",
    re.IGNORECASE,
)
_HEALTH: Final = re.compile(
    r"\b(?:santé|health|handicap\w*|disab\w+|allerg\w+|patient\w*|malad\w+|illness\w*|diseases?|pathologi\w+"
    r"|diagnos\w+|traitements?|treatments?|médica(?:l|ux|le|les|ment|ments)|medical|medication|grossesse|enceinte"
    r"|pregnan\w+|régimes?(?: alimentaires?)?|diet\w*|intoléranc\w+|intoleran\w+|halal|casher|kosher|religio\w+"
    r"|enfants?|child(?:ren)?|résidents?|sécurité sociale|social security|mobilité réduite|fauteuil|wheelchair)\b",
    re.IGNORECASE,
)
SENSITIVE: Final = _l(
    "This may lead people to write about health, a patient or a child, which this site must not hold. Somebody needs "
    "a particular welcome? Tick “Ask who needs an arrangement” above: it asks nothing about health and is erased after "
    "the event. If your question is harmless, save once more."
)


def is_sensitive(wording: Wording) -> bool:
    """Whether its words may invite what must not be written. A reminder for whoever types, not a proof."""
    text = _TRADE.sub("", " \n ".join((wording.label, wording.hint, *wording.options)))
    return bool(_HEALTH.search(text))


# --- Until when ---------------------------------------------------------------------------------------


def closing_time(starts_at: datetime, hours_before: int | None) -> datetime | None:
    """When registration closes by the custom of the kind; none: when the event begins."""
    return starts_at - timedelta(hours=hours_before) if hours_before else None


def moved_closing(closes_at: datetime | None, before: datetime, after: datetime, zone: Any) -> datetime | None:
    """As far from the new start as it was from the old one, on the clock of the place."""
    if closes_at is None or before == after:
        return closes_at
    gap = clock.local(before, zone).replace(tzinfo=None) - clock.local(closes_at, zone).replace(tzinfo=None)
    wanted = clock.local(after, zone).replace(tzinfo=None) - gap
    return clock.nearest_local(wanted.date(), wanted.time(), zone)


def check_closing(closes_at: datetime | None, starts_at: datetime) -> None:
    if closes_at is not None and closes_at > starts_at:
        raise Refused(_l("Registration closes before the meeting begins, or when it begins."), "closes_on")
