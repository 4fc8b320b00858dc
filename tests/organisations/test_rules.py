"""Names, numbers, addresses and patience, on plain values."""

from datetime import date

import pytest

from cop.organisations import rules


@pytest.mark.parametrize("number", ["490000031", "49 000 003 1", "2A0000012"])
def test_a_finess_number_that_can_be(number: str) -> None:
    assert rules.finess_error(number) is None


@pytest.mark.parametrize(
    ("number", "words"),
    [("490000032", "check digit"), ("49000003", "nine characters"), ("4900000311", "nine"), ("2C0000012", "nine")],
)
def test_a_finess_number_that_cannot_be(number: str, words: str) -> None:
    assert words in str(rules.finess_error(number))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("www.msp.example", "https://www.msp.example"),
        ("http://msp.example/equipe", "http://msp.example/equipe"),
        ("javascript:alert(1)", None),
        ("ftp://msp.example", None),
        ("msp", None),
        ("https://a b.example", None),
        ("https://bank.example@evil.example", None),
    ],
)
def test_the_address_of_a_website(typed: str, kept: str | None) -> None:
    assert rules.web_address(typed) == kept


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 20), 6, date(2026, 5, 20)),
        (date(2026, 8, 31), 6, date(2026, 2, 28)),
        (date(2028, 8, 30), 6, date(2028, 2, 29)),
        (date(2027, 1, 15), 13, date(2025, 12, 15)),
        (date(2026, 1, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_before(day: date, months: int, before: date) -> None:
    assert rules.months_before(day, months) == before


def test_dormant_counts_from_the_last_exchange_or_from_the_record() -> None:
    today = date(2026, 11, 20)
    assert rules.is_dormant(date(2026, 5, 19), date(2020, 1, 1), 6, today)
    assert not rules.is_dormant(date(2026, 5, 20), date(2020, 1, 1), 6, today)
    assert rules.is_dormant(None, date(2026, 5, 19), 6, today)
    assert not rules.is_dormant(None, date(2026, 11, 1), 6, today)


def test_the_words_that_tell_organisations_apart() -> None:
    assert rules.telling_words("Maison de santé des Peupliers") == ["peupliers"]
    assert rules.telling_words("Maison de santé") == ["maison", "de", "sante"]
    assert rules.twin_key("Maison de Santé", 3) == rules.twin_key("maison de sante", 3)
    assert rules.twin_key("Maison de santé", 3) != rules.twin_key("Maison de santé", 4)
