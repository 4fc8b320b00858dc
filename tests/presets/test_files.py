"""The data files of the presets: complete, bilingual, well set, and within the columns that will hold them."""

import json
import re
import tomllib
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core.errors import Refused
from cop.core.i18n import LANGUAGES
from cop.events.models import EventKind, Theme
from cop.events.rules import AUDIENCES, LONGEST_HALF_DAY
from cop.events.rules_kinds import ATTENDANCES, HEADCOUNT
from cop.host.models import Host
from cop.host.rules import check_accent
from cop.presets import loader
from cop.presets.loader import PresetError
from cop.territories.service_reference import read_reference

FIVE = ["cls-pontchateau", "cokillaje", "ctg", "haute-herbasse", "pacte"]
NBSP, NNBSP = "\u00a0", "\u202f"


def content(name: str) -> dict[str, Any]:
    return tomllib.loads((loader.FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def words(value: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in words(inner, f"{path}.{key}")]
    if isinstance(value, list):
        return [found for number, inner in enumerate(value) for found in words(inner, f"{path}[{number}]")]
    return [(path, value)] if isinstance(value, str) else []


def test_the_five_are_there() -> None:
    assert loader.names() == FIVE


@pytest.mark.parametrize("name", FIVE)
def test_every_text_is_in_both_languages(name: str) -> None:
    found = dict(words(content(name)))
    assert all(text.strip() for path, text in found.items() if path != ".host.address")
    for path in found:
        for language in LANGUAGES:
            if path.endswith(tuple(f"_{code}" for code in LANGUAGES)):
                assert f"{path[:-3]}_{language}" in found


@pytest.mark.parametrize("name", FIVE)
def test_french_is_well_set(name: str) -> None:
    french = [text for path, text in words(content(name)) if path.endswith("_fr") or path in {".host.name"}]
    for text in french:
        assert "'" not in text, text
        assert not re.search(r"[^\u00a0]:", text), text
        assert not re.search(r"[^\u202f][;?!]", text), text
        assert not re.search(r"«[^\u00a0]|[^\u00a0]»", text), text
        assert not re.search(r"\d h", text), text
        assert text[0].isupper() or text.islower(), text


@pytest.mark.parametrize("name", FIVE)
def test_nothing_speaks_of_a_person_being_treated_but_to_leave_them_out(name: str) -> None:
    for _path, text in words(content(name)):
        assert not re.search(r"\b(patients?|diagnosti\w+|malades?)\b", text, re.IGNORECASE), text


@pytest.mark.parametrize("name", FIVE)
def test_the_host(name: str) -> None:
    host = loader.read(name).host
    assert check_accent(host.accent) == host.accent
    assert re.fullmatch(r"[a-z.-]+@[a-z-]+\.example", host.email)
    kinds = {perimeter.key for perimeter in read_reference().perimeters}
    assert (host.root["kind"], host.root["code"]) in kinds
    assert host.target_rate is None or 1 <= host.target_rate <= 100


def test_the_accents_differ() -> None:
    assert len({loader.read(name).host.accent for name in FIVE}) == len(FIVE)


@pytest.mark.parametrize("name", FIVE)
def test_texts_fit_their_columns(name: str) -> None:
    """PostgreSQL refuses what SQLite lets pass."""
    found = content(name)
    tables = [(found["host"], Host), *((k, EventKind) for k in found["kinds"]), *((t, Theme) for t in found["themes"])]
    assert [text for table, model in tables for text in _too_long(table, model)] == []


def _too_long(table: dict[str, Any], model: type[Any]) -> list[str]:
    lengths = {column.key: getattr(column.type, "length", None) for column in sa.inspect(model).columns}
    texts = {key: value for key, value in table.items() if isinstance(value, str) and lengths.get(key)}
    return [f"{key}: {value}" for key, value in texts.items() if len(value) > (lengths[key] or 0)]


@pytest.mark.parametrize("name", FIVE)
def test_the_kinds(name: str) -> None:
    kinds = loader.read(name).kinds
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert any(kind.key_event for kind in kinds), "without a key event nothing is counted"
    assert any(kind.audience == "public" and kind.attendance == "by_half_day" for kind in kinds)
    for kind in kinds:
        assert kind.audience in AUDIENCES
        assert kind.attendance in ATTENDANCES
        start = datetime.combine(date(2026, 1, 5), time.fromisoformat(kind.starts_at))
        assert timedelta(0) < timedelta(minutes=kind.duration_minutes) <= LONGEST_HALF_DAY
        assert (start + timedelta(minutes=kind.duration_minutes)).date() == start.date()
        assert kind.capacity is None or kind.capacity > 0
        assert not (kind.key_event and kind.attendance == "headcount"), "a key event names those present"


@pytest.mark.parametrize("name", FIVE)
def test_the_reminders(name: str) -> None:
    for kind in loader.read(name).kinds:
        moments = [(reminder.days_before, reminder.at) for reminder in kind.reminders]
        assert len(set(moments)) == len(moments)
        for days, at in moments:
            assert 0 <= days <= 60
            assert time.fromisoformat(at).isoformat("minutes") == at
            assert days > 0 or at < kind.starts_at, f"{kind.code}: due after the start"
        assert bool(moments) is (kind.attendance != HEADCOUNT)


@pytest.mark.parametrize("name", FIVE)
def test_a_vocabulary_is_plain_data(name: str) -> None:
    vocabulary = loader.read(name).vocabulary
    assert json.loads(json.dumps(vocabulary)) == vocabulary
    assert {key[:-3] for key in vocabulary} == {"professionals", "key_events", "animator", "join"}


def test_a_word_nobody_reads_is_refused() -> None:
    found = content("cokillaje")
    found["kinds"][0]["colour"] = "red"
    with pytest.raises(PresetError, match="colour"):
        loader.parse("cokillaje", found)


def test_a_missing_word_is_refused() -> None:
    found = content("cokillaje")
    del found["kinds"][0]["name_en"]
    with pytest.raises(PresetError, match="name_en"):
        loader.parse("cokillaje", found)


def test_a_kind_that_cannot_be_is_refused() -> None:
    found = content("cokillaje")
    found["kinds"][0]["duration_minutes"] = 1000
    with pytest.raises(PresetError, match="study_morning, duration_minutes"):
        loader.parse("cokillaje", found)


@pytest.mark.parametrize("name", FIVE)
def test_residents_are_counted_and_never_named(name: str) -> None:
    """Workshops for families, public meetings and outreach hold no list of names."""
    for kind in loader.read(name).kinds:
        if re.search("workshop|outreach|public_|residents|parents", kind.code) and kind.audience != "invited":
            assert kind.attendance == HEADCOUNT, kind.code


def test_a_reminder_to_nobody_is_refused() -> None:
    found = content("cokillaje")
    meeting = next(kind for kind in found["kinds"] if kind.get("attendance") == "headcount")
    meeting["reminders"] = [{"days_before": 1, "text_fr": "Demain", "text_en": "Tomorrow"}]
    with pytest.raises(PresetError, match="nobody to remind"):
        loader.parse("cokillaje", found)


@pytest.mark.parametrize("name", ["", "cokilaje", "../events/models", "cokillaje.toml"])
def test_an_unknown_preset_is_refused_and_the_known_ones_named(app: object, name: str) -> None:
    with pytest.raises(Refused) as refused:
        loader.read(name)
    assert all(known in str(refused.value) for known in FIVE)
