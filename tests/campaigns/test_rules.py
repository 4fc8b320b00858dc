"""Who may be asked, and when the last mail leaves: tables of cases."""

from datetime import date, datetime, timedelta

import pytest

from cop.campaigns import rules, rules_words
from cop.campaigns.rules import Aside, Known, Pace
from tests.people_of_the_tests import PARIS

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=PARIS)
LONG_AGO = NOW - timedelta(days=3)


@pytest.mark.parametrize(
    ("known", "chase", "why"),
    [
        (Known(None, None, None, 0), False, None),
        (Known(None, LONG_AGO, None, 0), False, Aside.ASKED),
        (Known(None, LONG_AGO, None, 0), True, None),
        (Known(None, LONG_AGO + timedelta(minutes=1), None, 0), True, Aside.TOO_SOON),
        (Known(None, LONG_AGO, None, 1), True, None),
        (Known(None, LONG_AGO, None, 2), True, Aside.TOO_OFTEN),
        (Known(None, LONG_AGO, LONG_AGO, 0), True, Aside.DECLINED),
        (Known("confirmed", LONG_AGO, None, 0), True, Aside.REGISTERED),
        (Known("offered", LONG_AGO, None, 0), True, Aside.REGISTERED),
        (Known("waitlisted", None, None, 0), False, Aside.REGISTERED),
        (Known("cancelled", LONG_AGO, None, 0), True, Aside.CANCELLED),
    ],
)
def test_who_is_asked(known: Known, chase: bool, why: Aside | None) -> None:
    assert rules.aside(known, chase=chase, now=NOW) is why


@pytest.mark.parametrize(
    ("count", "pace", "day"),
    [
        (210, Pace(None, None, 500), date(2026, 11, 20)),
        (80, Pace(80, 80, 0), date(2026, 11, 20)),
        (81, Pace(80, 80, 0), date(2026, 11, 21)),
        (210, Pace(80, 80, 0), date(2026, 11, 22)),
        (210, Pace(0, 80, 0), date(2026, 11, 23)),
        (10, Pace(80, 80, 240), date(2026, 11, 23)),
        (0, Pace(0, 80, 0), date(2026, 11, 20)),
    ],
)
def test_the_last_day(count: int, pace: Pace, day: date) -> None:
    """210 people, about 80 a day: today, tomorrow, and 50 the day after."""
    assert rules.last_day(count, pace, date(2026, 11, 20)) == day


def test_names_are_filled_in_once() -> None:
    """What stands in for somebody's name is not read again."""
    values = {"given_name": "{nom}", "family_name": "Blin", "title": "T", "when": "W", "place": ""}
    text = "{prénom} {Prénom} {{ first  name }} {nom} {lieu}{inconnu}"
    assert rules_words.fill(text, values) == "{nom} {nom} {nom} Blin {inconnu}"
