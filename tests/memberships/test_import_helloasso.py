"""HelloAsso's export: checked first, imported once, mended, undone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.service import COMMAND
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.memberships import service_receipts
from cop.memberships.models import Membership, MembershipKind, Payment
from cop.people.models import Person
from tests.conftest import Browser
from tests.imports.conftest import Desk, plain
from tests.memberships.conftest import kind
from tests.people_of_the_tests import People, person

FOLDER = Path(__file__).parent
CSV = (FOLDER / "helloasso.csv").read_bytes()
XLSX = (FOLDER / "helloasso.xlsx").read_bytes()


def bring(desk: Desk, content: bytes, name: str = "export.csv") -> Any:
    assert desk.send(content, name, target="helloasso").status_code == 303
    assert desk.match().status_code == 303
    desk.work()
    desk.press("importer")
    return desk.work()


@pytest.fixture
def desk(people: People, sign_in: Callable[[Any], Browser]) -> Desk:
    with unit_of_work():
        kind()
    return Desk(sign_in(people.alice))


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalars(sa.select(sa.func.count()).select_from(model)).one()


@pytest.mark.parametrize(("content", "name"), [(CSV, "export.csv"), (XLSX, "export.xlsx")])
def test_the_sample_as_csv_and_as_a_workbook(desk: Desk, people: People, content: bytes, name: str) -> None:
    desk.send(content, name, target="helloasso")
    assert desk.held.mapping[:4] == ["reference", "date", "state", "family_name"]
    desk.match()
    held = desk.work()
    assert held.counts == {"create": 5, "change": 1, "refused": 2}
    assert (count(Payment), count(Membership)) == (0, 0), "checking changes nothing"
    refusals = desk.refusals()
    assert "« Annulé »" in refusals[7]
    assert "« Tarif étudiant 2026 »" in refusals[6]
    desk.press("importer")
    desk.work()
    assert (count(Payment), count(Membership)) == (6, 6)
    rows = db.session.execute(
        sa.select(Person.family_name, Payment.amount_cents, Payment.method, Payment.number)
        .join(Membership, Membership.person_id == Person.id)
        .join(Payment, Payment.membership_id == Membership.id)
        .order_by(Payment.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("Dumas", 2500, "card", "81234501"),
        ("Le Goff", 2500, "card", "81234502"),
        ("Martin", 2500, "card", "81234503"),
        ("Bertin", 2500, "card", "81234503"),
        ("Moreau", 2000, "card", "81234506"),
        ("Garnier", 2500, "cheque", "81234507"),
    ]
    éloïse = db.session.scalars(sa.select(Person).filter_by(family_name="Martin")).one()
    assert éloïse.email == "eloise.martin@tilleuls.example", "not the address of the office that paid"


def test_the_same_file_again_records_nothing(desk: Desk) -> None:
    bring(desk, CSV)
    again = bring(desk, XLSX, "export.xlsx")
    assert again.counts == {"same": 6, "refused": 2}
    assert count(Payment) == 6


def test_an_unknown_price_is_given_a_kind_and_the_line_goes_through(desk: Desk) -> None:
    bring(desk, CSV)
    with unit_of_work():
        kind("reduced", 1000, name_fr="Tarif réduit", import_names="Étudiant\nTarif étudiant 2026")
    held = bring(desk, CSV)
    assert held.counts == {"same": 6, "create": 1, "refused": 1}
    assert db.session.scalars(sa.select(Payment.amount_cents).where(Payment.number == "81234504")).one() == 1000


def test_undone_whole(desk: Desk) -> None:
    before = count(Person)
    bring(desk, CSV)
    desk.press("annuler")
    assert desk.work().state == "undone"
    assert (count(Payment), count(Membership), count(Person)) == (0, 0, before)


def test_a_receipt_already_issued_holds_its_membership(desk: Desk) -> None:
    bring(desk, CSV)
    with unit_of_work():
        made = db.session.scalars(sa.select(Membership).order_by(Membership.id).limit(1)).one()
        service_receipts.issue(made, COMMAND)
    desk.press("annuler")
    desk.work()
    assert count(Membership) == 1, "what a receipt proves is not undone"


def line(**said: str) -> str:
    values = {
        "reference": "1", "date": "05/03/2026 10:00", "state": "Validé", "nom": "Dumas", "prenom": "Diane",
        "mail": "diane@cabinet.example", "price": "Adhésion individuelle", "amount": "25,00", **said,
    }  # fmt: skip
    return ";".join(values.values()) + "\n"


HEAD = (
    "Référence commande;Date de la commande;Statut de la commande;Nom adhérent;Prénom adhérent;Email payeur;"
    "Tarif;Montant tarif\n"
)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"reference": ""}, "pas de référence"),
        ({"date": "hier"}, "ne peut pas être lue"),
        ({"date": "05/03/2031"}, "à venir"),
        ({"nom": ""}, "pas de nom"),
        ({"mail": "diane@cabinet"}, "n’est pas une adresse"),
        ({"amount": "-25,00"}, "ne peut pas être négatif"),
        ({"amount": "beaucoup"}, "pas un montant"),
        ({"nom": "Durand", "prenom": "Alice"}, "l’adresse de Diane Dumas"),
        ({"state": "Remboursé"}, "« Remboursé »"),
    ],
)
def test_what_is_wrong_is_told_line_by_line(desk: Desk, said: dict[str, str], why: str) -> None:
    desk.send(HEAD + line(**said), "export.csv", target="helloasso")
    desk.match()
    assert desk.work().counts == {"refused": 1}
    assert why in desk.refusals()[2]


def test_the_same_line_twice_and_two_people_of_one_name(desk: Desk, people: People) -> None:
    with unit_of_work():
        person("Zoé", "Lévêque", email="un@cabinet.example")
        person("Zoé", "Lévêque", email="deux@cabinet.example")
    zoé = {"nom": "Lévêque", "prenom": "Zoé"}
    table = (
        HEAD
        + line()
        + line()
        + line(reference="2")
        + line(reference="3", mail="", **zoé)
        + line(reference="4", mail="deux@cabinet.example", **zoé)
    )
    desk.send(table, "export.csv", target="helloasso")
    desk.match()
    assert desk.work().counts == {"change": 2, "refused": 3}
    refusals = {number: plain(words) for number, words in desk.refusals().items()}
    assert "ligne 2" in refusals[3]
    assert "ligne 2" in refusals[4], "two full payments of one period"
    assert "Plusieurs personnes" in refusals[5]


def test_paid_in_november_for_the_year_after(desk: Desk, people: People) -> None:
    bring(desk, (HEAD + line()).encode())
    bring(desk, (HEAD + line(reference="2", date="10/11/2026 08:00")).encode())
    db.session.rollback()
    years = db.session.scalars(sa.select(Membership.starts_on).order_by(Membership.starts_on)).all()
    assert [day.year for day in years] == [2026, 2027]
    assert db.session.scalars(sa.select(MembershipKind.amount_cents)).one() == 2500


def test_who_does_not_manage_memberships_imports_none(people: People, sign_in: Callable[[Any], Browser]) -> None:
    answer = Desk(sign_in(people.bob)).send(CSV, target="helloasso")
    assert answer.status_code in {403, 404}
