"""One half-day is called off, the rest is held: what calendars, mails, pages and attendance say; who is told of a
change, before the mails leave."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cop.activity.service import WORKER
from cop.attendance import queries as attendance
from cop.attendance import rules as attendance_rules
from cop.attendance import service as marking
from cop.attendance.rules import State
from cop.core import clock as time
from cop.core import jobs as core_jobs
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.events import queries as events
from cop.events import service as event_service
from cop.events import service_half_days
from cop.events.models import Event, HalfDay
from cop.invitations import ical, jobs, rules, service
from cop.invitations.models import Invitation
from cop.registrations.models import Registration
from cop.reminders.models import ReminderRule
from tests.invitations import reading
from tests.invitations.test_changes import calendar_of, change
from tests.people_of_the_tests import People, event, person

PARIS = ZoneInfo("Europe/Paris")
DAYS = (12, 13, 14, 15)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 1, day, hour, minute, tzinfo=PARIS)


def held_on(people: People, *starts: tuple[int, int]) -> Event:
    """A seminar of half-days of three hours."""
    day, hour = starts[0]
    made = event(
        people,
        f"Séminaire {day}",
        slug=f"seminaire-{day}",
        starts_at=at(day, hour),
        ends_at=at(day, hour) + timedelta(hours=3),
    )
    for day, hour in starts[1:]:
        made.half_days.append(HalfDay(starts_at=at(day, hour), ends_at=at(day, hour) + timedelta(hours=3)))
    made.ends_at = at(*starts[-1]) + timedelta(hours=3)
    db.session.flush()
    db.session.refresh(made)
    return made


def call_off(held: Event, number: int, reason: str = "") -> None:
    with unit_of_work():
        half_day = db.session.get_one(Event, held.id).half_days[number]
        service_half_days.call_off(half_day, reason, actor=WORKER, now=time.now())


def tell() -> int:
    items = core_jobs.run(jobs.JOBS[0]).items
    db.session.rollback()
    return items


@pytest.fixture
def seminar(people: People) -> Event:
    """A day in two half-days and the morning after; Diane has it in her calendar."""
    with unit_of_work():
        made = held_on(people, (14, 9), (14, 14), (15, 9))
        service.invite(made, people.diane, time.now())
    return made


def test_an_afternoon_called_off(people: People, seminar: Event, outbox: Any, clock: Any) -> None:
    call_off(seminar, 1, "La salle est prise.")
    assert tell() == 0, "five quiet minutes"
    clock.advance(minutes=5)
    assert (tell(), tell()) == (1, 0)
    first, update = outbox()
    before, entry = calendar_of(first), calendar_of(update)
    assert (update.calendar_method, entry["uid"], entry["sequence"], entry["status"]) == (
        "REQUEST", before["uid"], 1, "CONFIRMED",
    )  # fmt: skip
    assert (before["start"], entry["start"], entry["end"]) == (
        "2027-01-14", "2027-01-14T08:00:00.000Z", "2027-01-14T11:00:00.000Z",
    ), "the two mornings now have the same hours"  # fmt: skip
    assert entry["occurrences"] == ["2027-01-14T08:00:00.000Z", "2027-01-15T08:00:00.000Z"]
    assert "N’a pas lieu\u00a0: jeudi 14 janvier 2027, de 14\u00a0h à 17\u00a0h" in entry["description"]
    text = " ".join((update.text or "").split())
    assert "L’après-midi du jeudi 14 janvier n’a pas lieu" in text
    assert "La salle est prise." in text
    assert "Le reste est maintenu" in text
    assert "a changé" not in text
    clock.advance(minutes=10)
    change(seminar.id, plans=True, venue_name="Ailleurs")
    clock.advance(minutes=6)
    tell()
    assert "n’a pas lieu" not in (outbox()[-1].text or "").partition("Quand")[0], "told once"


def test_a_day_in_the_middle_of_a_series_is_an_exception(people: People, outbox: Any, clock: Any) -> None:
    with unit_of_work():
        made = held_on(people, *((day, 9) for day in DAYS))
        service.invite(made, people.diane, time.now())
    call_off(made, 1)
    clock.advance(minutes=6)
    tell()
    update = outbox()[-1].calendar
    assert "EXDATE;TZID=Europe/Paris:20270113T090000\r\n" in update
    assert "RRULE:FREQ=DAILY;COUNT=4\r\n" in update
    entry = calendar_of(outbox()[-1])
    assert (entry["rule"], entry["sequence"]) == ("FREQ=DAILY;COUNT=4", 1)
    exception: Any = reading.by_icalendar(update).events[0]["EXDATE"]
    assert [one.dt for one in exception.dts] == [at(13, 9)]
    db.session.expire_all()
    feed = ical.timing_of(db.session.get_one(Event, made.id))
    assert (feed.days, feed.every, feed.without) == (4, 1, (at(13, 9),))
    call_off(made, 0)
    clock.advance(minutes=6)
    tell()
    entry = calendar_of(outbox()[-1])
    assert (entry["start"], entry["rule"], entry["sequence"]) == ("2027-01-14T08:00:00.000Z", "FREQ=DAILY;COUNT=2", 2)


SPANS = [rules.Span(at(day, 9), at(day, 12)) for day in DAYS]


@pytest.mark.parametrize(
    ("held", "off", "days", "every", "without"),
    [
        ((0, 2, 3), (13,), 4, 1, (13,)),
        ((0, 3), (13, 14), 2, 3, ()),
        ((0, 2), (13,), 2, 2, ()),
        ((1, 2, 3), (12,), 3, 1, ()),
        ((0, 1), (14, 15), 2, 1, ()),
    ],
)
def test_the_entry_without_some_days(
    held: tuple[int, ...], off: tuple[int, ...], days: int, every: int, without: tuple[int, ...]
) -> None:
    timing = rules.timing([SPANS[n] for n in held], PARIS, called_off=[date(2027, 1, day) for day in off])
    assert (timing.days, timing.every) == (days, every)
    assert timing.without == tuple(at(day, 9) for day in without)


def test_the_hour_of_an_exception_follows_the_clocks() -> None:
    """A series across the change of clocks: the day left out begins at the same hour on the clock."""
    starts = [datetime(2027, 3, day, 9, tzinfo=PARIS) for day in (26, 27, 29)]
    timing = rules.timing(
        [rules.Span(start, start + timedelta(hours=3)) for start in starts], PARIS, called_off=[date(2027, 3, 28)]
    )
    assert [moment.astimezone(UTC).hour for moment in timing.without] == [7]


def test_what_else_follows(client: Any, people: People, seminar: Event, sign_in: Any, clock: Any) -> None:
    """The page, the event's own hours, attendance, the form, copies, reminders."""
    call_off(seminar, 0, "L’intervenante est souffrante.")
    held = db.session.get_one(Event, seminar.id)
    assert (held.starts_at, held.ends_at) == (at(14, 14), at(15, 12))
    shown = unescape(client.get(f"/evenements/{held.slug}").text)
    assert "2 demi-journées" in shown
    assert re.search(r"<s>[^<]*de 9\u00a0h[^<]*</s>", shown)
    assert "L’intervenante est souffrante." in shown
    assert [span.starts_at for span in events.description_of(held).half_days] == [at(14, 14), at(15, 9)]
    clock.set("2027-01-14 13:00")
    morning, afternoon, _ = db.session.get_one(Event, held.id).half_days
    with pytest.raises(Refused, match="annulée"), unit_of_work():
        marking.mark(morning, people.diane_id, State.PRESENT, actor=WORKER, now=time.now())
    assert attendance.stage_of(morning, time.now()) == "called_off"
    assert attendance_rules.meant(held.half_days, time.now(), PARIS) == afternoon.id
    sign_in(people.bob)
    assert "annulée" in unescape(
        client.get(f"/animation/evenements/{held.id}/presences?demi_journee={morning.id}").text
    )
    desk = unescape(client.get("/animation").text)
    clock.set("2027-01-14 18:00")
    assert desk.count("Clore") == 0
    with unit_of_work():
        copy = event_service.duplicate(held, actor=WORKER, now=time.now())
        assert len(copy.half_days) == 2
        description = events.description_of(held)
        event_service.edit(held, description, version=held.version, actor=WORKER, now=time.now())
    db.session.rollback()
    assert len(db.session.get_one(Event, seminar.id).half_days) == 3, "saving the form keeps what was called off"


def test_what_cannot_be_called_off(people: People, seminar: Event, clock: Any) -> None:
    call_off(seminar, 0)
    call_off(seminar, 0)
    assert db.session.get_one(Event, seminar.id).calendar_sequence == 1, "pressed twice, once"
    call_off(seminar, 1)
    with pytest.raises(Refused, match="dernière"):
        call_off(seminar, 2)
    db.session.rollback()
    with unit_of_work():
        lone = held_on(people, (20, 9), (20, 14))
    clock.set("2027-01-20 10:00")
    with pytest.raises(Refused, match="commencé"):
        call_off(lone, 0)
    db.session.rollback()
    with unit_of_work():
        draft = event(people, "Brouillon", status="draft", starts_at=at(28, 9))
        draft.half_days.append(HalfDay(starts_at=at(28, 14), ends_at=at(28, 17)))
    with pytest.raises(Refused, match="publié"):
        call_off(draft, 0)


def test_the_end_called_off_on_the_way(people: People, seminar: Event, outbox: Any, clock: Any) -> None:
    """When what is left is already over, people who expect the rest are still told."""
    clock.set("2027-01-14 18:30")
    call_off(seminar, 2)
    clock.advance(minutes=6)
    assert tell() == 1
    assert "La matinée du vendredi 15 janvier n’a pas lieu" in " ".join((outbox()[-1].text or "").split())
    assert outbox()[-1].expires_at == at(15, 12)


def test_from_the_page(client: Any, people: People, seminar: Event, sign_in: Any, outbox: Any, clock: Any) -> None:
    sign_in(people.bob)
    manage = f"/animation/evenements/{seminar.id}"
    number = seminar.half_days[1].id
    assert f"/demi-journees/{number}/annuler" in client.get(manage).text
    before = unescape(client.get(f"{manage}/demi-journees/{number}/annuler").text)
    assert "1 personne a la rencontre dans son agenda" in before
    assert "L’après-midi du jeudi 14 janvier n’a pas lieu" in before
    assert "15 janvier 2027, de 9" in before
    done = client.post(f"{manage}/demi-journees/{number}/annuler", data={"reason": "Grève."}, follow_redirects=True)
    text = unescape(done.text)
    assert "1 personne est prévenue" in text
    assert "Personne n’est encore prévenu" in text
    assert "Ne rien envoyer" not in text, "a change of plans is always told"
    preview = unescape(client.get(f"{manage}/changements").text)
    assert "Diane Dumas" in preview
    assert "Grève." in preview
    assert "/inscription/" not in preview, "a personal link is nobody else's"
    client.post(f"{manage}/changements/taire")
    assert "Personne n’est encore prévenu" in unescape(client.get(manage).text)
    client.post(f"{manage}/changements/prevenir")
    assert tell() == 1
    assert len(outbox()) == 2
    assert "Tout le monde est au courant." in unescape(client.get(f"{manage}/changements").text)
    back = client.post(f"{manage}/demi-journees/{number}/retablir", follow_redirects=True)
    assert "a finalement lieu" in unescape(back.text)
    clock.advance(minutes=6)
    assert tell() == 1
    assert calendar_of(outbox()[-1])["sequence"] == 2
    other = seminar.half_days[0].id
    for one in (number, other):
        client.post(f"{manage}/demi-journees/{one}/annuler", data={"reason": ""})
    last = unescape(client.get(f"{manage}/demi-journees/{seminar.half_days[2].id}/annuler").text)
    assert "C’est la dernière demi-journée" in last
    assert f"{manage}/annuler" in last
    refused = client.post(f"{manage}/demi-journees/{seminar.half_days[2].id}/annuler", data={"reason": ""})
    assert refused.status_code == 422
    assert client.get(f"{manage}/demi-journees/999999/annuler").status_code == 404


def test_a_correction_may_go_untold(
    client: Any, people: People, seminar: Event, sign_in: Any, outbox: Any, clock: Any
) -> None:
    with unit_of_work():
        late = person("Édith", "Évrard", email="edith@cabinet.example")
        service.invite(db.session.get_one(Event, seminar.id), late, time.now())
    change(seminar.id, plans=False, title="Séminaire d’hiver")
    client = sign_in(people.bob)
    manage = f"/animation/evenements/{seminar.id}"
    text = unescape(client.get(manage).text)
    assert "2 personnes vont être prévenues de la correction" in text
    assert "à 10\u00a0h\u00a005" in text
    quiet = client.post(f"{manage}/changements/taire", follow_redirects=True)
    assert "épargné à 2 personnes" in unescape(quiet.text)
    clock.advance(minutes=10)
    assert tell() == 0
    change(seminar.id, plans=True, venue_name="Ailleurs")
    clock.advance(minutes=6)
    assert tell() == 2
    entry = calendar_of(outbox()[-1])
    assert (entry["summary"], entry["sequence"]) == ("Séminaire d’hiver", 1)
    assert {row.told_revision for row in db.session.scalars(sa.select(Invitation))} == {2}


def test_reminders_speak_of_what_is_held(people: People, seminar: Event, outbox: Any, clock: Any) -> None:
    with unit_of_work():
        row = Registration(
            event_id=seminar.id, person_id=people.diane_id, status="confirmed", created_at=time.now(),
            queued_at=time.now(),
        )  # fmt: skip
        db.session.add_all([row, ReminderRule(kind_id=people.kind_id, days_before=1, holds_from=time.now())])
    call_off(seminar, 1)
    clock.set("2027-01-13 09:01")
    for job in core_jobs.known():
        if job.name.startswith("reminders."):
            assert not core_jobs.run(job).errors
    reminder = outbox()[-1]
    assert reminder.kind.startswith("reminders.")
    assert "14 janvier 2027, de 9\u00a0h" in (reminder.text or "")
    assert "14\u00a0h" not in (reminder.text or "")
