"""When two records look like one person."""

from dataclasses import replace

import pytest

from cop.duplicates.rules import Card, likeness, pairs

ANGERS, SAUMUR = 1, 2
ONE = Card(1, "Anne-Lise", "Le Goff", "anne@x.example", "10000000017", None, "91", frozenset({ANGERS}))
BARE = Card(2, "Zoé", "Autre")


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (replace(BARE, rpps="10000000017"), {"number"}),
        (replace(BARE, claimed="10000000017"), {"claimed"}),
        (replace(BARE, email="anne@x.example"), {"email"}),
        (replace(BARE, given="Anne Lise", family="LE GOFF", communes=frozenset({ANGERS})), {"name", "commune"}),
        (replace(BARE, given="Le Goff", family="Annelise", communes=frozenset({ANGERS})), {"swapped", "commune"}),
        (replace(BARE, given="A.", family="Le Goff", communes=frozenset({ANGERS})), {"initials", "commune"}),
        (replace(BARE, given="A.-L.", family="Legoff", communes=frozenset({ANGERS})), {"initials", "commune"}),
        (replace(BARE, given="Anne-Lise", family="Le Goff", email="anne@x.example"), {"name", "email"}),
    ],
)
def test_alike(other: Card, reasons: set[str]) -> None:
    found = likeness(ONE, other)
    assert found is not None
    assert set(found.reasons) == reasons
    assert likeness(other, ONE) == found
    assert list(pairs([other, ONE])) == [(1, 2)]


@pytest.mark.parametrize(
    "other",
    [
        BARE,
        replace(BARE, rpps="10000000025", email="anne@x.example", given="Anne-Lise", family="Le Goff"),  # two numbers
        replace(BARE, given="Anne-Lise", family="Le Goff", communes=frozenset({SAUMUR})),
        replace(BARE, given="Anne-Lise", family="Le Goff"),
        replace(BARE, given="B.", family="Le Goff", communes=frozenset({ANGERS})),
        replace(BARE, communes=frozenset({ANGERS}), profession="91"),
        replace(BARE, given="", family="", communes=frozenset({ANGERS})),
    ],
)
def test_not_alike(other: Card) -> None:
    assert likeness(ONE, other) is None
    assert pairs([ONE, other]) == {}


def test_the_surer_comes_first() -> None:
    scores = [
        likeness(ONE, other).score  # type: ignore[union-attr]
        for other in (
            replace(ONE, id=2),
            replace(BARE, rpps=ONE.rpps),
            replace(BARE, claimed=ONE.rpps),
            replace(BARE, given=ONE.given, family=ONE.family, communes=ONE.communes),
            replace(BARE, email=ONE.email),
            replace(BARE, email=ONE.email, profession="70"),
        )
        if likeness(ONE, other)
    ]
    assert scores == sorted(scores, reverse=True)


def test_a_mailbox_of_many_is_nobody_s() -> None:
    """« contact@ » of a big practice would make a pair of each two of its people."""
    cards = [Card(n, f"P{n}", f"N{n}", "contact@x.example") for n in range(1, 20)]
    assert pairs(cards) == {}


def test_twenty_thousand_people_are_compared_in_passing() -> None:
    """Only those who share something are compared: 40 communes of 500 people give few comparisons."""
    cards = [Card(n, f"Prenom{n}", f"Nom{n % 5000}", communes=frozenset({n % 40})) for n in range(20_000)]
    assert isinstance(pairs(cards), dict)
