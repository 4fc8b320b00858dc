"""The staff's pages, as a browser opens them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.models import ActivityEntry
from cop.activity.service import COMMAND
from cop.core import clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.memberships import queries, service
from cop.memberships.models import Membership, MembershipKind, Payment
from tests.conftest import Browser, ClockHand, Queries
from tests.memberships.conftest import kind, member, pay
from tests.people_of_the_tests import People, person

SignIn = Callable[[Any], Browser]
LIST = "/coordination/adhesions"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("&nbsp;", " ")


@pytest.fixture
def asked(people: People) -> tuple[int, str]:
    """Diane's membership, awaiting its payment, and its address."""
    with unit_of_work():
        made = service.request(people.diane, kind().id, COMMAND)
        return made.id, f"/personnes/{people.diane_id}/adhesion/{made.id}"


def payment(**values: str) -> dict[str, str]:
    return {"press": "p1", "method": "cheque", "amount": "25,00 €", "paid_on": "2026-11-19", **values}


def test_a_cheque_recorded_from_the_list_to_the_receipt(
    people: People, sign_in: SignIn, asked: tuple[int, str]
) -> None:
    client, (_number, page) = sign_in(people.alice), asked
    assert page in client.get(f"{LIST}?liste=attente").text
    form = client.get(page).text
    assert 'value="25,00"' in form, "what remains is proposed"
    assert client.post(f"{page}/reglements", data=payment(number="0042")).status_code == 303
    shown = plain(client.get(page).text)
    assert "À jour" in shown
    assert "0042" in shown
    assert "Alice Aubry" in shown, "who recorded it"
    assert page in client.get(LIST).text
    made = client.post(f"{page}/recu")
    receipt = client.get(made.location)
    assert receipt.content_type == "application/pdf"
    assert receipt.data.startswith(b"%PDF")
    assert "recu-cotisation-2026-0001.pdf" in receipt.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"amount": "-25"}, "ne peut pas être négatif"),
        ({"amount": "vingt"}, "n’est pas un montant"),
        ({"amount": ""}, "Donnez le montant"),
        ({"amount": "30"}, "Il ne reste que 25,00 €"),
        ({"amount": "0"}, "supérieur à zéro"),
        ({"paid_on": "2027-01-01"}, "à venir"),
        ({"paid_on": "31/02/2026"}, "n’existe pas"),
        ({"paid_on": ""}, "Donnez le jour"),
        ({"method": ""}, "Choisissez le moyen"),
        ({"method": "exempt"}, "choix"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    people: People, sign_in: SignIn, asked: tuple[int, str], values: dict[str, str], why: str
) -> None:
    answer = sign_in(people.alice).post(f"{asked[1]}/reglements", data=payment(number="CH-77", **values))
    assert answer.status_code == 422
    assert why in plain(answer.text)
    assert "CH-77" in answer.text
    db.session.rollback()
    assert db.session.scalars(sa.select(sa.func.count(Payment.id))).one() == 0


def test_pressed_twice_recorded_once(people: People, sign_in: SignIn, asked: tuple[int, str]) -> None:
    client = sign_in(people.alice)
    for _press in range(2):
        assert client.post(f"{asked[1]}/reglements", data=payment(amount="10")).status_code == 303
    assert "une seule fois" in client.get(asked[1]).text
    assert db.session.scalars(sa.select(Payment.amount_cents)).all() == [1000]


def test_in_two_parts(people: People, sign_in: SignIn, asked: tuple[int, str]) -> None:
    client, (_number, page) = sign_in(people.alice), asked
    client.post(f"{page}/reglements", data=payment(amount="10"))
    assert "Réglée en partie" in client.get(page).text
    client.post(f"{page}/reglements", data=payment(press="p2", amount="15.00", paid_on="20/11/2026"))
    assert "Enregistrer un règlement" not in client.get(page).text


def test_a_mistake_is_cancelled_and_stays(people: People, sign_in: SignIn, asked: tuple[int, str]) -> None:
    client, (_number, page) = sign_in(people.alice), asked
    client.post(f"{page}/reglements", data=payment())
    address = f"{page}/reglements/{db.session.scalars(sa.select(Payment.id)).one()}/annuler"
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert client.post(address, data={"reason": "Chèque d’un autre"}).status_code == 303
    shown = client.get(page).text
    assert "<s>" in shown
    assert "Chèque d’un autre" in shown
    assert "En attente de règlement" in shown


def test_exempt_and_end_and_undo(people: People, sign_in: SignIn, asked: tuple[int, str]) -> None:
    client, (_number, page) = sign_in(people.alice), asked
    assert client.post(f"{page}/exonerer", data={"exempt-press": "e", "exempt-reason": ""}).status_code == 422
    client.post(f"{page}/exonerer", data={"exempt-press": "e", "exempt-reason": "Décision du bureau"})
    assert "Décision du bureau" in client.get(page).text
    early = client.post(f"{page}/terminer", data={"end-ended_on": "2025-01-01"})
    assert early.status_code == 422
    assert "avant d’avoir commencé" in early.text
    client.post(f"{page}/terminer", data={"end-ended_on": "2026-11-10", "end-reason": "Déménagement"})
    assert "Déménagement" in client.get(page).text
    client.post(f"{page}/reprendre")
    db.session.rollback()
    assert queries.is_member(people.diane_id, date(2026, 11, 20))


def test_asked_for_on_the_person_s_page(people: People, sign_in: SignIn) -> None:
    with unit_of_work():
        offered = kind().id
    client, page = sign_in(people.alice), f"/personnes/{people.diane_id}/adhesion"
    assert "Aucune adhésion" in client.get(page).text
    assert client.post(f"{page}/demander", data={"kind": "999:"}).status_code == 422
    for _press in range(2):
        assert client.post(f"{page}/demander", data={"kind": f"{offered}:"}).status_code == 303
    db.session.rollback()
    assert db.session.scalars(sa.select(sa.func.count(Membership.id))).one() == 1


def test_the_neighbour_s_members_are_not_listed(people: People, sign_in: SignIn) -> None:
    with unit_of_work():
        offered = kind()
        member(people.diane, offered)
        member(person("Nora", "Nantaise", commune="44109"), offered)
    shown = sign_in(people.charlie).get(LIST).text
    assert "Nantaise" in shown
    assert "Dumas" not in shown
    copy = sign_in(people.bob).post(f"{LIST}/export", data={"liste": "a-jour"}).text
    assert "Dumas" in copy
    assert "Nantaise" not in copy


def test_totals_are_those_of_the_lists(people: People, sign_in: SignIn, clock: ClockHand) -> None:
    with unit_of_work():
        full, reduced = kind(), kind("reduced", 1000, name_fr="Tarif réduit")
        member(people.diane, full)
        member(person("Zoé", "Lévêque"), reduced)
        lapsed = member(person("Paul", "Parti"), full, 2025)
        waiting = service.request(person("Ana", "Attend"), full.id, COMMAND)
        pay(waiting, 500)
        gone = member(person("Gil", "Quitte"), full, 2025)
        service.end(gone, date(2025, 10, 1), "", COMMAND)
        assert lapsed.ends_on == date(2025, 12, 31)
        reduced_id = reduced.id
    client = sign_in(people.alice)
    shown = plain(client.get(LIST).text)
    assert "35,00 € reçus" in shown
    assert "20,00 € à recevoir" in shown
    assert "Parti" in client.get(f"{LIST}?liste=non-renouvelees").text
    assert "Quitte" not in client.get(f"{LIST}?liste=non-renouvelees").text
    only = client.get(f"{LIST}?formule={reduced_id}").text
    assert "Lévêque" in only
    assert "Dumas" not in only


def test_the_copy_is_written_in_the_log_and_runs_no_formula(people: People, sign_in: SignIn) -> None:
    with unit_of_work():
        member(person("=1+1", "@SUM(A1)"), kind())
    data = sign_in(people.alice).post(f"{LIST}/export", data={"liste": "a-jour"})
    assert data.data.startswith(b"\xef\xbb\xbf")
    assert "'=1+1" in data.text
    assert "25,00" in data.text
    assert "membership.exported" in db.session.scalars(sa.select(ActivityEntry.action)).all()


def test_as_many_statements_for_five_as_for_fifty(people: People, sign_in: SignIn, queries: Queries) -> None:
    def count() -> int:
        with queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    with unit_of_work():
        offered = kind()
        for number in range(5):
            member(person("Zoé", f"Lévêque {number}"), offered)
        offered_id = offered.id
    client = sign_in(people.alice)
    client.get(LIST)
    few = count()
    with unit_of_work():
        for number in range(5, 50):
            member(person("Zoé", f"Lévêque {number}"), db.session.get_one(MembershipKind, offered_id))
    assert count() == few


def test_a_new_price_changes_no_past(people: People, sign_in: SignIn, asked: tuple[int, str]) -> None:
    client = sign_in(people.alice)
    number = db.session.scalars(sa.select(MembershipKind.id)).one()
    price = {"name_fr": "Adhésion", "offered_to": "individual", "period": "civil_year", "active": "y", "amount": "30 €"}
    assert client.post(f"{LIST}/tarifs/{number}", data={**price, "amount": "-1"}).status_code == 422
    assert client.post(f"{LIST}/tarifs/{number}", data=price).status_code == 303
    assert "30,00" in plain(client.get(f"{LIST}/tarifs").text)
    assert "25,00" in plain(client.get(asked[1]).text)
    assert client.post(f"{LIST}/tarifs/nouveau", data={**price, "name_fr": "Autre"}).status_code == 303
    assert db.session.scalars(sa.select(sa.func.count(MembershipKind.id))).one() == 2


def test_settings_are_kept(people: People, sign_in: SignIn) -> None:
    client, page = sign_in(people.alice), f"{LIST}/reglages"
    wrong = client.post(page, data={"renewal_opens_days": "-4", "how_to_pay_fr": "Par chèque"})
    assert wrong.status_code == 422
    assert "Par chèque" in wrong.text
    assert client.post(page, data={"renewal_opens_days": "45", "how_to_pay_fr": "Par chèque"}).status_code == 303
    assert "Par chèque" in client.get(page).text
    db.session.rollback()
    assert queries.settings().renewal_opens_days == 45


def test_moments_tell_the_story(people: People) -> None:
    from cop.memberships import queries_timeline

    with unit_of_work():
        made = member(people.diane, kind())
        service.end(made, date(2026, 11, 1), "", COMMAND)
    told = [str(moment.text) for moment in queries_timeline.moments(people.diane_id)]
    assert len(told) == 3
    assert all(moment.kind == "membership" for moment in queries_timeline.moments(people.diane_id))
    assert clock.today() > date(2026, 11, 1)


def test_where_nobody_becomes_a_member_no_tab_speaks_of_it(people: People, sign_in: SignIn) -> None:
    client = sign_in(people.diane_account)
    assert "Mon adhésion" not in client.get("/moi").text
    with unit_of_work():
        kind()
    assert "Mon adhésion" in client.get("/moi").text
