"""The page of what came in: people's words wait for somebody, and a mailbox that cannot be read says so."""

from dataclasses import replace
from typing import Any

import pytest

from cop.core import clock as time
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.mail import imap, reading, service_inbox
from tests.mail import answers_of_programs as programs
from tests.people_of_the_tests import People

PATH = "/administration/courrier-recu"


def arrives(raw: bytes, place: str) -> None:
    with unit_of_work():
        service_inbox.keep(reading.read(raw), place, time.now())


def test_words_wait_until_somebody_puts_them_away(sign_in: Any, people: People) -> None:
    client = sign_in(people.alice)
    assert "Aucune boîte" in client.get(PATH).text
    arrives(programs.human("diane@cabinet.example"), "INBOX:1:1")
    arrives(programs.vacation("diane@cabinet.example"), "INBOX:1:2")
    page = client.get(PATH).text
    assert "y a-t-il un parking" in page
    assert "absente jusqu" not in page
    assert client.post(f"{PATH}/1/classer").status_code == 303
    assert "y a-t-il un parking" not in client.get(PATH).text
    assert client.post(f"{PATH}/1/classer").status_code == 404


def test_a_mailbox_out_of_reach_is_said(
    app: Application, sign_in: Any, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unit_of_work():
        service_inbox._mark("INBOX", 1, time.now())
    settings = replace(app.extensions["cop.settings"], inbox_server="localhost", inbox_port=1)
    monkeypatch.setitem(app.extensions, "cop.settings", settings)
    with pytest.raises(imap.Unreachable):
        service_inbox.read_mailbox(time.now())
    assert "ne peut pas être lue" in sign_in(people.alice).get(PATH).text


def test_many_wait_on_several_pages(sign_in: Any, people: People, queries: Any) -> None:
    client = sign_in(people.alice)
    for number in range(5):
        arrives(programs.human("diane@cabinet.example"), f"INBOX:1:{number}")
    client.get(PATH)
    with queries:
        client.get(PATH)
    few = len(queries)
    for number in range(5, 50):
        arrives(programs.human("diane@cabinet.example"), f"INBOX:1:{number}")
    with queries:
        page = client.get(PATH).text
    assert len(queries) == few
    assert "page=2" in page
