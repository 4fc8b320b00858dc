"""Answers given in the calendar: from the octets that arrive to the seat that is free again."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as time
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.events import service as events
from cop.events.models import Event
from cop.invitations import mails
from cop.invitations.models import Invitation
from cop.mail import reading, service_inbox
from cop.mail.models import MailMessage, Status, Suppression
from cop.mail.models_inbox import InboxMail
from cop.people.models import Person
from cop.registrations import service
from cop.registrations.models import Registration
from tests.mail import answers_of_programs as programs
from tests.people_of_the_tests import People, event, person

DIANE = "diane@cabinet.example"
NAMES = ("invitations.answers", "registrations.declined", "registrations.promotions")


@pytest.fixture
def invited(people: People) -> Invitation:
    """Diane has the last seat of a meeting, and somebody waits behind her."""
    with unit_of_work():
        held = event(people, capacity=1)
        waiting = person("Édith", "Évrard", email="edith@cabinet.example")
        service.register(held, people.diane, now=time.now())
        service.register(held, waiting, now=time.now())
    return db.session.scalars(sa.select(Invitation).where(Invitation.person_id == people.diane_id)).one()


def arrives(raw: bytes, place: str = "INBOX:1:1") -> InboxMail:
    with unit_of_work():
        service_inbox.keep(reading.read(raw), place, time.now())
    return db.session.scalars(sa.select(InboxMail).where(InboxMail.place == place)).one()


def work() -> None:
    for job in jobs.known():
        if job.name in NAMES:
            assert jobs.run(job).errors == 0, job.name
    db.session.rollback()


def state_of(mail: InboxMail) -> tuple[str, str]:
    db.session.refresh(mail)
    return mail.state, mail.reason


def answer_of(invitation: Invitation) -> str:
    db.session.refresh(invitation)
    return invitation.partstat


def status_of(person_id: int) -> str:
    db.session.rollback()
    return db.session.scalars(sa.select(Registration.status).where(Registration.person_id == person_id)).one()


@pytest.mark.parametrize("name", programs.PROGRAMS)
@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE"])
def test_each_program_is_understood(app: Application, invited: Invitation, name: str, partstat: str) -> None:
    mail = arrives(programs.PROGRAMS[name](invited.uid, DIANE, partstat, time.now()))
    work()
    assert state_of(mail) == ("done", "")
    assert answer_of(invited) == partstat
    assert status_of(invited.person_id) == "confirmed"


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_declining_frees_the_seat_for_the_next(
    app: Application, invited: Invitation, outbox: Any, name: str, people: People
) -> None:
    arrives(programs.PROGRAMS[name](invited.uid, DIANE, "DECLINED", time.now()))
    work()
    assert status_of(people.diane_id) == "cancelled"
    edith = db.session.scalars(sa.select(Person).where(Person.given_name == "Édith")).one()
    assert status_of(edith.id) == "confirmed"
    told = [mail for mail in outbox() if mail.recipient == DIANE][-1]
    assert told.subject.startswith("Vous avez décliné")
    assert told.calendar_method is None
    assert "/inscription/" in (told.text or "")
    assert outbox()[-1].recipient == "edith@cabinet.example"


def test_nothing_else_is_taken_from_it(app: Application, invited: Invitation) -> None:
    arrives(programs.gmail(invited.uid, DIANE, "ACCEPTED", time.now()))
    work()
    held = db.session.get_one(Event, invited.event_id)
    assert held.title == "Écrire sans se faire mal"


@pytest.mark.parametrize(
    ("attendee", "sender", "reason"),
    [
        ("autre@cabinet.example", "autre@cabinet.example", "other_attendee"),
        ("autre@cabinet.example", DIANE, "other_attendee"),
        (DIANE, "autre@cabinet.example", "other_sender"),
    ],
)
def test_somebody_else_s_answer_is_put_aside(
    app: Application, invited: Invitation, attendee: str, sender: str, reason: str
) -> None:
    mail = arrives(programs.gmail(invited.uid, attendee, "DECLINED", time.now(), sender=sender))
    work()
    assert state_of(mail) == ("aside", reason)
    assert answer_of(invited) == "NEEDS-ACTION"
    assert status_of(invited.person_id) == "confirmed"


@pytest.mark.parametrize(
    ("partstat", "reason"), [("DELEGATED", "delegated"), ("", "partstat"), ("X-MAYBE", "partstat")]
)
def test_what_is_no_answer_is_put_aside(app: Application, invited: Invitation, partstat: str, reason: str) -> None:
    mail = arrives(programs.exchange(invited.uid, DIANE, partstat, time.now()))
    work()
    assert state_of(mail) == ("aside", reason)


def test_a_stranger_s_answer_changes_nothing(app: Application, invited: Invitation) -> None:
    mail = arrives(programs.gmail("0" * 32 + "@localhost", "x@ailleurs.example", "DECLINED", time.now()))
    work()
    assert state_of(mail) == ("dropped", "unknown_uid")


def test_an_older_answer_that_arrives_late_is_ignored(app: Application, invited: Invitation) -> None:
    now = time.now()
    arrives(programs.gmail(invited.uid, DIANE, "ACCEPTED", now), "INBOX:1:1")
    work()
    late = arrives(programs.gmail(invited.uid, DIANE, "DECLINED", now - timedelta(minutes=5)), "INBOX:1:2")
    again = arrives(programs.gmail(invited.uid, DIANE, "ACCEPTED", now), "INBOX:1:3")
    work()
    assert state_of(late) == state_of(again) == ("dropped", "older_answer")
    assert answer_of(invited) == "ACCEPTED"
    assert status_of(invited.person_id) == "confirmed"


def test_a_stamp_from_the_future_does_not_close_the_door(app: Application, invited: Invitation, clock: Any) -> None:
    arrives(programs.gmail(invited.uid, DIANE, "ACCEPTED", datetime(2999, 1, 1, tzinfo=UTC)), "INBOX:1:1")
    work()
    clock.advance(minutes=10)
    arrives(programs.gmail(invited.uid, DIANE, "TENTATIVE", time.now()), "INBOX:1:2")
    work()
    assert answer_of(invited) == "TENTATIVE"


def test_an_answer_to_the_date_before_asks_again_once(
    app: Application, people: People, invited: Invitation, outbox: Any, clock: Any
) -> None:
    with unit_of_work():
        invited.sequence = 1
    before = len(outbox())
    first = arrives(programs.gmail(invited.uid, DIANE, "DECLINED", time.now(), sequence=0), "INBOX:1:1")
    second = arrives(programs.exchange(invited.uid, DIANE, "DECLINED", time.now(), sequence=0), "INBOX:1:2")
    work()
    assert state_of(first) == state_of(second) == ("dropped", "older_date")
    assert status_of(invited.person_id) == "confirmed"
    assert len(outbox()) == before + 1
    assert "SEQUENCE:1" in (outbox()[-1].calendar or "")


def test_an_answer_after_leaving(app: Application, people: People, invited: Invitation) -> None:
    with unit_of_work():
        registration = db.session.scalars(sa.select(Registration).filter_by(person_id=people.diane_id)).one()
        service.cancel(registration, now=time.now(), actor=service.PUBLIC, by_person=True)
    no = arrives(programs.gmail(invited.uid, DIANE, "DECLINED", time.now()), "INBOX:1:1")
    yes = arrives(programs.gmail(invited.uid, DIANE, "ACCEPTED", time.now()), "INBOX:1:2")
    work()
    assert state_of(no) == ("dropped", "left_already")
    assert state_of(yes) == ("aside", "left_already")
    assert status_of(people.diane_id) == "cancelled"


def test_an_answer_after_the_event_is_dropped(app: Application, invited: Invitation, clock: Any) -> None:
    clock.set("2027-01-14 13:00")
    mail = arrives(programs.gmail(invited.uid, DIANE, "DECLINED", time.now()))
    work()
    assert state_of(mail) == ("dropped", "over")
    assert status_of(invited.person_id) == "confirmed"


def test_another_time_is_for_the_organiser(app: Application, invited: Invitation) -> None:
    mail = arrives(programs.counter(invited.uid, DIANE, time.now()))
    work()
    assert state_of(mail) == ("aside", "counter")
    assert mail.event_id == invited.event_id
    assert answer_of(invited) == "NEEDS-ACTION"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"UID:", b"X-UID:", "uid"),
        (b"DTSTAMP:", b"X-STAMP:", "dtstamp"),
        (b"BEGIN:VEVENT", b"BEGIN:VTODO", "calendar"),
        (b"SEQUENCE:0", b"SEQUENCE:beaucoup", "sequence"),
        (b"SEQUENCE:0", b"SEQUENCE:99999999999999999999", "sequence"),
        (b"SEQUENCE:0", b"SEQUENCE:7", "unknown_sequence"),
    ],
)
def test_a_broken_answer_is_put_aside(
    app: Application, invited: Invitation, old: bytes, new: bytes, reason: str
) -> None:
    mail = arrives(programs.gmail(invited.uid, DIANE, "DECLINED", time.now()).replace(old, new))
    work()
    assert state_of(mail) == ("aside", reason)
    assert status_of(invited.person_id) == "confirmed"


def test_the_invitation_in_a_bounce_is_nobody_s_answer(app: Application, invited: Invitation, outbox: Any) -> None:
    """The report carries our own REQUEST, and somebody might put an answer there."""
    ours = outbox()[0]
    forged = programs.gmail(invited.uid, DIANE, "DECLINED", time.now()).decode()
    for place, inside in enumerate((ours.calendar or "", forged)):
        mail = arrives(programs.bounce(DIANE, "<unknown@x.example>", inside=inside), f"INBOX:1:{place}")
        assert (mail.kind, mail.state) == ("bounce", "done")
    work()
    assert answer_of(invited) == "NEEDS-ACTION"


def test_our_own_invitation_coming_back_is_no_answer(app: Application, invited: Invitation, outbox: Any) -> None:
    mail = arrives(outbox()[0].raw or b"")
    work()
    assert (mail.kind, answer_of(invited)) == ("calendar", "NEEDS-ACTION")


def test_yes_said_on_the_site_after_perhaps_reaches_the_calendar(
    app: Application, client: Any, invited: Invitation, outbox: Any, clock: Any
) -> None:
    """Rule 9: the same SEQUENCE and a later DTSTAMP, and the older answer that arrives late changes nothing."""
    page = mails.personal_page(invited.event, invited.person).removeprefix("http://localhost")
    assert "peut-être" not in client.get(page).text
    clock.advance(minutes=1)
    perhaps = programs.gmail(invited.uid, DIANE, "TENTATIVE", time.now())
    arrives(perhaps, "INBOX:1:1")
    work()
    assert "peut-être" in client.get(page).text
    clock.advance(minutes=10)
    assert client.post(f"{page}/je-viens").status_code == 303
    assert answer_of(invited) == "ACCEPTED"
    first, told = (mail for mail in outbox() if mail.recipient == DIANE)
    assert told.calendar_method == "REQUEST"
    assert "PARTSTAT=ACCEPTED" in (told.calendar or "").replace("\r\n ", "")
    stamps = [re.search(r"DTSTAMP:(\S+)", mail.calendar or "")[1] for mail in (first, told)]  # type: ignore[index]
    assert stamps[0] < stamps[1]
    assert "SEQUENCE:0" in (told.calendar or "")
    client.post(f"{page}/je-viens")
    assert len([mail for mail in outbox() if mail.recipient == DIANE]) == 2, "pressed twice, told once"
    late = arrives(perhaps, "INBOX:1:2")
    work()
    assert state_of(late) == ("dropped", "older_answer")
    clock.advance(minutes=5)
    arrives(programs.exchange(invited.uid, DIANE, "DECLINED", time.now()), "INBOX:1:3")
    work()
    assert status_of(invited.person_id) == "cancelled"
    assert client.post(f"{page}/je-viens").status_code == 303
    assert status_of(invited.person_id) == "cancelled"


def test_the_same_mail_read_twice_is_one(app: Application, invited: Invitation) -> None:
    raw = programs.gmail(invited.uid, DIANE, "ACCEPTED", time.now())
    arrives(raw)
    arrives(raw)
    assert len(db.session.scalars(sa.select(InboxMail)).all()) == 1


def test_a_mail_that_came_back_is_noted_and_nobody_writes_there_again(
    app: Application, invited: Invitation, outbox: Any
) -> None:
    ours = outbox()[0]
    with unit_of_work():
        db.session.execute(sa.update(MailMessage).values(status=Status.SENT, sent_at=time.now()))
    arrives(programs.bounce("x@ailleurs.example", ours.message_id), "INBOX:1:1")
    assert outbox()[0].status == "sent", "a report about somebody we did not write to"
    arrives(programs.bounce(DIANE, "<never-ours@ailleurs.example>"), "INBOX:1:2")
    assert db.session.scalars(sa.select(Suppression)).all() == []
    arrives(programs.bounce(DIANE, ours.message_id), "INBOX:1:3")
    assert outbox()[0].status == "failed"
    assert "5.1.1" in outbox()[0].error
    assert len(db.session.scalars(sa.select(Suppression)).all()) == 1


def test_peoples_words_stay_visible(app: Application) -> None:
    assert state_of(arrives(programs.human(DIANE), "INBOX:1:1")) == ("aside", "human")
    assert state_of(arrives(programs.vacation(DIANE), "INBOX:1:2")) == ("dropped", "automatic")


def test_a_moved_event_is_answered_anew(app: Application, people: People, invited: Invitation) -> None:
    """The counter of the invitation is the one the answer must bear."""
    assert events  # the whole chain is in tests/invitations/test_changes.py
    with unit_of_work():
        invited.sequence = 2
        invited.answered_sequence, invited.answered_at = 1, time.now() + timedelta(hours=1)
    arrives(programs.gmail(invited.uid, DIANE, "ACCEPTED", time.now(), sequence=2))
    work()
    assert answer_of(invited) == "ACCEPTED"
