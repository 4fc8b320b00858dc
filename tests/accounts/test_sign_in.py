"""Signing in by password or by mailed link, through the front door."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts import passwords, service
from cop.accounts.models import Account, SignInLink
from cop.activity.models import ActivityEntry
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from tests.accounts.conftest import HASH, PASSWORD, press, signed_in
from tests.people_of_the_tests import People

# What comes after, for whoever has a role: test_second_factor.py.
pytestmark = pytest.mark.usefixtures("optional_factor")


def ask_link(client: FlaskClient, email: str, **more: str) -> Any:
    return client.post("/connexion", data={"link-email": email, **more})


def address_in(mail: Any) -> str:
    found = re.search(r"http://localhost(/connexion/lien/[^\s>]+)", mail.text)
    assert found
    return found[1]


class TestPassword:
    def test_the_right_one_signs_in(self, client: FlaskClient, bob: str, people: People) -> None:
        answer = press(client, "  Bob@Cokillaje.example ", PASSWORD)
        assert (answer.status_code, answer.location) == (303, "/animation")
        assert signed_in(client)
        entry = db.session.scalars(sa.select(ActivityEntry)).one()
        assert (entry.action, entry.actor_id, entry.data) == ("account.signed_in", people.bob_id, {"by": "password"})

    def test_a_wrong_one_does_not(self, client: FlaskClient, bob: str) -> None:
        answer = press(client, bob, PASSWORD + "s")
        assert answer.status_code == 422
        assert "ne vont pas ensemble" in answer.text
        assert not signed_in(client)

    def test_spaces_around_belong_to_it(self, client: FlaskClient, bob: str) -> None:
        assert press(client, bob, f" {PASSWORD}").status_code == 422

    def test_nobody_tells_who_has_an_account(
        self, client: FlaskClient, bob: str, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Unknown, known with a wrong password, member without password, suspended: one answer, one hash."""
        with unit_of_work():
            people.charlie.password_hash, people.charlie.active = HASH, False
        verified: list[bool] = []
        matches = passwords.matches
        monkeypatch.setattr(passwords, "matches", lambda *a: verified.append(matches(*a)) or verified[-1])
        pages = set()
        for email, password in (
            ("nobody@cokillaje.example", PASSWORD),
            (bob, "something else, long"),
            ("diane@cabinet.example", PASSWORD),
            ("charlie@cokillaje.example", PASSWORD),
        ):
            answer = press(client, email, password)
            assert answer.status_code == 422
            pages.add(re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text.replace(email, "…")))
        assert len(pages) == 1
        assert verified == [False] * 4

    def test_an_outdated_hash_is_made_anew(self, client: FlaskClient, bob: str, people: People) -> None:
        weak = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        with unit_of_work():
            people.bob.password_hash = weak
        assert press(client, bob, PASSWORD).status_code == 303
        db.session.rollback()
        assert people.bob.password_hash != weak
        assert passwords.matches(people.bob.password_hash, PASSWORD)

    def test_no_transaction_is_open_while_hashing(
        self, client: FlaskClient, bob: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_ones: list[bool] = []
        matches = passwords.matches

        def watched(*arguments: Any) -> bool:
            open_ones.append(db.session().in_transaction())
            return matches(*arguments)

        monkeypatch.setattr(passwords, "matches", watched)
        press(client, bob, PASSWORD)
        assert open_ones == [False]


class TestNext:
    @pytest.mark.parametrize("target", ["/moi/compte", "/administration/etat?page=2"])
    def test_one_comes_where_one_was_going(self, client: FlaskClient, bob: str, target: str) -> None:
        assert press(client, bob, PASSWORD, next=target).location == target

    @pytest.mark.parametrize(
        "target",
        [
            "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example",
            "/\t/elsewhere.example", "javascript:alert(1)", "elsewhere", "/ok\r\nSet-Cookie: a=b",
        ],
    )  # fmt: skip
    def test_never_to_another_site(self, client: FlaskClient, bob: str, target: str) -> None:
        assert press(client, bob, PASSWORD, next=target).location == "/animation"

    def test_a_closed_page_sends_to_sign_in_and_back(self, client: FlaskClient, bob: str) -> None:
        answer = client.get("/administration/etat?a=b")
        assert answer.status_code == 303
        assert answer.location == "/connexion?next=/administration/etat?a%3Db"
        page = client.get(answer.location)
        assert 'name="next" value="/administration/etat?a=b"' in page.text

    def test_who_is_in_is_not_asked_again(self, client: FlaskClient, bob: str) -> None:
        press(client, bob, PASSWORD)
        assert client.get("/connexion").location == "/animation"

    def test_a_member_comes_to_their_space(self, client: FlaskClient, people: People) -> None:
        with unit_of_work():
            people.diane_account.password_hash = HASH
        assert press(client, "diane@cabinet.example", PASSWORD).location == "/moi"


class TestLink:
    def test_a_link_signs_in_once(self, client: FlaskClient, people: People, outbox: Any) -> None:
        assert ask_link(client, "Diane@cabinet.example").location == "/connexion/lien-envoye"
        [mail] = outbox()
        assert mail.recipient == "diane@cabinet.example"
        address = address_in(mail)
        shown = client.get(address)
        assert shown.status_code == 200
        assert "<button" in shown.text
        assert not signed_in(client), "a scanner that follows the link signs nobody in"
        assert client.post(address).location == "/moi"
        assert signed_in(client)
        other = client.application.test_client()
        assert other.post(address).status_code == 410
        assert other.get(address).status_code == 410

    def test_only_a_fingerprint_is_kept(self, client: FlaskClient, people: People, outbox: Any) -> None:
        ask_link(client, "diane@cabinet.example")
        token = address_in(outbox()[0]).rsplit("/", 1)[1].partition("?")[0]
        link = db.session.scalars(sa.select(SignInLink)).one()
        assert token not in link.token_hash
        assert client.post(f"/connexion/lien/{link.token_hash}").status_code == 410

    def test_it_expires_after_half_an_hour(self, client: FlaskClient, people: People, outbox: Any, clock: Any) -> None:
        ask_link(client, "diane@cabinet.example")
        address = address_in(outbox()[0])
        clock.advance(minutes=29, seconds=59)
        assert client.get(address).status_code == 200
        clock.advance(seconds=1)
        assert client.get(address).status_code == 410
        assert client.post(address).status_code == 410

    def test_it_leads_where_one_was_going(self, client: FlaskClient, people: People, outbox: Any) -> None:
        ask_link(client, "diane@cabinet.example", next="/moi/compte")
        address = address_in(outbox()[0])
        page = client.get(address)
        assert 'name="next" value="/moi/compte"' in page.text
        assert client.post(address, data={"next": "/moi/compte"}).location == "/moi/compte"

    def test_the_answer_is_the_same_for_nobody(
        self, client: FlaskClient, people: People, outbox: Any, queries: Any
    ) -> None:
        with queries:
            known = ask_link(client, "diane@cabinet.example")
        for_known = [statement.split()[0] for statement in queries.statements]
        with queries:
            unknown = ask_link(client, "nobody@cabinet.example")
        for_unknown = [statement.split()[0] for statement in queries.statements]
        assert (known.status_code, known.location, known.text) == (unknown.status_code, unknown.location, unknown.text)
        assert len(outbox()) == 1
        # The mail is composed and written in both cases, then taken back for nobody.
        assert for_unknown.count("INSERT") == for_known.count("INSERT") - 1
        assert for_unknown.count("SELECT") >= for_known.count("SELECT") - 1

    def test_a_suspended_account_gets_none(self, client: FlaskClient, people: People, outbox: Any) -> None:
        with unit_of_work():
            people.diane_account.active = False
        assert ask_link(client, "diane@cabinet.example").status_code == 303
        assert outbox() == []

    def test_a_link_of_an_account_suspended_since_is_worth_nothing(
        self, client: FlaskClient, people: People, outbox: Any
    ) -> None:
        ask_link(client, "diane@cabinet.example")
        with unit_of_work():
            people.diane_account.active = False
        assert client.post(address_in(outbox()[0])).status_code == 410

    def test_two_presses_at_once_serve_one(self, app: Application, people: People) -> None:
        with unit_of_work():
            token = service.new_link(people.diane_account)
        with unit_of_work():
            assert service.spend_link(token) is not None
            assert service.spend_link(token) is None


class TestSession:
    def test_a_session_prepared_by_another_is_thrown_away(self, client: FlaskClient, bob: str) -> None:
        with client.session_transaction() as session:
            session["planted"] = "by somebody else"
            session["csrf_token"] = before = "known to somebody else"
        press(client, bob, PASSWORD)
        with client.session_transaction() as session:
            assert "planted" not in session
            assert session.get("csrf_token") != before

    def test_staff_signs_in_again_after_twelve_idle_hours(self, client: FlaskClient, bob: str, clock: Any) -> None:
        press(client, bob, PASSWORD)
        clock.advance(hours=11, minutes=59)
        assert signed_in(client), "a request keeps the session"
        clock.advance(hours=11, minutes=59)
        assert signed_in(client)
        clock.advance(hours=12, minutes=1)
        assert not signed_in(client)

    def test_a_member_has_a_month(self, client: FlaskClient, people: People, clock: Any) -> None:
        with unit_of_work():
            people.diane_account.password_hash = HASH
        press(client, "diane@cabinet.example", PASSWORD)
        clock.advance(days=29)
        assert signed_in(client)
        clock.advance(days=31)
        assert not signed_in(client)

    def test_signing_out_ends_it_here(self, client: FlaskClient, bob: str, app: Application) -> None:
        other = app.test_client()
        press(client, bob, PASSWORD)
        press(other, bob, PASSWORD)
        assert client.post("/deconnexion").location == "/connexion"
        assert not signed_in(client)
        assert signed_in(other)

    def test_and_everywhere_when_asked(self, client: FlaskClient, bob: str, app: Application) -> None:
        other = app.test_client()
        press(client, bob, PASSWORD)
        press(other, bob, PASSWORD)
        client.post("/deconnexion", data={"everywhere": "yes"})
        assert not signed_in(other)

    def test_a_suspended_account_is_out_at_once(self, client: FlaskClient, bob: str, people: People) -> None:
        press(client, bob, PASSWORD)
        with unit_of_work():
            people.bob.active = False
        assert not signed_in(client)

    def test_the_cookie_is_closed_to_scripts_and_other_sites(self, client: FlaskClient, bob: str) -> None:
        cookie = press(client, bob, PASSWORD).headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


class TestRateLimits:
    def test_ten_tries_at_one_account(self, client: FlaskClient, bob: str, clock: Any) -> None:
        clock.set("2026-11-20 10:01")
        for _ in range(10):
            assert press(client, bob, "something else, long").status_code == 422
        refused = press(client, bob, PASSWORD)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 900
        assert press(client, "nobody@cokillaje.example", PASSWORD).status_code == 422, "others still get in"
        clock.advance(minutes=15)
        assert press(client, bob, PASSWORD).status_code == 303

    def test_the_limit_is_the_same_for_nobody(self, client: FlaskClient, people: People) -> None:
        answers = [press(client, "nobody@cokillaje.example", PASSWORD).status_code for _ in range(11)]
        assert answers == [422] * 10 + [429]

    def test_thirty_tries_from_one_address(self, client: FlaskClient, people: People) -> None:
        answers = [press(client, f"{n}@cokillaje.example", "x").status_code for n in range(31)]
        assert answers == [422] * 30 + [429]

    def test_three_links_in_a_quarter(self, client: FlaskClient, people: People, outbox: Any, clock: Any) -> None:
        clock.set("2026-11-20 10:01")
        answers = [ask_link(client, "diane@cabinet.example").status_code for _ in range(4)]
        assert answers == [303, 303, 303, 429]
        assert len(outbox()) == 3
        clock.advance(minutes=15)
        assert ask_link(client, "diane@cabinet.example").status_code == 303


class TestForgery:
    @pytest.fixture(autouse=True)
    def _csrf(self, app: Application) -> Iterator[None]:
        app.config["WTF_CSRF_ENABLED"] = True
        yield
        app.config["WTF_CSRF_ENABLED"] = False

    def test_a_form_from_elsewhere_does_nothing(self, client: FlaskClient, bob: str) -> None:
        assert press(client, bob, PASSWORD).status_code == 422
        assert not signed_in(client)

    def test_our_own_form_signs_in(self, client: FlaskClient, bob: str) -> None:
        page = client.get("/connexion").text
        token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
        assert press(client, bob, PASSWORD, csrf_token=token).status_code == 303
        assert signed_in(client)


def test_traces_of_sign_ins_are_forgotten_after_a_year(client: FlaskClient, bob: str, clock: Any) -> None:
    press(client, bob, PASSWORD)
    ask_link(client, bob)
    clock.advance(days=364)
    with unit_of_work():
        assert (service.forget_sign_ins(), service.forget_links()) == (0, 1)
    clock.advance(days=2)
    with unit_of_work():
        assert service.forget_sign_ins() == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 4
