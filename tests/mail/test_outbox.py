"""Queueing: one row per key, in the transaction of the change; nothing about a mail can break that change."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from cop.core import clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.mail import service
from cop.mail.models import MailMessage, Status
from tests.mail.conftest import VALUES

Queue = Callable[..., int]
Read = Callable[[int], MailMessage]
Outbox = Callable[[], list[MailMessage]]


def again(key: str) -> MailMessage | None:
    return service.enqueue(
        key, "test", "service", "diane@cabinet.example", "Diane", "invitations/mail/withdrawal", VALUES, "fr"
    )


def test_a_mail_is_a_row_composed_once(queue: Queue, read: Read) -> None:
    mail = read(queue(calendar=("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "CANCEL")))
    assert (mail.status, mail.attempts, mail.priority) == (Status.QUEUED, 0, 0)
    assert mail.sender == "contact@cokillaje.example"
    assert mail.raw is not None
    message = message_from_bytes(mail.raw, policy=default)
    assert message["Subject"] == mail.subject
    assert message["Message-ID"] == mail.message_id
    assert message["Date"].datetime == mail.created_at


def test_a_key_is_used_once_whatever_became_of_the_mail(queue: Queue, outbox: Outbox) -> None:
    queue(key="registration:1:confirmed")
    with unit_of_work():
        assert again("registration:1:confirmed") is None
        service.cancel("registration:1:confirmed")
    with unit_of_work():
        assert again("registration:1:confirmed") is None
    assert len(outbox()) == 1


def test_a_mail_leaves_no_trace_when_its_change_fails(app: Application, outbox: Outbox) -> None:
    def change() -> None:
        with unit_of_work():
            assert again("registration:1:confirmed") is not None
            raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError):
        change()
    assert outbox() == []


def test_an_address_that_is_none_is_recorded_and_not_raised(queue: Queue, read: Read) -> None:
    mail = read(queue("diane@cabinet.example\r\nBcc: mal@example.org"))
    assert mail.status == Status.FAILED
    assert mail.raw is None
    assert "\n" not in mail.recipient


def test_a_mail_taken_back_is_not_sent(app: Application, queue: Queue, read: Read) -> None:
    number = queue(key="reminder:1")
    with unit_of_work():
        assert service.cancel("reminder:1")
        assert not service.cancel("reminder:1")
    assert read(number).status == Status.CANCELLED


def test_an_address_given_up_gets_nothing_more(app: Application, queue: Queue, read: Read) -> None:
    before = queue("Diane@Cabinet.example")
    with unit_of_work():
        service.suppress("diane@cabinet.example", "unknown_user")
        service.suppress("diane@cabinet.example", "unknown_user")
    after = queue("diane@cabinet.example")
    assert read(before).status == read(after).status == Status.SUPPRESSED
    with unit_of_work():
        service.allow_again("DIANE@cabinet.example")
    assert read(queue("diane@cabinet.example")).status == Status.QUEUED


def test_the_list_of_addresses_given_up_holds_no_address(app: Application) -> None:
    with unit_of_work():
        service.suppress("diane@cabinet.example", "unknown_user")
    rows = db.session.execute(db.text("SELECT * FROM mail_suppression")).all()
    assert "diane" not in repr(rows).lower()


def test_a_mail_may_wait_and_may_expire(queue: Queue, read: Read) -> None:
    later = clock.now() + timedelta(hours=1)
    mail = read(queue(not_before=later, expires_at=later + timedelta(hours=1)))
    assert mail.not_before == later
    assert mail.expires_at == later + timedelta(hours=1)


def test_the_sender_has_the_organisation_s_name(app: Application, people: object) -> None:
    assert service.sender() == ("Cokillaje", "contact@cokillaje.example")
