"""Opening accounts, giving roles and taking them back, through the front door."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts import access, passwords
from cop.accounts.models import Account, Grant
from cop.activity.models import ActivityEntry
from cop.core.access import Permission
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from tests.people_of_the_tests import People, account, territory

BASE = "/administration/comptes"


@pytest.fixture
def ada(people: People) -> int:
    """Ada administers the whole organisation."""
    with unit_of_work():
        made = account("Ada Abel", "ada@cokillaje.example")
        made.grants.append(Grant(role="administrator", territory_id=None, starts_on=date(2025, 1, 1)))
        db.session.flush()
        return made.id


@pytest.fixture
def ines(people: People) -> int:
    """Inès administers Maine-et-Loire only."""
    with unit_of_work():
        return account("Inès Ibert", "ines@cokillaje.example", "administrator", territory("department", "49")).id


@pytest.fixture
def client_of(sign_in: Any) -> Any:
    return lambda number: sign_in(db.session.get_one(Account, number))


def filled(**changes: str) -> dict[str, str]:
    return {
        "name": "Eva Évrard",
        "email": "Eva@Cokillaje.example",
        "language": "fr",
        "role": "territorial_animator",
        "territory_id": str(territory("department", "72").id),
        "starts_on": "2026-11-20",
        "ends_on": "",
        **changes,
    }


def grants_of(email: str) -> list[tuple[str, date, date | None]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Grant.role, Grant.starts_on, Grant.ends_on)
        .join(Account)
        .where(Account.email == email)
        .order_by(Grant.id)
    )
    return [tuple(row) for row in rows]


class TestOpening:
    def test_an_account_is_opened_with_its_role_and_told(self, client_of: Any, ada: int, outbox: Any) -> None:
        client: FlaskClient = client_of(ada)
        answer = client.post(f"{BASE}/nouveau", data=filled(ends_on="2027-06-30"))
        assert answer.status_code == 303
        eva = db.session.scalars(sa.select(Account).filter_by(email="eva@cokillaje.example")).one()
        assert answer.location == f"{BASE}/{eva.id}"
        assert access.can(eva, Permission.EVENT_EDIT, territory("commune", "72181").id)
        assert grants_of(eva.email) == [("territorial_animator", date(2026, 11, 20), date(2027, 6, 30))]
        [mail] = outbox()
        assert (mail.recipient, mail.subject) == ("eva@cokillaje.example", "Votre compte est ouvert")
        page = client.get(answer.location).text
        assert "Animation territoriale, Sarthe" in page
        assert "du 20/11/2026 au 30/06/2027" in page

    def test_pressed_twice_it_is_one_account(self, client_of: Any, ada: int, outbox: Any) -> None:
        client: FlaskClient = client_of(ada)
        client.post(f"{BASE}/nouveau", data=filled())
        client.post(f"{BASE}/nouveau", data=filled())
        assert grants_of("eva@cokillaje.example") == [("territorial_animator", date(2026, 11, 20), None)]
        assert len(outbox()) == 1

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"email": "eva.example"}, "pas une adresse"),
            ({"name": " "}, "Écrivez le nom"),
            ({"starts_on": ""}, "premier jour"),
            ({"starts_on": "2026-12-01", "ends_on": "2026-11-30"}, "avant le premier"),
            ({"role": "emperor"}, ""),
            ({"role": ""}, "Choisissez un rôle"),
            ({"territory_id": "999999"}, ""),
            ({"territory_id": "everywhere; DROP TABLE"}, ""),
        ],
    )
    def test_what_is_wrong_is_shown_again(self, client_of: Any, ada: int, changes: dict[str, str], words: str) -> None:
        answer = client_of(ada).post(f"{BASE}/nouveau", data=filled(**changes))
        assert answer.status_code == 422
        assert words in answer.text
        assert grants_of("eva@cokillaje.example") == []
        assert db.session.scalars(sa.select(Account).filter_by(email="eva@cokillaje.example")).all() == []


class TestReach:
    """Who administers one territory gives rights there, and nowhere else."""

    def test_a_role_is_not_given_beyond_ones_territory(self, client_of: Any, ines: int) -> None:
        client: FlaskClient = client_of(ines)
        for place in ("everywhere", str(territory("department", "44").id), str(territory("region", "52").id)):
            assert client.post(f"{BASE}/nouveau", data=filled(territory_id=place)).status_code == 422
        assert grants_of("eva@cokillaje.example") == []
        here = str(territory("department", "49").id)
        assert client.post(f"{BASE}/nouveau", data=filled(territory_id=here)).status_code == 303

    def test_the_form_offers_only_what_may_be_given(self, client_of: Any, ines: int, ada: int) -> None:
        page = client_of(ines).get(f"{BASE}/nouveau").text
        assert ">Maine-et-Loire</option>" in page
        assert ">Sarthe</option>" not in page
        assert ">Partout</option>" not in page
        page = client_of(ada).get(f"{BASE}/nouveau").text
        assert ">Sarthe</option>" in page
        assert ">Partout</option>" in page

    def test_accounts_of_elsewhere_do_not_exist(self, client_of: Any, ines: int, ada: int, people: People) -> None:
        bob, charlie = people.bob_id, people.charlie_id
        client: FlaskClient = client_of(ines)
        page = client.get(BASE).text
        assert "Bob Bonnet" in page
        assert "Charlie Caron" not in page
        assert "Ada Abel" not in page
        assert client.get(f"{BASE}/{bob}").status_code == 200
        for path in ("", "/suspendre", "/retablir", "/roles"):
            answer = client.get(f"{BASE}/{charlie}") if not path else client.post(f"{BASE}/{charlie}{path}")
            assert answer.status_code == 404

    def test_an_account_with_roles_elsewhere_too_is_not_suspended(
        self, client_of: Any, ines: int, people: People
    ) -> None:
        with unit_of_work():
            place = territory("department", "44").id
            more = Grant(account_id=people.bob_id, role="reader", territory_id=place, starts_on=date(2026, 1, 1))
            db.session.add(more)
        assert client_of(ines).post(f"{BASE}/{people.bob_id}/suspendre").status_code == 403
        assert people.bob.active


class TestTakingBack:
    def test_a_role_in_force_ends_at_once_and_stays_written(self, client_of: Any, ada: int, people: People) -> None:
        [grant] = people.bob.grants
        client: FlaskClient = client_of(ada)
        assert client.post(f"{BASE}/{people.bob_id}/roles/{grant.id}/retirer").status_code == 303
        assert grants_of(people.bob.email) == [("territorial_animator", date(2025, 1, 1), date(2026, 11, 19))]
        assert not access.is_staff(people.bob)
        assert client_of(people.bob_id).get("/animation").status_code == 403

    def test_a_role_given_by_mistake_today_leaves_no_trace_but_the_log(
        self, client_of: Any, ada: int, people: People
    ) -> None:
        client: FlaskClient = client_of(ada)
        client.post(f"{BASE}/{people.diane_account_id}/roles", data=filled())
        [grant] = people.diane_account.grants
        client.post(f"{BASE}/{people.diane_account_id}/roles/{grant.id}/retirer")
        assert grants_of("diane@cabinet.example") == []
        actions = list(db.session.scalars(sa.select(ActivityEntry.action).order_by(ActivityEntry.id)))
        assert actions == ["account.role_given", "account.role_withdrawn"]

    def test_the_role_of_another_account_is_not_reached_through_this_one(
        self, client_of: Any, ada: int, people: People
    ) -> None:
        [grant] = people.bob.grants
        assert client_of(ada).post(f"{BASE}/{people.charlie_id}/roles/{grant.id}/retirer").status_code == 404

    def test_the_last_administrator_stays(self, client_of: Any, ada: int) -> None:
        client: FlaskClient = client_of(ada)
        [grant] = db.session.get_one(Account, ada).grants
        for path in (f"/roles/{grant.id}/retirer", "/suspendre"):
            page = client.post(f"{BASE}/{ada}{path}", follow_redirects=True)
            assert "C’est le dernier compte qui gère les comptes" in page.text
        assert grants_of("ada@cokillaje.example") == [("administrator", date(2025, 1, 1), None)]
        assert db.session.get_one(Account, ada).active

    def test_one_of_two_may_go(self, client_of: Any, ada: int) -> None:
        with unit_of_work():
            other = account("Omar Ollier", "omar@cokillaje.example")
            other.grants.append(Grant(role="administrator", territory_id=None, starts_on=date(2025, 1, 1)))
        client_of(ada).post(f"{BASE}/{ada}/suspendre")
        assert not db.session.get_one(Account, ada).active

    def test_suspended_is_out_and_restored_is_in(self, client_of: Any, ada: int, people: People) -> None:
        client: FlaskClient = client_of(ada)
        client.post(f"{BASE}/{people.bob_id}/suspendre")
        db.session.rollback()
        assert not people.bob.active
        assert "Suspendu" in client.get(BASE).text
        client.post(f"{BASE}/{people.bob_id}/retablir")
        db.session.rollback()
        assert people.bob.active


class TestOneself:
    GOOD = "lune bateau seize camion"

    def test_name_and_language(self, sign_in: Any, people: People) -> None:
        client: FlaskClient = sign_in(people.diane_account)
        answer = client.post("/moi/compte", data={"name": "Diane Dumas-Roy", "language": "en"})
        assert answer.status_code == 303
        db.session.rollback()
        assert (people.diane_account.name, people.diane_account.language) == ("Diane Dumas-Roy", "en")

    def test_a_first_password_asks_for_no_other(self, sign_in: Any, people: People, outbox: Any) -> None:
        client: FlaskClient = sign_in(people.diane_account)
        page = client.get("/moi/compte").text
        assert "Mot de passe actuel" not in page
        data = {"password": self.GOOD, "again": self.GOOD}
        assert client.post("/moi/compte/mot-de-passe", data=data).status_code == 303
        db.session.rollback()
        assert passwords.matches(people.diane_account.password_hash, self.GOOD)
        assert client.get("/moi/compte").status_code == 200, "one stays in, others are out"
        assert [mail.kind for mail in outbox()] == ["accounts.password_changed"]

    def test_another_one_asks_for_the_present_one(self, sign_in: Any, people: People) -> None:
        with unit_of_work():
            people.diane_account.password_hash = passwords.hashed("le tout premier, assez long")
        client: FlaskClient = sign_in(people.diane_account)
        data = {"password": self.GOOD, "again": self.GOOD}
        assert client.post("/moi/compte/mot-de-passe", data=data).status_code == 422
        wrong = client.post("/moi/compte/mot-de-passe", data={**data, "current": "something else"})
        assert wrong.status_code == 422
        assert "pas votre mot de passe actuel" in wrong.text
        right = client.post("/moi/compte/mot-de-passe", data={**data, "current": "le tout premier, assez long"})
        assert right.status_code == 303

    def test_unless_one_has_just_come_by_link(
        self, client: FlaskClient, people: People, outbox: Any, clock: Any
    ) -> None:
        with unit_of_work():
            people.diane_account.password_hash = passwords.hashed("oublié, mais assez long")
        client.post("/connexion", data={"link-email": "diane@cabinet.example"})
        address = outbox()[0].text.split("<http://localhost")[1].split(">")[0]
        client.post(address)
        assert "Mot de passe actuel" not in client.get("/moi/compte").text
        clock.advance(minutes=31)
        assert "Mot de passe actuel" in client.get("/moi/compte").text

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"password": "short", "again": "short"}, "12 caractères"),
            ({"password": GOOD, "again": GOOD + "s"}, "pas pareils"),
            ({"password": "diane dumas 49", "again": "diane dumas 49"}, "nom et adresse"),
        ],
    )
    def test_a_password_that_will_not_do(self, sign_in: Any, people: People, data: Any, words: str) -> None:
        answer = sign_in(people.diane_account).post("/moi/compte/mot-de-passe", data=data)
        assert answer.status_code == 422
        assert words in answer.text
        assert people.diane_account.password_hash is None
