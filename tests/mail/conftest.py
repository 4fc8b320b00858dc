"""Mails to queue, and ways out to send them by."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.mail import service, transport
from cop.mail.models import MailMessage

VALUES = {
    "given_name": "Diane",
    "title": "Écrire sans se faire mal",
    "day": "jeudi 14 janvier",
    "when": "jeudi 14 janvier 2027, de 9 h à 12 h 30",
    "place": "Angers",
    "event_page": "http://localhost/evenements/ecrire",
    "by_person": True,
    "told": True,
    "answers": True,
}


@pytest.fixture(autouse=True)
def _empty_shelf() -> None:
    transport.MEMORY.parcels.clear()


@pytest.fixture
def queue(app: Application) -> Callable[..., int]:
    """Queue one mail, committed; its number. Values and settings of the mail may be given by name."""
    made = iter(range(1, 10_000))

    def do(recipient: str = "diane@cabinet.example", **options: Any) -> int:
        number = next(made)
        values = {**VALUES, **options.pop("values", {})}
        arguments: dict[str, Any] = {
            "key": f"test:{number}",
            "kind": "test",
            "category": "service",
            "recipient": recipient,
            "recipient_name": "Diane Dumas",
            "template": "invitations/mail/withdrawal",
            "values": values,
            "locale": "fr",
            **options,
        }
        with unit_of_work():
            message = service.enqueue(**arguments)
            assert message is not None
            return message.id

    return do


@pytest.fixture
def read(app: Application) -> Callable[[int], MailMessage]:
    """The mail as the database has it now."""

    def do(number: int) -> MailMessage:
        db.session.rollback()
        db.session.expire_all()
        return db.session.get_one(MailMessage, number)

    return do


@pytest.fixture
def settings(app: Application) -> Iterator[Callable[..., None]]:
    """Change settings of the running application for one test."""
    before = app.extensions["cop.settings"]

    def change(**changes: Any) -> None:
        app.extensions["cop.settings"] = replace(app.extensions["cop.settings"], **changes)

    yield change
    app.extensions["cop.settings"] = before
