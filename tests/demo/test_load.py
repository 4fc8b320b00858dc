"""The demonstration as a whole: loaded once, looked at from every side."""

import json
import stat
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop import demo
from cop.accounts.models import Account
from cop.accounts.service import sign_in_with_password
from cop.attendance.models import Attendance
from cop.core import clock as clocks
from cop.core import jobs
from cop.core.db import db
from cop.core.settings import current_settings
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.duplicates.models import Pair
from cop.events.models import Event, HalfDay
from cop.host.models import Host
from cop.mail.models import MailMessage, Status
from cop.organisations.models import Affiliation
from cop.people.models import Person
from cop.presets import loader
from cop.registrations import queries_seats
from cop.registrations.models import Registration
from cop.reminders.jobs import SEND
from cop.territories.models import Headcount, Profession, RegisterImport, Territory


def count(model: type, *where: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


@pytest.fixture
def loaded(app: Application) -> Application:
    _forget_password()
    demo.load()
    return app


def _forget_password() -> None:
    (current_settings().instance / "demo.json").unlink(missing_ok=True)


def test_a_believable_community(loaded: Application, client: FlaskClient) -> None:
    _the_clock_goes_on()
    _people()
    _everybody_has_one_place_of_work()
    _some_were_typed_twice()
    _events()
    _attendance()
    _seats_add_up()
    _nobody_was_written_to_twice()
    _one_invitation_came_back()
    _the_rate_is_plausible()
    _accounts(client)
    _the_worker_finds_a_little_to_do()


def _the_clock_goes_on() -> None:
    assert clocks.now() == clocks.at_local(clocks.today(), clocks.local(clocks.now()).time())
    for model, column in ((Registration, Registration.created_at), (MailMessage, MailMessage.created_at)):
        assert count(model, column > clocks.now()) == 0


def _people() -> None:
    assert 300 <= count(Person) <= 450
    assert count(Person, ~Person.email.endswith(".example")) == 0
    assert count(Person, Person.rpps.is_not(None), ~Person.rpps.startswith("99")) == 0
    departments = Counter(
        code[:2] for code in db.session.scalars(sa.select(Territory.code).join(Person.sites.property.mapper.class_))
    )
    assert set(departments) == {"44", "49", "53", "72", "85"}
    professions = Counter(db.session.scalars(sa.select(Person.profession_code)))
    assert {"70", "80", "91", "92", "94", "95", "96"} < set(professions)


def _events() -> None:
    now = clocks.now()
    first, last = db.session.execute(sa.select(sa.func.min(Event.starts_at), sa.func.max(Event.ends_at))).one()
    assert (now - first).days > 380
    assert (last - now).days > 80
    assert count(Event, Event.status == "draft") >= 2
    assert count(Event, Event.status == "cancelled") >= 3
    assert count(Event, Event.starts_at > now, Event.waiting > 0, Event.seats_taken == Event.capacity) >= 2
    assert count(Event, Event.mode == "online", Event.online_url.startswith("https://visio.example/")) >= 5
    long = sa.select(HalfDay.event_id).group_by(HalfDay.event_id).having(sa.func.count() == 4)
    assert len(db.session.scalars(long).all()) >= 2
    today = clocks.today()
    days = {clocks.local_date(start) for start in db.session.scalars(sa.select(Event.starts_at))}
    assert {today, today + timedelta(days=1)} <= days


def _attendance() -> None:
    states = Counter(map(tuple, db.session.execute(sa.select(Attendance.state, Attendance.source))))
    assert set(states) == {
        ("present", "list"),
        ("present", "walk_in"),
        ("excused", "list"),
        ("absent", "closing"),
    }
    assert count(Attendance, Attendance.recorded_at > clocks.now()) == 0
    over = sa.and_(HalfDay.ends_at < clocks.now(), Event.status == "published")
    left_open = sa.select(HalfDay.id).join(Event).where(over, HalfDay.closed_at.is_(None))
    assert len(db.session.scalars(left_open).all()) == 1
    times = Counter(db.session.scalars(sa.select(Attendance.person_id).where(Attendance.state == "present")))
    assert sum(number == 1 for number in times.values()) > 20, "newcomers"
    assert sum(number >= 3 for number in times.values()) > 60, "faithful ones"
    assert count(HalfDay, HalfDay.headcount > 0) >= 2


def _seats_add_up() -> None:
    assert queries_seats.wrong_counters() == []
    assert count(Registration, Registration.status == "offered") == 1


def _one_invitation_came_back() -> None:
    lost = sa.select(MailMessage.error).filter_by(kind="campaigns.invitation", status=Status.FAILED)
    assert db.session.scalars(lost).all() == ["came back: 5.2.2"]


def _nobody_was_written_to_twice() -> None:
    assert count(MailMessage, MailMessage.status == Status.SENT) > 100
    _every_mail_left_or_leaves()
    kinds = set(db.session.scalars(sa.select(MailMessage.kind)))
    assert {"invitations.confirmation", "invitations.cancellation", "reminders.reminder"} <= kinds
    assert count(MailMessage, MailMessage.created_at < clocks.now() - timedelta(days=45)) == 0


def _every_mail_left_or_leaves() -> None:
    came_back = MailMessage.error.is_not_distinct_from("came back: 5.2.2")
    others = sa.select(MailMessage.status).where(~came_back)
    assert set(db.session.scalars(others)) <= {Status.SENT, Status.QUEUED}


def _everybody_has_one_place_of_work() -> None:
    contacts = db.session.scalars(sa.select(Affiliation).where(Affiliation.main_contact)).all()
    assert len(contacts) > 15
    assert len({held.person.full_name for held in contacts}) == len(contacts)


def _some_were_typed_twice() -> None:
    pairs = db.session.scalars(sa.select(Pair).where(Pair.decided_at.is_(None))).all()
    assert {"name", "claimed", "swapped"} <= {reason for pair in pairs for reason in pair.reasons}
    assert 3 <= len(pairs) <= 6


def _the_rate_is_plausible() -> None:
    extract = db.session.scalars(sa.select(RegisterImport).where(RegisterImport.is_current)).one()
    assert (clocks.today() - extract.extract_date).days < 31
    present = (
        sa.select(Attendance.person_id)
        .join(HalfDay)
        .join(Event)
        .join(Person, Person.id == Attendance.person_id)
        .join(Profession, Profession.code == Person.profession_code)
        .where(Attendance.state == "present", Event.key_event, Profession.counted)
        .where(Event.starts_at > clocks.now() - timedelta(days=365))
    )
    mobilised = len(set(db.session.scalars(present)))
    region = sa.select(Territory.id).where(Territory.is_root).scalar_subquery()
    everybody = db.session.scalars(
        sa.select(Headcount.people).where(
            Headcount.import_id == extract.id, Headcount.territory_id == region, Headcount.profession_code == "counted"
        )
    ).one()
    assert 0.15 < mobilised / everybody < 0.45


def _accounts(client: FlaskClient) -> None:
    shown = demo.accounts()
    emails = [f"{name}@cokillaje.example" for name in ("alice", "bob", "charlie", "diane")]
    assert [email for email, _password, _words in shown] == emails
    path = current_settings().instance / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    password = json.loads(path.read_text(encoding="utf-8"))["password"]
    for email, told, _words in shown[:3]:
        assert told == password
        assert len(told) <= 24, "the column of the terminal"
        with unit_of_work():
            assert sign_in_with_password(email, password) is not None
    with unit_of_work():
        assert sign_in_with_password(emails[3], password) is None
    diane = db.session.scalars(sa.select(Person).join(Account).where(Account.email == emails[3])).one()
    assert count(Registration, Registration.person_id == diane.id) >= 3
    roles = {
        (g.role, g.territory.code if g.territory else None)
        for a in db.session.scalars(sa.select(Account).where(Account.email.in_(emails)))
        for g in a.grants
        if not g.subject
    }
    assert roles == {
        ("administrator", None),
        ("regional_coordinator", None),
        *(("territorial_animator", code) for code in ("44", "49", "53", "72", "85")),
    }


def _the_worker_finds_a_little_to_do() -> None:
    """Today's reminders are left to it: whoever looks sees them leave."""
    clocks.clock.freeze(clocks.at_local(clocks.today(), clocks.datetime(2000, 1, 1, 21).time()))
    before = count(MailMessage)
    outcome = jobs.run(SEND)
    assert outcome.errors == 0
    assert 20 <= outcome.items <= 120
    assert count(MailMessage) == before + outcome.items


@pytest.mark.once  # they differ by what they say; the first one is loaded on each database above
@pytest.mark.parametrize("name", [name for name in loader.names() if name != demo.DEFAULT])
def test_every_preset_has_its_demonstration(app: Application, client: FlaskClient, name: str) -> None:
    _forget_password()
    steps = []
    demo.load(lambda words, share: steps.append((words, share)), preset=name)
    assert steps[0] == ("territories", 0.0)
    assert steps[-1] == ("done", 1.0)
    assert db.session.scalars(sa.select(Host.preset)).one() == name
    assert count(Person) > 20
    assert count(Pair, Pair.decided_at.is_(None)) >= 3
    assert count(Attendance, Attendance.state == "present") > 100
    _every_mail_left_or_leaves()
    assert client.get("/agenda").status_code == 200


def test_interrupted_it_leaves_no_organisation_and_can_be_begun_again(app: Application) -> None:
    _forget_password()

    def interrupt(words: str, share: float) -> None:
        if words == "life" and share > 0.3:
            raise KeyboardInterrupt

    now = clocks.now()
    with pytest.raises(KeyboardInterrupt):
        demo.load(interrupt, preset="haute-herbasse")
    assert clocks.now() == now
    assert count(Host) == count(Person) == count(Event) == count(Account) == 0
    (_alice, password, _words), *_others = demo.accounts()
    demo.load(preset="haute-herbasse")
    assert count(Host) == 1
    assert demo.accounts()[0][1] == password
