"""Reading the mailbox: what is new, once, in order; and no mail that stops the rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as time
from cop.core.db import db
from cop.core.web import Application
from cop.mail import imap, reading, service_inbox
from cop.mail.models_inbox import InboxMail, InboxMark
from tests.mail import answers_of_programs as programs

DIANE = "diane@cabinet.example"


class Folder:
    """A mailbox with some mails, as ``imap.Mailbox`` shows it."""

    uid_validity = 7

    def __init__(self, *mails: bytes) -> None:
        self.mails = dict(enumerate(mails, 1))
        self.moved: list[int] = []

    def after(self, uid: int) -> list[int]:
        return [found for found in self.mails if found > uid]

    def fetch(self, uid: int, limit: int) -> bytes:
        return self.mails[uid][:limit]

    def move(self, uid: int, folder: str) -> None:
        assert folder == "COP"
        self.moved.append(uid)


@pytest.fixture
def folder(app: Application, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Folder:
    now = time.now()
    made = Folder(
        programs.human(DIANE),
        programs.vacation(DIANE),
        b"From: junk@ailleurs.example\r\nSubject: gagnez\r\n\r\n" + b"gagnez " * 45_000,
        b"From: poison@ailleurs.example\r\nSubject: stop\r\n\r\n",
        b"From: nul@ailleurs.example\r\nSubject: a\x00b\r\n\r\nrien",
        programs.bounce(DIANE, "<unknown@x.example>"),
        programs.gmail("0" * 32 + "@localhost", DIANE, "ACCEPTED", now),
    )
    settings(inbox_server="imap.example")

    @contextmanager
    def opened(_settings: Any) -> Iterator[Folder]:
        yield made

    monkeypatch.setattr(imap, "opened", opened)
    return made


def kinds() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(InboxMail.kind, InboxMail.state).order_by(InboxMail.id))
    return [(kind, state) for kind, state in rows]


def test_each_mail_is_told_apart_and_none_stops_the_rest(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    really = reading.read

    def read(raw: bytes) -> reading.Incoming:
        if b"poison@" in raw:
            raise RecursionError("nested for ever")
        found = really(raw)
        # What a database refuses to write, however it got there.
        return reading.Incoming(found.kind, subject="\ud800") if b"nul@" in raw else found

    monkeypatch.setattr(reading, "read", read)
    assert service_inbox.read_mailbox(time.now()) == 7
    assert kinds() == [
        ("human", "aside"),
        ("automatic", "dropped"),
        ("human", "aside"),
        ("unreadable", "aside"),
        ("unreadable", "aside"),
        ("bounce", "done"),
        ("answer", "new"),
    ]
    assert folder.moved == [6, 7], "people's own words stay in the mailbox"
    assert service_inbox.read_mailbox(time.now()) == 0
    folder.mails[8] = programs.human(DIANE)
    assert service_inbox.read_mailbox(time.now()) == 1
    assert db.session.scalars(sa.select(InboxMark.last_uid)).one() == 8


def test_without_a_mailbox_nothing_is_read(app: Application) -> None:
    assert service_inbox.read_mailbox(time.now()) == 0
    assert db.session.scalars(sa.select(InboxMark)).all() == []
