"""Codes, names and numbers, as tables of cases."""

from datetime import date

import pytest

from cop.core.i18n import speaking
from cop.core.web import Application
from cop.territories import rules
from cop.territories.rules import Location
from cop.territories.rules_headcounts import NumberSet, distinct, pack, unpack_all


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Pont-Château", "pontchateau"),
        ("Pontchâteau", "pontchateau"),
        ("St Gildas des Bois", "saintgildasdesbois"),
        ("Saint-Gildas-des-Bois", "saintgildasdesbois"),
        ("STE-ANNE-SUR-BRIVET", "sainteannesurbrivet"),
        ("L'Île-d'Yeu", "liledyeu"),
        ("L’Île d’Yeu", "liledyeu"),
        ("Œuilly", "oeuilly"),
        ("Estables", "estables"),
        ("  ", ""),
    ],
)
def test_names_are_compared_as_people_type_them(typed: str, kept: str) -> None:
    assert rules.search_name(typed) == kept


@pytest.mark.parametrize(
    ("commune", "department"),
    [
        ("01053", "01"),
        ("2A004", "2A"),
        ("2B033", "2B"),
        ("97411", "974"),
        ("97701", "977"),
        ("98818", "988"),
        ("44129", "44"),
    ],
)
def test_department_of_a_commune(commune: str, department: str) -> None:
    assert rules.department_of_commune(commune) == department


@pytest.mark.parametrize(
    ("postal_code", "department"),
    [
        ("01200", "01"),
        ("20090", "2A"),
        ("20137", "2A"),
        ("20200", "2B"),
        ("20600", "2B"),
        ("97400", "974"),
        ("97133", "977"),
        ("97150", "978"),
        ("98800", "988"),
        ("44606", "44"),
        ("GL", ""),
        ("", ""),
        ("4416", ""),
        ("44 160", ""),
        ("٤٤١٦٠", ""),
    ],
)
def test_department_of_a_postal_code(postal_code: str, department: str) -> None:
    assert rules.department_of_postal_code(postal_code) == department


COMMUNES = {"26210": (7, "26"), "26184": (7, "26"), "75056": (9, "75"), "49144": (8, "44")}


@pytest.mark.parametrize(
    ("commune", "postal_code", "location"),
    [
        ("26184", "26350", Location("26", 7)),  # merged since
        ("49144", "49440", Location("44", 8)),  # merged into the next département
        ("75107", "75007", Location("75", 9)),  # an arrondissement is Paris
        ("75056", "", Location("75", 9)),
        ("69383", "69003", Location("69", None, "69003")),
        ("74109", "01200", Location("74", None, "01200")),  # the commune's code wins over the postal code
        ("", "44160", Location("44", None, "44160")),
        ("", "GL", Location("")),
        ("", "", Location("")),
        ("44999", "GL", Location("44")),
    ],
)
def test_where_a_line_says_somebody_practises(commune: str, postal_code: str, location: Location) -> None:
    assert rules.locate(commune, postal_code, COMMUNES) == location


@pytest.mark.parametrize("number", ["732829320", "356000000", "99000000374", "18", ""])
def test_numbers_that_pass_the_check(number: str) -> None:
    assert rules.luhn_valid(number) is bool(number)


@pytest.mark.parametrize("number", ["732829321", "73282932A", "٤٤١٦٠", "12"])
def test_numbers_that_do_not(number: str) -> None:
    assert not rules.luhn_valid(number)


@pytest.mark.parametrize(
    "typed", ["99000000374", " 9900 0000 374 ", "899000000374", "8 99 000 000 374", "99.000.000.374"]
)
def test_a_typed_number_is_accepted_as_people_write_it(typed: str) -> None:
    assert rules.rpps_error(typed) is None
    assert rules.rpps_number(typed) == "99000000374"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("99000000375", "chiffre de contrôle"),
        ("9900000037", "onze chiffres"),
        ("490012345", "onze chiffres"),
        ("99O00000374", "que des chiffres"),
        ("", "que des chiffres"),
    ],
)
def test_a_wrong_number_is_refused_in_a_sentence(app: Application, typed: str, sentence: str) -> None:
    with app.test_request_context(), speaking("fr"):
        assert sentence in str(rules.rpps_error(typed))


def test_many_numbers_are_checked_at_once() -> None:
    right = b"99000000374" * 700
    assert rules.check_digits_valid(right)
    assert rules.check_digits_valid(b"")
    for position in range(11):
        wrong = bytearray(right)
        at = 300 * 11 + position
        wrong[at] = (wrong[at] - 48 + 1) % 10 + 48
        assert not rules.check_digits_valid(bytes(wrong))


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("PS_LibreAcces_Personne_activite_202609230712.txt", date(2026, 9, 23)),
        ("PS_LibreAcces_Personne_activite_202609230712", date(2026, 9, 23)),
        ("ps-libreacces-personne-activite.txt", None),
        ("extract_202613450712.txt", None),
        ("extract_20260923.txt", None),
    ],
)
def test_the_date_is_in_the_name(name: str, day: date | None) -> None:
    assert rules.date_in_name(name) == day


def test_a_fingerprint_says_nothing_without_its_key() -> None:
    mine, theirs = rules.Fingerprints("a secret of this server" * 5), rules.Fingerprints("another")
    assert mine.of(b"99000000374") == mine.of(b"99000000374")
    assert mine.of(b"99000000374") != mine.of(b"99000000378")
    assert mine.of(b"99000000374") != theirs.of(b"99000000374")
    assert len(mine.of(b"99000000374")) == 8


def test_packed_people() -> None:
    assert unpack_all(pack({5, -3, 2**62})) == (-3, 5, 2**62)
    assert distinct([pack({1, 2}), pack({2, 3}), pack(())]) == 3


def test_distinct_numbers_take_a_bit_each() -> None:
    numbers = NumberSet()
    numbers.update([b"99000000374", b"99000000374", b"10001234565", b"02A1234567"])
    numbers.update([b"10001234565"])
    assert len(numbers) == 3
