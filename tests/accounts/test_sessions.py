"""Sessions: listed, ended one by one or together, worthless once ended."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts import rules_sessions, service_sessions
from cop.accounts.models import Session
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from tests.accounts.conftest import HASH, PASSWORD, press, signed_in
from tests.people_of_the_tests import People
from tests.signing_in import hold, open_session, put_in

PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"


@pytest.fixture
def diane(people: People) -> str:
    with unit_of_work():
        people.diane_account.password_hash = HASH
        return people.diane_account.email


def rows() -> list[Session]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Session).order_by(Session.id)))


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (PHONE, ("Firefox", "Android")),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36", ("Chrome", "Linux")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Safari/604.1", ("Safari", "iPhone")),
        ("Mozilla/5.0 (Linux; Android 15; SM-S921B) SamsungBrowser/28.0 Chrome/130 Safari/537.36",
         ("Samsung Internet", "Android")),
        ("curl/8.5.0", ("", "")),
        ("", ("", "")),
    ],
)  # fmt: skip
def test_a_device_is_named_as_its_owner_would(agent: str, expected: tuple[str, str]) -> None:
    assert rules_sessions.device(agent) == expected


def test_what_is_kept_of_a_session(client: FlaskClient, diane: str) -> None:
    """A fingerprint of the cookie's secret; a browser and a system; no network address."""
    client.environ_base["HTTP_USER_AGENT"] = PHONE
    press(client, diane)
    [row] = rows()
    assert (row.by, row.browser, row.system) == ("password", "Firefox", "Android")
    with client.session_transaction() as session:
        assert session["_user_id"] not in {row.token_hash, str(row.id)}
    kept = {column.name for column in Session.__table__.columns}
    assert not {name for name in kept if "address" in name or "ip" in name.split("_")}


def test_signing_out_makes_a_copy_of_the_cookie_worthless(client: FlaskClient, diane: str, app: Application) -> None:
    press(client, diane)
    with client.session_transaction() as session:
        secret = session["_user_id"]
    thief = hold(app.test_client(), secret)
    assert signed_in(thief)
    client.post("/deconnexion")
    assert not signed_in(thief)
    assert rows() == []


def test_a_new_password_does_the_same(client: FlaskClient, diane: str, app: Application) -> None:
    press(client, diane)
    with client.session_transaction() as session:
        thief = hold(app.test_client(), session["_user_id"])
    new = "quatre autres mots choisis"
    data = {"current": PASSWORD, "password": new, "again": new}
    assert client.post("/moi/compte/mot-de-passe", data=data).status_code == 303
    assert signed_in(client)
    assert not signed_in(thief)


def test_my_devices_are_listed_and_end_one_by_one(client: FlaskClient, people: People, app: Application) -> None:
    put_in(client, people.diane_account)
    phone = put_in(app.test_client(), people.diane_account, browser="Firefox", system="Android", by="link")
    page = client.get("/moi/securite").text
    assert "Firefox sur Android" in page
    assert "cet appareil" in page
    other = rows()[1].id
    assert client.post(f"/moi/securite/appareils/{other}/deconnecter").status_code == 303
    assert not signed_in(phone)
    assert client.post(f"/moi/securite/appareils/{other}/deconnecter").status_code == 404


def test_the_others_end_together(client: FlaskClient, people: People, app: Application) -> None:
    put_in(client, people.diane_account)
    others = [put_in(app.test_client(), people.diane_account) for _ in range(3)]
    bystander = put_in(app.test_client(), people.bob)
    answer = client.post("/moi/securite/appareils/deconnecter", follow_redirects=True)
    assert "3 autres appareils sont déconnectés" in answer.text
    assert signed_in(client)
    assert signed_in(bystander)
    assert not any(signed_in(other) for other in others)


def test_a_session_nobody_uses_is_not_shown_and_then_deleted(
    client: FlaskClient, people: People, app: Application, clock: Any
) -> None:
    put_in(app.test_client(), people.bob, browser="Opera")
    clock.advance(hours=13)
    put_in(client, people.bob)
    assert "Opera" not in client.get("/moi/securite").text
    with unit_of_work():
        assert service_sessions.forget_idle() == 0
    clock.advance(days=30)
    with unit_of_work():
        assert service_sessions.forget_idle() == 1
    clock.advance(days=1)
    with unit_of_work():
        assert service_sessions.forget_idle() == 1


def test_the_time_is_written_every_five_minutes_and_by_reading_only(
    client: FlaskClient, people: People, clock: Any
) -> None:
    put_in(client, people.diane_account)
    began = rows()[0].seen_at
    clock.advance(minutes=4)
    client.get("/moi/compte")
    assert rows()[0].seen_at == began
    clock.advance(minutes=2)
    answer = client.get("/moi/compte")
    assert (rows()[0].seen_at - began).total_seconds() == 360
    assert "Set-Cookie" in answer.headers, "its date is what lets the browser keep it"
    assert "Set-Cookie" not in client.get("/moi/compte").headers


def test_a_reader_without_session_pays_nothing(client: FlaskClient, people: People, queries: Any) -> None:
    with queries:
        client.get("/agenda")
    assert not [statement for statement in queries.statements if "account" in statement]


def test_a_session_costs_one_query(client: FlaskClient, people: People, queries: Any) -> None:
    put_in(client, people.diane_account)
    with queries:
        client.get("/moi/compte")
    assert len([statement for statement in queries.statements if "account_session" in statement]) == 1


def test_a_suspended_account_has_no_session(people: People, app: Application) -> None:
    token = open_session(people.diane_account)
    with unit_of_work():
        people.diane_account.active = False
    assert not signed_in(hold(app.test_client(), token))
