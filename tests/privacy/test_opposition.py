"""Refusing a kind of mail: by the link of the mail, in one click of the mail program, and what it holds back."""

from email import message_from_bytes
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.service import WORKER
from cop.core import clock, tokens
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.duplicates import service as merging
from cop.mail import service as mail
from cop.mail.models import MailMessage, Opposition
from cop.privacy import service_erasure
from tests.people_of_the_tests import People, person


def send(
    key: str, category: str = "community", to: str = "diane@cabinet.example", person_id: int | None = None
) -> MailMessage:
    with unit_of_work():
        values = {"given_name": "Diane", "page": "http://localhost/x"}
        made = mail.enqueue(
            key, "test", category, to, "Diane Dumas", "privacy/mail/erased", values, "fr", person_id=person_id
        )
        assert made
        return made


def link_in(message: MailMessage) -> str:
    header = message_from_bytes(message.raw or b"")["List-Unsubscribe"].strip()
    assert header.startswith("<http://localhost/opposition/")
    return str(header[1:-1].removeprefix("http://localhost"))


def read(number: int) -> MailMessage:
    db.session.rollback()
    return db.session.get_one(MailMessage, number)


@pytest.mark.parametrize("category", ["reminder", "community"])
def test_each_mail_that_was_not_asked_for_says_how_to_stop_them(people: People, category: str) -> None:
    message = read(send("a", category).id)
    path = link_in(message)
    assert f"http://localhost{path}" in (message.text or "")
    assert f"http://localhost{path}" in (message.html or "")
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in (message.raw or b"")
    assert "diane" not in tokens.read("opposition", path.rsplit("/", 1)[1])


def test_what_was_asked_for_has_no_such_link(people: People) -> None:
    message = read(send("a", "service").id)
    assert b"List-Unsubscribe" not in (message.raw or b"")
    assert "/opposition/" not in (message.text or "")
    assert "http://localhost/mes-donnees" in (message.text or "")


def test_a_scanner_that_follows_the_link_changes_nothing(client: FlaskClient, people: People) -> None:
    path = link_in(read(send("a").id))
    assert client.get(path).status_code == 200
    assert db.session.scalars(sa.select(Opposition)).all() == []


def test_one_click_without_cookie_nor_token_of_the_form(app: Application, people: People) -> None:
    """RFC 8058: the mail program posts by itself."""
    waiting, path = send("waiting").id, link_in(read(send("a").id))
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert (read(waiting).status, read(waiting).error) == ("suppressed", "opposed")
    later = send("later")
    assert (read(later.id).status, read(later.id).error) == ("suppressed", "opposed")
    assert read(send("asked-for", "service").id).status == "queued"
    assert read(send("reminder", "reminder").id).status == "queued"
    assert read(send("other", to="zoe@cabinet.example").id).status == "queued"


def test_wanting_them_again_needs_the_page(app: Application, people: People) -> None:
    path = link_in(read(send("a").id))
    client = app.test_client()
    client.post(path)
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post(f"{path}/reprendre").status_code == 422
    app.config["WTF_CSRF_ENABLED"] = False
    client.post(f"{path}/reprendre")
    assert read(send("again").id).status == "queued"


def test_the_person_s_next_address_is_spared_too(client: FlaskClient, people: People) -> None:
    path = link_in(read(send("a", person_id=people.diane_id).id))
    client.post(path)
    moved = send("b", to="diane@ailleurs.example", person_id=people.diane_id)
    assert read(moved.id).status == "suppressed"


def test_the_table_is_no_list_of_addresses(client: FlaskClient, people: People) -> None:
    client.post(link_in(read(send("a").id)))
    row = db.session.execute(sa.text("SELECT * FROM mail_opposition")).one()
    assert "diane" not in str(row)


def test_a_forged_link_is_nobody_s(client: FlaskClient, people: People) -> None:
    assert client.get("/opposition/forged").status_code == 404
    other = tokens.sign("registration", "1:2")
    assert client.post(f"/opposition/{other}").status_code == 404


def test_a_record_that_is_gone_since_keeps_its_opposition(client: FlaskClient, people: People) -> None:
    with unit_of_work():
        token = tokens.sign("opposition", f"community:{'0' * 64}:999999")
    assert client.post(f"/opposition/{token}").status_code == 200
    assert db.session.scalars(sa.select(Opposition)).one().person_id is None


def test_the_link_of_a_record_merged_since_speaks_for_the_one_that_stays(client: FlaskClient, people: People) -> None:
    with unit_of_work():
        other = person("Diane", "Dumas", email="dm@maison.example").id
    path = link_in(read(send("a", to="dm@maison.example", person_id=other).id))
    with unit_of_work():
        merging.merge(people.diane_id, other, {}, actor=WORKER, now=clock.now())
    client.post(path)
    assert db.session.scalars(sa.select(Opposition.person_id)).one() == people.diane_id
    assert read(send("b", person_id=people.diane_id).id).status == "suppressed", "whatever her address is now"


def test_the_link_of_somebody_erased_ties_nothing_to_what_stays_of_them(client: FlaskClient, people: People) -> None:
    path = link_in(read(send("a", person_id=people.diane_id).id))
    with unit_of_work():
        service_erasure.erase([people.diane], actor=WORKER, now=clock.now())
    client.post(path)
    assert db.session.scalars(sa.select(Opposition.person_id)).one() is None


def test_the_page_speaks_of_what_it_stops(client: FlaskClient, people: People, sign_in: Any) -> None:
    page = client.get(link_in(read(send("a", "reminder").id))).text
    assert "Plus de rappels" in page
