"""What a password must be."""

from datetime import date

import pytest

from cop.accounts.rules import check_password, check_period, normalised_email
from cop.core.errors import Refused
from cop.core.web import Application

OWN = ["Alice Aubry", "alice@cokillaje.example"]


@pytest.mark.parametrize(
    "password",
    [
        "lune bateau seize camion",
        "alice aime les huîtres cuites",  # one's own first name, in enough other words
        "            espaces comptés    ",
        "нет пароля лучше",
        "🦪🦞🦀🐚🐙🦑🐟🐠🐡🦈🐬🐳",
        "073419852604471938",
    ],
)
def test_a_long_password_of_any_kind_will_do(app: Application, password: str) -> None:
    check_password(password, OWN)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "12 caractères"),
        ("onze signes", "12 caractères"),
        ("x" * 201, "200"),
        ("azertyuiop123", "premiers"),
        ("AZERTYUIOP-123", "premiers"),
        ("Motdépasse 2026", "premiers"),
        ("aaaaaaaaaaaa", "premiers"),
        ("abcabcabcabcabc", "premiers"),
        ("12345678901234567890", "premiers"),
        ("AliceAubry2026!", "nom et adresse"),
        ("alice@cokillaje.example", "nom et adresse"),
        ("aubry.alice.49", "nom et adresse"),
    ],
)
def test_what_is_tried_first_is_refused(app: Application, password: str, words: str) -> None:
    with app.test_request_context(), pytest.raises(Refused) as refused:
        check_password(password, OWN)
    assert words in str(refused.value).replace("\u202f", " ")
    assert refused.value.field == "password"


def test_an_address_is_one_however_it_is_typed() -> None:
    assert normalised_email("  Alice@Cokillaje.EXAMPLE ") == "alice@cokillaje.example"


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    check_period(date(2026, 1, 1), date(2026, 1, 1))
    check_period(date(2026, 1, 1), None)
    with pytest.raises(Refused):
        check_period(date(2026, 1, 2), date(2026, 1, 1))
