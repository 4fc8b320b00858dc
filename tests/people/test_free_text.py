"""What a short note must not hold, and telephone numbers."""

import pytest

from cop.people.rules_free_text import personal_details
from cop.people.rules_phones import phone, phone_number


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("écrire à lea.martin@ecole.example", "mail address"),
        ("rappeler au 02 61 91 00 01", "telephone"),
        ("rappeler au 0261910001", "telephone"),
        ("joignable au +33 6 39 98 00 01", "telephone"),
        ("joignable au 0033639980001", "telephone"),
        ("sécu 2 91 07 49 007 123 45", "13 to 15 digits"),
        ("dossier 291074900712345", "13 to 15 digits"),
        ("enfant né le 12 mars", "born"),
        ("née en 2019", "born"),
        ("NÉ LE 01/02/2020", "born"),
    ],
)
def test_what_is_found(text: str, word: str) -> None:
    assert any(word in str(sentence) for sentence in personal_details(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rencontre du 14 janvier 2027 à 9 h 30, 40 places",
        "Budget de 12 500 euros, convention 2026-0412",
        "Programme envoyé ; ne le relancer qu’en mars",
        "FINESS 490000031, SIREN 200000438",
        "Salle 3, 49100 Angers",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert personal_details(text) == []


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("02 61 91 00 01", "+33261910001", "02 61 91 00 01"),
        ("02.61.91.00.01", "+33261910001", "02 61 91 00 01"),
        ("+33 6 39 98 00 01", "+33639980001", "06 39 98 00 01"),
        ("+32 2 555 00 00", "+3225550000", "+32 2 555 00 00"),
    ],
)
def test_a_telephone_number(typed: str, kept: str, shown: str) -> None:
    assert phone_number(typed) == kept
    assert phone(kept) == shown.replace(" ", "\u00a0")


@pytest.mark.parametrize("typed", ["", "12", "0261", "bonjour", "02 61 91 00 01 02 03 04"])
def test_not_a_telephone_number(typed: str) -> None:
    assert phone_number(typed) is None
