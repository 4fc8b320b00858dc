"""The whole life of an invitation between real servers: sent by SMTP, answered from a mailbox, read by IMAP."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as time
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.events import service_half_days
from cop.events.models import Event, HalfDay
from cop.invitations.models import Invitation
from cop.mail import imap, service_inbox
from cop.mail.models import MailMessage, Suppression
from cop.mail.models_inbox import InboxMail, InboxMark
from cop.registrations import queries_answers, service, service_answers
from cop.registrations.models import Registration
from tests.mail import answers_of_programs as programs
from tests.mailbox.conftest import HOUSE
from tests.mailbox.servers import UNKNOWN, MailServers, calendar_of
from tests.people_of_the_tests import People, event, person

DIANE = "diane@cabinet.example"


def run(*names: str) -> None:
    for job in jobs.known():
        if job.name in names:
            outcome = jobs.run(job)
            assert not outcome.errors, f"{job.name}: {outcome.last_error}"
    db.session.rollback()


def post(servers: MailServers) -> None:
    """What is queued leaves; without an SMTP server its octets are handed to the mailbox."""
    if servers.smtp:
        run("mail.delivery")
        return
    with unit_of_work():
        for mail in db.session.scalars(sa.select(MailMessage).where(MailMessage.status == "queued")):
            servers.deliver(mail.raw or b"", mail.recipient, HOUSE)
            mail.status, mail.sent_at = "sent", time.now()


def read() -> None:
    run("mail.inbox", "invitations.answers", "registrations.declined", "registrations.promotions")


def uid_in(calendar: str) -> str:
    found = re.search(r"^UID:(.+)$", calendar.replace("\r\n ", "").replace("\n ", ""), re.MULTILINE)
    assert found
    return found[1].strip()


def status_of(person_id: int) -> str:
    db.session.rollback()
    return db.session.scalars(sa.select(Registration.status).where(Registration.person_id == person_id)).one()


@pytest.fixture
def invited(people: People) -> Invitation:
    with unit_of_work():
        service.register(event(people, capacity=1), people.diane, now=time.now())
    return db.session.scalars(sa.select(Invitation)).one()


def test_from_the_invitation_to_the_answer_to_the_seat(
    app: Application, connected: MailServers, invited: Invitation, people: People, clock: Any
) -> None:
    post(connected)
    arrived = connected.wait_for(DIANE, 1)[-1]
    calendar = calendar_of(arrived)
    assert "METHOD:REQUEST" in calendar
    uid = uid_in(calendar)

    connected.deliver(programs.thunderbird(uid, DIANE, "ACCEPTED", time.now()), HOUSE, DIANE)
    connected.wait_for(HOUSE, 1)
    read()
    db.session.refresh(invited)
    assert invited.partstat == "ACCEPTED"

    clock.advance(minutes=2)
    connected.deliver(programs.exchange(uid, DIANE, "DECLINED", time.now()), HOUSE, DIANE)
    connected.wait_for(HOUSE, 1)
    read()
    assert status_of(people.diane_id) == "cancelled"
    assert db.session.scalars(sa.select(Event.seats_taken)).one() == 0
    assert connected.mails(HOUSE) == [], "what was dealt with is moved away"
    assert len(connected.mails(HOUSE, "COP")) == 2

    before = len(connected.mails(DIANE))
    post(connected)
    told = connected.wait_for(DIANE, before + 1)[-1]
    assert b"text/calendar" not in told


def arrives(servers: MailServers, before: int) -> bytes:
    """The next mail in Diane's mailbox once what is due has left."""
    run("invitations.changes")
    post(servers)
    return servers.wait_for(DIANE, before + 1)[-1]


def answered(servers: MailServers, raw: bytes) -> None:
    servers.deliver(raw, HOUSE, DIANE)
    servers.wait_for(HOUSE, 1)
    read()


def test_a_move_a_half_day_less_and_another_time_proposed(
    app: Application, connected: MailServers, people: People, clock: Any
) -> None:
    """What each change does in a mailbox, and the answers of a calendar to it."""
    with unit_of_work():
        held = event(people)
        held.half_days.append(
            HalfDay(starts_at=held.ends_at + timedelta(hours=2), ends_at=held.ends_at + timedelta(hours=5))
        )
        held.ends_at = held.half_days[1].ends_at
        service.register(held, people.diane, now=time.now())
    seen = len(connected.mails(DIANE))
    uid = uid_in(calendar_of(arrives(connected, seen)))

    with unit_of_work():
        held = db.session.scalars(sa.select(Event)).one()
        held.venue_name, held.changed_at = "Ailleurs", time.now()
        held.calendar_sequence += 1
        held.calendar_revision += 1
    clock.advance(minutes=6)
    moved = calendar_of(arrives(connected, seen + 1))
    assert ("METHOD:REQUEST" in moved, "SEQUENCE:1" in moved, uid_in(moved) == uid) == (True, True, True)
    answered(connected, programs.thunderbird(uid, DIANE, "ACCEPTED", time.now(), sequence=1))
    assert db.session.scalars(sa.select(Invitation.partstat)).one() == "ACCEPTED"

    with unit_of_work():
        half_day = db.session.scalars(sa.select(Event)).one().half_days[1]
        service_half_days.call_off(half_day, "La salle est prise.", actor=service.WORKER, now=time.now())
    clock.advance(minutes=6)
    raw = arrives(connected, seen + 2)
    less = calendar_of(raw)
    assert ("SEQUENCE:2" in less, "DTEND;TZID=Europe/Paris:20270114T123000" in less) == (True, True)
    plain = message_from_bytes(raw, policy=default).get_body(("plain",))
    assert plain is not None
    assert "L’après-midi du jeudi 14 janvier n’a pas lieu" in " ".join(plain.get_content().split())

    clock.advance(minutes=1)
    answered(connected, programs.counter(uid, DIANE, time.now()))
    mail = db.session.scalars(sa.select(InboxMail).where(InboxMail.kind == "counter")).one()
    assert (mail.state, mail.reason) == ("aside", "counter")
    with unit_of_work():
        found = queries_answers.one(mail.event_id or 0, mail.id)
        service_answers.keep_the_date(found, time.now(), service.WORKER)
    declined = calendar_of(arrives(connected, seen + 3))
    assert ("METHOD:DECLINECOUNTER" in declined, uid_in(declined) == uid) == (True, True)
    assert connected.mails(HOUSE) == [], "what was dealt with is moved away"
    assert "X-MICROSOFT-DISALLOW-COUNTER" not in moved, "somebody reads what is proposed"


def test_peoples_mails_stay_unread_where_they_are(app: Application, connected: MailServers, people: People) -> None:
    connected.deliver(programs.human(DIANE), HOUSE, DIANE)
    connected.deliver(programs.vacation(DIANE), HOUSE, DIANE)
    connected.wait_for(HOUSE, 2)
    read()
    read()
    kinds = db.session.execute(sa.select(InboxMail.kind, InboxMail.state).order_by(InboxMail.kind)).all()
    assert [tuple(row) for row in kinds] == [("automatic", "dropped"), ("human", "aside")]
    assert connected.unread(HOUSE) == 2


def test_a_crash_between_reading_and_moving_doubles_nothing(
    app: Application, connected: MailServers, invited: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.deliver(programs.gmail(invited.uid, DIANE, "TENTATIVE", time.now()), HOUSE, DIANE)
    connected.wait_for(HOUSE, 1)
    with monkeypatch.context() as cut:
        cut.setattr(imap.Mailbox, "move", lambda *_: (_ for _ in ()).throw(OSError("the line was cut")))
        with pytest.raises(imap.Unreachable):
            service_inbox.read_mailbox(time.now())
    with unit_of_work():
        db.session.execute(sa.update(InboxMark).values(last_uid=0))  # and what was read is not known any more
    read()
    assert len(db.session.scalars(sa.select(InboxMail)).all()) == 1
    db.session.refresh(invited)
    assert invited.partstat == "TENTATIVE"
    assert connected.mails(HOUSE) == []


def test_a_mail_to_nobody_comes_back_and_is_noted(app: Application, connected: MailServers, people: People) -> None:
    """As root Postfix writes the report itself; else one in its shape is delivered."""
    with unit_of_work():
        service.register(event(people), person("Ida", "Absente", email=UNKNOWN), now=time.now())
    ours = db.session.scalars(sa.select(MailMessage)).one()
    message_id = ours.message_id
    post(connected)
    if not connected.smtp:
        connected.deliver(programs.bounce(UNKNOWN, message_id), HOUSE, "postmaster@mail.example")
    connected.wait_for(HOUSE, 1)
    read()
    assert (
        db.session.scalars(sa.select(MailMessage.status).where(MailMessage.message_id == message_id)).one() == "failed"
    )
    assert len(db.session.scalars(sa.select(Suppression)).all()) == 1


def test_poison_does_not_stop_the_mailbox(app: Application, connected: MailServers, invited: Invitation) -> None:
    connected.deliver(b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n\xff\xfe", HOUSE, "x@ailleurs.example")
    connected.deliver(b"Subject: long\r\n\r\n" + b"y" * 900_000, HOUSE, "x@ailleurs.example")
    connected.deliver(programs.apple(invited.uid, DIANE, "ACCEPTED", time.now()), HOUSE, DIANE)
    connected.wait_for(HOUSE, 3)
    read()
    db.session.refresh(invited)
    assert invited.partstat == "ACCEPTED"
    assert len(db.session.scalars(sa.select(InboxMail)).all()) == 3


def test_a_wrong_certificate_is_refused(app: Application, connected: MailServers, monkeypatch: Any) -> None:
    from dataclasses import replace

    settings = app.extensions["cop.settings"]
    monkeypatch.setitem(app.extensions, "cop.settings", replace(settings, inbox_ca_file=""))
    with pytest.raises(imap.Unreachable, match=r"(?i)certificate"):
        service_inbox.read_mailbox(time.now())
    monkeypatch.setitem(app.extensions, "cop.settings", replace(settings, inbox_password="wrong"))
    with pytest.raises(imap.Unreachable, match="AUTHENTICATIONFAILED"):
        service_inbox.read_mailbox(time.now())
