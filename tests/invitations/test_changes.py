"""From registering to cancelling: one UID, a SEQUENCE that grows when plans change, and one mail for each change."""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cop.core import clock as core_clock
from cop.core import jobs as core_jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.events.models import Event, HalfDay
from cop.invitations import jobs, service
from cop.invitations.models import Invitation, State
from cop.invitations.rules import Withdrawal
from cop.mail.models import MailMessage, Status
from cop.mail.service_delivery import deliver
from tests import people_of_the_tests as build
from tests.invitations import reading
from tests.people_of_the_tests import People

Outbox = Callable[[], list[MailMessage]]
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def event_id(people: People) -> int:
    with unit_of_work():
        return build.event(
            people, programme="9 h Accueil\n10 h *Ateliers*", online_url="https://visio.example/x?y=z"
        ).id


def invite(event_id: int, person_id: int, **options: Any) -> str:
    """The UID of the invitation, which is committed."""
    with unit_of_work():
        invitation = service.invite(*rows(event_id, person_id), core_clock.now(), **options)
        assert invitation is not None
        return invitation.uid


def rows(event_id: int, person_id: int) -> tuple[Event, Any]:
    from cop.people.models import Person

    return db.session.get_one(Event, event_id), db.session.get_one(Person, person_id)


def change(event_id: int, *, plans: bool, **values: Any) -> None:
    """What the events' service does to the counters when an event changes."""
    with unit_of_work():
        event = db.session.get_one(Event, event_id)
        for name, value in values.items():
            setattr(event, name, value)
        event.calendar_revision += 1
        event.calendar_sequence += plans
        event.changed_at = core_clock.now()


def move(event_id: int, to: str) -> None:
    start = datetime.fromisoformat(to).replace(tzinfo=PARIS)
    with unit_of_work():
        half_day = db.session.scalars(sa.select(HalfDay).where(HalfDay.event_id == event_id)).one()
        half_day.starts_at, half_day.ends_at = start, start + timedelta(hours=3)
    change(event_id, plans=True, starts_at=start, ends_at=start + timedelta(hours=3))


def cancel(event_id: int, reason: str = "") -> None:
    change(event_id, plans=True, status="cancelled", cancelled_at=core_clock.now(), cancellation_reason=reason)


def tell() -> int:
    return core_jobs.run(jobs.JOBS[0]).items


def calendar_of(mail: MailMessage) -> dict[str, Any]:
    assert mail.calendar is not None
    reading.well_formed(mail.calendar)
    understood = reading.by_ical_js(mail.calendar)
    assert understood["method"] == mail.calendar_method
    [event] = understood["events"]
    return dict(event)


def test_registering_invites(people: People, event_id: int, outbox: Outbox) -> None:
    uid = invite(event_id, people.diane_id)
    [mail] = outbox()
    event = calendar_of(mail)
    assert (mail.recipient, mail.category, mail.calendar_method) == ("diane@cabinet.example", "service", "REQUEST")
    assert (event["uid"], event["sequence"], event["status"]) == (uid, 0, "CONFIRMED")
    assert event["start"] == "2027-01-14T08:00:00.000Z"
    assert event["location"] == "Maison des associations, Angers"
    assert "https://visio.example/x?y=z" in event["description"]
    assert event["attendees"][0]["address"] == "mailto:diane@cabinet.example"
    assert event["organizers"][0]["address"] == "mailto:contact@cokillaje.example"
    assert re.fullmatch(r"[0-9a-f]{32}@localhost", uid)


def test_the_mail_says_when_where_and_how_to_cancel(people: People, event_id: int, outbox: Outbox) -> None:
    invite(event_id, people.diane_id)
    [mail] = outbox()
    text = mail.text or ""
    assert "jeudi 14 janvier 2027, de 9\u00a0h à 12\u00a0h\u00a030" in text
    assert "Maison des associations, Angers" in text
    assert "9 h Accueil\n10 h *Ateliers*" in text
    assert "http://localhost/inscription/" in text
    assert "http://localhost/inscription/" in (mail.html or "")
    assert "/inscription/" not in (mail.calendar or ""), "who shares a calendar must not share the right to cancel"


def test_the_mail_is_the_tree_programs_look_for(people: People, event_id: int, outbox: Outbox) -> None:
    invite(event_id, people.diane_id)
    [mail] = outbox()
    message = message_from_bytes(mail.raw or b"", policy=default)
    types = [part.get_content_type() for part in message.walk()]
    assert types == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    parts = list(message.walk())
    assert parts[4].get_payload(decode=True) == parts[5].get_payload(decode=True) == (mail.calendar or "").encode()
    assert message["From"].addresses[0].addr_spec == "contact@cokillaje.example"
    assert message["From"].addresses[0].display_name == "Cokillaje"


def test_registering_twice_invites_once(people: People, event_id: int, outbox: Outbox) -> None:
    assert invite(event_id, people.diane_id) == invite(event_id, people.diane_id)
    assert len(outbox()) == 1


def test_a_person_without_address_is_not_invited(people: People, event_id: int, outbox: Outbox) -> None:
    with unit_of_work():
        nobody = build.person("Noé", "Nulle")
        assert service.invite(db.session.get_one(Event, event_id), nobody, core_clock.now()) is None
    assert outbox() == []


def test_the_reader_s_language_is_used_in_mail_and_calendar(people: People, event_id: int, outbox: Outbox) -> None:
    with unit_of_work():
        people.diane.language = "en"
    invite(event_id, people.diane_id)
    [mail] = outbox()
    assert mail.subject.startswith("You are registered: ")
    assert "To join online: https://visio.example/x?y=z" in calendar_of(mail)["description"]


def test_somebody_from_the_waiting_list_is_told_so(people: People, event_id: int, outbox: Outbox) -> None:
    invite(event_id, people.diane_id, promoted=True)
    assert outbox()[0].subject.startswith("Une place s’est libérée pour vous")


def test_the_organiser_s_own_address_gets_a_file_and_no_buttons(people: People, event_id: int, outbox: Outbox) -> None:
    with unit_of_work():
        people.diane.email = "Contact@cokillaje.example"
    uid = invite(event_id, people.diane_id)
    [mail] = outbox()
    message = message_from_bytes(mail.raw or b"", policy=default)
    [attachment] = list(message.iter_attachments())
    assert mail.calendar is None
    understood = reading.by_ical_js(attachment.get_payload(decode=True))
    assert (understood["method"], understood["events"][0]["uid"]) == ("PUBLISH", uid)


def test_a_move_is_told_once_the_event_has_been_still(
    people: People, event_id: int, outbox: Outbox, clock: Any
) -> None:
    uid = invite(event_id, people.diane_id)
    move(event_id, "2027-01-21 14:00")
    clock.advance(minutes=3)
    move(event_id, "2027-01-28 09:30")
    clock.advance(minutes=4)
    assert tell() == 0
    clock.advance(minutes=1)
    assert tell() == 1
    assert tell() == 0
    first, update = outbox()
    event = calendar_of(update)
    assert (event["uid"], event["sequence"], update.calendar_method) == (uid, 1, "REQUEST")
    assert event["start"] == "2027-01-28T08:30:00.000Z"
    assert event["stamp"] > calendar_of(first)["stamp"]
    assert "jeudi 28 janvier 2027" in (update.text or "")
    headers = message_from_bytes(update.raw or b"", policy=default)
    assert headers["In-Reply-To"] == headers["References"] == first.message_id


def test_a_correction_keeps_the_sequence_so_nobody_answers_again(
    people: People, event_id: int, outbox: Outbox, clock: Any
) -> None:
    invite(event_id, people.diane_id)
    change(event_id, plans=False, title="Écrire sans se blesser")
    clock.advance(minutes=6)
    tell()
    _, update = outbox()
    event = calendar_of(update)
    assert (event["sequence"], event["summary"]) == (0, "Écrire sans se blesser")
    assert "ne changent pas" in (update.text or "")
    move(event_id, "2027-01-28 09:30")
    clock.advance(minutes=6)
    tell()
    assert calendar_of(outbox()[-1])["sequence"] == 1
    assert "a changé" in (outbox()[-1].text or "")


def test_who_registers_after_a_change_is_not_told_of_it(
    people: People, event_id: int, outbox: Outbox, clock: Any
) -> None:
    move(event_id, "2027-01-28 09:30")
    invite(event_id, people.diane_id)
    clock.advance(hours=1)
    assert tell() == 0
    assert calendar_of(outbox()[0])["sequence"] == 0


def test_a_cancelled_event_leaves_the_calendar_at_once(people: People, event_id: int, outbox: Outbox) -> None:
    uid = invite(event_id, people.diane_id)
    cancel(event_id, "L’intervenante est souffrante.")
    assert tell() == 1
    assert tell() == 0
    mail = outbox()[-1]
    event = calendar_of(mail)
    assert (event["uid"], event["sequence"], event["status"], mail.calendar_method) == (uid, 1, "CANCELLED", "CANCEL")
    assert "annulée pour tout le monde" in (mail.text or "")
    assert "L’intervenante est souffrante." in (mail.text or "")


@pytest.mark.parametrize(
    ("why", "words"),
    [(Withdrawal.BY_PERSON, "comme vous l’avez demandé"), (Withdrawal.BY_ORGANISER, "a retiré votre inscription")],
)
def test_a_person_taken_off_is_told_that_the_meeting_takes_place(
    people: People, event_id: int, outbox: Outbox, why: str, words: str
) -> None:
    uid = invite(event_id, people.diane_id)
    deliver()
    with unit_of_work():
        assert service.withdraw(*rows(event_id, people.diane_id), why, core_clock.now())
        assert not service.withdraw(*rows(event_id, people.diane_id), why, core_clock.now())
    mail = outbox()[-1]
    event = calendar_of(mail)
    assert (event["uid"], event["sequence"], event["status"], mail.calendar_method) == (uid, 1, None, "CANCEL")
    assert words in (mail.text or "")
    assert "a bien lieu" in (mail.text or "")
    assert "pour tout le monde" not in (mail.text or "")


def test_a_confirmation_that_never_left_needs_no_cancel(people: People, event_id: int, outbox: Outbox) -> None:
    invite(event_id, people.diane_id)
    with unit_of_work():
        service.withdraw(*rows(event_id, people.diane_id), Withdrawal.BY_PERSON, core_clock.now())
    confirmation, withdrawal = outbox()
    assert confirmation.status == Status.CANCELLED
    assert withdrawal.calendar is None
    assert "agenda" not in (withdrawal.text or "")


def test_coming_back_makes_a_new_entry(people: People, event_id: int, outbox: Outbox) -> None:
    first = invite(event_id, people.diane_id)
    deliver()
    with unit_of_work():
        service.withdraw(*rows(event_id, people.diane_id), Withdrawal.BY_PERSON, core_clock.now())
    second = invite(event_id, people.diane_id)
    assert first != second
    assert calendar_of(outbox()[-1])["uid"] == second
    assert [row.state for row in db.session.scalars(sa.select(Invitation).order_by(Invitation.id))] == [
        State.CANCELLED,
        State.REQUESTED,
    ]


def test_the_sequence_never_falls(people: People, event_id: int, outbox: Outbox, clock: Any) -> None:
    invite(event_id, people.diane_id)
    for day in ("15", "16", "17"):
        move(event_id, f"2027-01-{day} 09:00")
        clock.advance(minutes=6)
        tell()
    cancel(event_id)
    tell()
    assert [calendar_of(mail)["sequence"] for mail in outbox()] == [0, 1, 2, 3, 4]
    assert len({calendar_of(mail)["uid"] for mail in outbox()}) == 1


def test_nobody_is_told_of_what_is_over(people: People, event_id: int, outbox: Outbox, clock: Any) -> None:
    invite(event_id, people.diane_id)
    clock.set("2027-02-01 09:00")
    change(event_id, plans=True, venue_name="Ailleurs")
    clock.advance(minutes=6)
    assert tell() == 0
    assert len(outbox()) == 1


def test_two_workers_tell_each_person_once(
    app: Application, people: People, event_id: int, outbox: Outbox, clock: Any
) -> None:
    with unit_of_work():
        for number in range(12):
            person = build.person("P", str(number), email=f"p{number}@cabinet.example")
            service.invite(db.session.get_one(Event, event_id), person, core_clock.now())
    move(event_id, "2027-01-28 09:30")
    clock.advance(minutes=6)
    start = threading.Barrier(3)
    errors = []

    def work() -> None:
        with app.app_context():
            start.wait()
            errors.append(core_jobs.run(jobs.JOBS[0]).last_error)
            db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(errors) == {""}
    updates = [mail for mail in outbox() if mail.kind == "invitations.update"]
    assert sorted(mail.recipient for mail in updates) == sorted(f"p{number}@cabinet.example" for number in range(12))
    assert {row.sequence for row in db.session.scalars(sa.select(Invitation))} == {1}


def test_a_seminar_tells_its_half_days(people: People, outbox: Outbox) -> None:
    with unit_of_work():
        event = build.event(people, "Séminaire", starts_at=datetime(2027, 3, 27, 9, 0, tzinfo=PARIS))
        for day, hour in ((27, 14), (28, 9)):
            start = datetime(2027, 3, day, hour, 0, tzinfo=PARIS)
            event.half_days.append(HalfDay(starts_at=start, ends_at=start + timedelta(hours=3)))
        event.ends_at = datetime(2027, 3, 28, 12, 0, tzinfo=PARIS)
        db.session.flush()
        db.session.refresh(event)
        service.invite(event, people.diane, core_clock.now())
    [mail] = outbox()
    entry = calendar_of(mail)
    assert (entry["start"], entry["end"]) == ("2027-03-27", "2027-03-29")
    for words in ("samedi 27 mars 2027, de 14\u00a0h à 17\u00a0h", "dimanche 28 mars 2027, de 9\u00a0h à 12\u00a0h"):
        assert words in entry["description"]
        assert words in (mail.text or "")


def test_a_hostile_title_stays_a_title(people: People, outbox: Outbox) -> None:
    title = 'Mardi; "soir"\r\nATTENDEE:mailto:mal@example.org\r\nBcc: mal@example.org <script>'
    with unit_of_work():
        event = build.event(people, title, slug="mardi", venue_name=title)
        service.invite(event, people.diane, core_clock.now())
    [mail] = outbox()
    assert calendar_of(mail)["summary"] == 'Mardi; "soir" ATTENDEE:mailto:mal@example.org Bcc: mal@example.org <script>'
    message = message_from_bytes(mail.raw or b"", policy=default)
    assert message["Bcc"] is None
    assert "<script>" not in (mail.html or "")
