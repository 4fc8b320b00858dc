"""The pieces of the demonstration that need no database."""

import tomllib
from collections import Counter
from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from cop.demo import FOLDER
from cop.demo_people import Names, Numbers, Place, community
from cop.demo_plan import Planned, plan
from cop.demo_register import practitioners
from cop.events.models import EventKind
from cop.presets import loader
from cop.territories.rules import luhn_valid
from tests.presets.test_files import words

PARIS = ZoneInfo("Europe/Paris")
PLACES = [
    Place("49007", "Angers", "49", 1, "49000", 157_000),
    Place("49099", "Cholet", "49", 2, "49300", 54_000),
    Place("44109", "Nantes", "44", 3, "44000", 325_000),
]


def content(name: str) -> dict:
    return tomllib.loads((FOLDER / f"demo_{name.replace('-', '_')}.toml").read_text(encoding="utf-8"))


def everybody(seed: int = 1) -> list:
    names = Names(content("names")["given"], content("names")["family"], Random(seed))
    return community(content("cokillaje"), PLACES, names, Numbers(), Random(seed))


def kinds(name: str) -> dict[str, EventKind]:
    found = {}
    for part in loader.read(name).kinds:
        columns = {key: getattr(part, key) for key in type(part).__slots__ if key != "reminders"}
        found[part.code] = EventKind(**columns)
    return found


def planned(name: str, now: str = "2026-11-20 10:00") -> list[Planned]:
    moment = datetime.fromisoformat(now).replace(tzinfo=PARIS)
    return plan(content(name), kinds(name), moment, Random(1))


def test_numbers_cannot_be_real_and_never_repeat() -> None:
    numbers = Numbers()
    made = [numbers() for _ in range(5000)]
    assert len(set(made)) == 5000
    assert all(number.startswith("99") and len(number) == 11 and luhn_valid(number) for number in made)


def test_nobody_has_the_name_of_another_and_every_address_is_an_example() -> None:
    members = everybody()
    assert 300 <= len(members) <= 450
    assert len({(member.given_name, member.family_name) for member in members}) == len(members)
    assert len({member.email for member in members}) == len(members)
    assert all(member.email.endswith(".example") and member.email.isascii() for member in members)


def test_the_same_seed_gives_the_same_people() -> None:
    assert everybody() == everybody()
    assert everybody() != everybody(2)


def test_the_register_knows_every_member_it_counts_and_more_besides() -> None:
    names = Names(content("names")["given"], content("names")["family"], Random(3))
    members = community(content("cokillaje"), PLACES, names, numbers := Numbers(), Random(3))
    found = practitioners(content("cokillaje"), members, PLACES, names, numbers, Random(3))
    assert len({one.number for one in found}) == len(found)
    known = {one.number for one in found if not one.apart}
    counted = [member for member in members if member.counted]
    assert {member.rpps for member in counted} <= known
    assert 0.35 <= len(counted) / len(known) <= 0.6
    assert {one.apart for one in found} == {"", "student", "volunteer", "replacement"}


@pytest.mark.parametrize("name", loader.names())
def test_every_demonstration_names_what_its_preset_has(name: str) -> None:
    preset, world = loader.read(name), content(name)
    codes, themes = {kind.code for kind in preset.kinds}, {theme.code for theme in preset.themes}
    met = {rhythm["kind"] for rhythm in world["rhythms"]}
    assert met <= codes
    assert {subject["kind"] for subject in world["subjects"]} == met
    assert {code for subject in world["subjects"] for code in subject["themes"]} <= themes
    assert world["domain"].endswith(".example")


@pytest.mark.parametrize("name", [*loader.names(), "names"])
def test_french_is_well_set(name: str) -> None:
    for path, text in words(content(name)):
        if path.rpartition(".")[2] in {"title", "summary", "name", "address"}:
            assert "'" not in text, text
            assert not any(f" {mark}" in text for mark in ":;?!»"), text
            assert "patient" not in text.lower(), text


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-20 10:00",
        "2026-03-28 23:30",
        "2026-10-25 02:30",
        "2027-01-01 00:05",
        "2028-02-29 12:00",
        "2026-08-15 19:00",
    ],
)
@pytest.mark.parametrize("name", loader.names())
def test_there_is_something_of_everything_whatever_the_day(name: str, now: str) -> None:
    found = planned(name, now)
    moment = datetime.fromisoformat(now).replace(tzinfo=PARIS)
    starts = [one.starts_at.astimezone(PARIS) for one in found]
    assert starts == sorted(starts)
    assert (moment - starts[0]).days > 380
    assert (starts[-1] - moment).days > 80
    fates = Counter(one.fate for one in found)
    assert fates["unclosed"] == 1
    assert fates["cancelled"] >= 1
    assert fates["draft"] >= 1
    tomorrow = [one for one in found if (one.days[0] - moment.date()).days == 1]
    assert [one.waiting > 0 for one in tomorrow] == [True]
    assert any(len(one.spans) == one.kind.half_days for one in found)


def test_what_is_going_on_has_begun_and_is_not_over() -> None:
    (now,) = [one for one in planned("cokillaje", "2026-11-20 10:04") if one.fate == "now"]
    moment = datetime(2026, 11, 20, 10, 4, tzinfo=PARIS)
    assert now.starts_at < moment < now.ends_at
    assert not [one for one in planned("cokillaje", "2026-11-20 03:00") if one.fate == "now"]


def test_nobody_meets_on_a_day_off() -> None:
    days = {one.days[0] for one in planned("cokillaje", "2026-05-20 10:00") if one.fate == "held"}
    assert not days & {date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25)}
    assert not [day for day in days if day.month == 8]
    assert not [day for day in days if day.weekday() == 6 and day != date(2026, 5, 21)]
