"""The local mailbox: open in a demonstration, shut wherever mails really leave, harmless to look at."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from cop.mail.models import MailMessage
from cop.mail.service_delivery import deliver
from tests.people_of_the_tests import People

Queue = Callable[..., int]
Read = Callable[[int], MailMessage]
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:une longue ligne qui est\r\n  pliée\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def number(people: People, queue: Queue, settings: Any) -> int:
    settings(mail_transport="preview", demo=True)
    return queue(calendar=(CALENDAR, "CANCEL"), values={"title": "<script>alert(1)</script>"})


def paths(number: int) -> list[str]:
    return ["/demo/courrier"] + [f"/demo/courrier/{number}{end}" for end in ("", "/html", "/source", "/invite.ics")]


def test_in_the_demonstration_anybody_reads(client: FlaskClient, number: int) -> None:
    for path in paths(number):
        assert client.get(path).status_code == 200
    assert "Inscription annulée" in client.get("/demo/courrier").text


def test_elsewhere_only_who_may_and_only_what_is_not_sent(
    client: FlaskClient, people: People, number: int, settings: Any, sign_in: Any
) -> None:
    settings(demo=False)
    for path in paths(number):
        assert client.get(path).status_code == 303
    sign_in(people.diane_account)
    for path in paths(number):
        assert client.get(path).status_code == 403
    sign_in(people.alice)
    for path in paths(number):
        assert client.get(path).status_code == 200
    settings(mail_transport="smtp")
    for path in paths(number):
        assert client.get(path).status_code == 404


def test_where_mails_leave_a_demonstration_shows_none(client: FlaskClient, number: int, settings: Any) -> None:
    settings(mail_transport="smtp")
    for path in paths(number):
        assert client.get(path).status_code == 404


def test_the_list_is_of_one_reader_when_asked(client: FlaskClient, number: int, queue: Queue) -> None:
    queue("charlie@cabinet.example", recipient_name="Charlie Caron")
    assert "Charlie Caron" in client.get("/demo/courrier").text
    assert "Charlie Caron" not in client.get("/demo/courrier?to=DIANE@cabinet.example").text


def test_a_mail_is_shown_with_its_links_its_calendar_and_its_source(client: FlaskClient, number: int) -> None:
    page = client.get(f"/demo/courrier/{number}").text
    assert '<a href="http://localhost/evenements/ecrire">' in page
    assert "SUMMARY:une longue ligne qui est pliée" in page
    assert "Auto-Submitted: auto-generated" in page
    assert "<script>alert" not in page


def test_the_body_is_framed_so_that_nothing_in_it_can_act(client: FlaskClient, number: int) -> None:
    page = client.get(f"/demo/courrier/{number}")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-src" not in client.get("/demo/courrier").headers["Content-Security-Policy"]
    assert "<iframe" in page.text
    assert "sandbox" in page.text
    body = client.get(f"/demo/courrier/{number}/html")
    policy = body.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert "<script>alert" not in body.text


def test_the_source_is_the_message_octet_for_octet(client: FlaskClient, number: int, read: Read) -> None:
    assert client.get(f"/demo/courrier/{number}/source").data == read(number).raw
    assert client.get(f"/demo/courrier/{number}/invite.ics").data == CALENDAR.encode()


def test_the_preview_says_what_became_of_a_mail(client: FlaskClient, number: int) -> None:
    assert "À envoyer" in client.get("/demo/courrier").text
    deliver()
    assert "À envoyer" not in client.get("/demo/courrier").text
    assert "Remis" in client.get("/demo/courrier").text


def test_a_number_that_is_none_is_not_found(client: FlaskClient, number: int) -> None:
    assert client.get("/demo/courrier/999").status_code == 404


def test_an_empty_mailbox_says_what_to_do(client: FlaskClient, people: People, settings: Any) -> None:
    settings(mail_transport="preview", demo=True)
    assert "Aucun courriel" in client.get("/demo/courrier").text
