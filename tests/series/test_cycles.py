"""A cycle of three seminars of two days: one registration, six days, twelve half-days, all seats or none."""

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from cop.accounts.models import Grant
from cop.activity.service import Actor
from cop.core import clock, jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events import service as events
from cop.events.models import Event, EventKind
from cop.events.models_series import EventSeries
from cop.invitations.models import Invitation
from cop.mandates.models import Project
from cop.registrations.jobs import JOBS as REGISTRATIONS
from cop.registrations.models import Registration
from cop.series.jobs import JOBS
from tests.conftest import NOW
from tests.people_of_the_tests import People, person, territory
from tests.registrations.conftest import FORM
from tests.signing_in import put_in

DAYS = {"day_0": "2027-01-19", "day_1": "2027-03-16", "day_2": "2027-05-18"}


@pytest.fixture
def cycle_id(bob: Any, people: People) -> int:
    """Bob's cycle, made by its form and published."""
    with unit_of_work():
        seminar = EventKind(code="seminar", name_fr="Séminaire", name_en="Seminar", duration_minutes=180, half_days=4)
        seminar.capacity = 24
        db.session.add(seminar)
    place = str(territory("department", "49").id)
    sent = {"title": "Coordonner une équipe", "kind": "seminar", "territory_id": place, "commune": "Angers (49000)"}
    answer = bob.post("/animation/cycles/nouveau", data={**sent, **DAYS, "capacity": "2", "action": "save"})
    assert answer.status_code == 303, answer.text
    number = int(answer.location.rsplit("/", 1)[1])
    assert bob.post(f"/animation/cycles/{number}/publier").status_code == 303
    return number


@pytest.fixture
def send(app: Any, cycle_id: int) -> Any:
    """Register for the cycle as a stranger; answers the page after."""
    browser = app.test_client()
    db.session.rollback()
    slug = db.session.get_one(EventSeries, cycle_id).slug

    def do(name: str = "eve") -> Any:
        data = {**FORM, "given_name": name.title(), "email": f"{name}@cabinet.example"}
        return browser.post(f"/cycles/{slug}/inscription", data=data, follow_redirects=True)

    return do


def seminars(cycle_id: int) -> list[Event]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Event).filter_by(series_id=cycle_id).order_by(Event.starts_at)))


def statuses(cycle_id: int) -> list[Counter[str]]:
    found = []
    for event in seminars(cycle_id):
        counted = Counter(db.session.scalars(sa.select(Registration.status).filter_by(event_id=event.id)))
        assert (event.seats_taken, event.waiting) == (counted["confirmed"], counted["waitlisted"])
        found.append(counted)
    return found


def mine(outbox: Any, kind: str = "series.registered") -> str:
    """The personal page, from the last mail that sums up."""
    body = [mail for mail in outbox() if mail.kind == kind][-1].text
    return "/inscription-cycle/" + body.split("/inscription-cycle/")[1].split()[0].strip("<>)")


def test_one_registration_for_six_days(send: Any, cycle_id: int, outbox: Any, app: Any) -> None:
    assert [len(event.half_days) for event in seminars(cycle_id)] == [4, 4, 4]
    page = send()
    assert page.status_code == 200
    assert "inscrit" in page.text
    assert statuses(cycle_id) == [{"confirmed": 1}] * 3
    kinds = Counter(mail.kind for mail in outbox())
    assert kinds == {"series.registered": 1, "invitations.confirmation": 3}
    assert len(set(db.session.scalars(sa.select(Invitation.uid)))) == 3, "one entry, one UID, one mail for each seminar"
    told = [mail for mail in outbox() if mail.kind == "invitations.confirmation"]
    assert all("cette page l’annule en entier" in mail.text for mail in told), "no press cancels one seminar alone"
    calendars = [mail.calendar for mail in told]
    assert all(one.count("BEGIN:VEVENT") == 1 and "RRULE:FREQ=DAILY;COUNT=2" in one for one in calendars)
    shown = app.test_client().get(mine(outbox)).text
    assert shown.count("<li>") >= 12
    assert send().status_code == 200
    assert statuses(cycle_id) == [{"confirmed": 1}] * 3, "pressed twice, it happens once"


def test_the_waiting_list_of_all_and_its_way_back(send: Any, cycle_id: int, outbox: Any, app: Any) -> None:
    for name in ("eve", "fay", "gus", "hal"):
        send(name)
    assert statuses(cycle_id) == [{"confirmed": 2, "waitlisted": 2}] * 3
    waits = [mail for mail in outbox() if mail.kind == "series.waitlisted"]
    assert [("position 1" in mail.text, "position 2" in mail.text) for mail in waits] == [(True, False), (False, True)]
    browser, page = app.test_client(), mine(outbox)
    assert "Annuler mon inscription" in browser.get(page).text
    assert browser.post(f"{page}/annuler").status_code == 303
    assert statuses(cycle_id) == [{"confirmed": 2, "waitlisted": 1, "cancelled": 1}] * 3, "Gus moved up everywhere"
    promoted = [mail for mail in outbox() if mail.kind == "series.registered"][-1]
    assert (promoted.recipient, "Des places se sont libérées" in promoted.subject) == ("gus@cabinet.example", True)
    assert Counter(mail.kind for mail in outbox())["invitations.withdrawal"] == 3
    assert browser.post(f"{page}/revenir").status_code == 303
    assert statuses(cycle_id) == [{"confirmed": 2, "waitlisted": 2}] * 3


def test_seats_free_at_one_seminar_only_call_nobody(send: Any, cycle_id: int, outbox: Any) -> None:
    for name in ("eve", "fay", "gus"):
        send(name)
    with unit_of_work():
        db.session.scalars(
            sa.update(Event).filter_by(id=seminars(cycle_id)[0].id).values(capacity=9).returning(Event.id)
        )
    for job in JOBS:
        jobs.run(job)
    assert statuses(cycle_id)[0] == {"confirmed": 2, "waitlisted": 1}
    with unit_of_work():
        for event in seminars(cycle_id):
            event.capacity = 9
    for job in JOBS:
        jobs.run(job)
    assert statuses(cycle_id) == [{"confirmed": 3}] * 3


def test_a_seminar_leads_to_its_cycle(send: Any, cycle_id: int, app: Any, outbox: Any) -> None:
    browser, event = app.test_client(), seminars(cycle_id)[1]
    page = browser.get(f"/evenements/{event.slug}").text
    assert "/cycles/coordonner-une-equipe" in page
    assert 'name="email"' not in page
    alone = browser.post(f"/evenements/{event.slug}/inscription", data=FORM)
    assert (alone.status_code, statuses(cycle_id)[1]) == (422, {})
    send()
    link = next(mail.text for mail in outbox() if mail.kind == "invitations.confirmation")
    personal = "/inscription/" + link.split("/inscription/")[1].split()[0].strip("<>)")
    assert browser.get(personal).location.startswith("/inscription-cycle/")


def test_adding_and_removing_a_seminar(send: Any, bob: Any, cycle_id: int, outbox: Any) -> None:
    send()
    address = f"/animation/cycles/{cycle_id}"
    assert bob.post(f"{address}/seminaires", data={"day": "2027-06-15"}).status_code == 303
    added = seminars(cycle_id)[-1]
    assert (added.status, added.title) == ("draft", "Coordonner une équipe\u00a0: séminaire 4")
    assert "Eve" in bob.get(address).text
    assert bob.post(f"{address}/publier").status_code == 303
    for job in JOBS:
        jobs.run(job)
    assert statuses(cycle_id) == [{"confirmed": 1}] * 4
    assert Counter(mail.kind for mail in outbox())["invitations.confirmation"] == 4
    assert bob.post(f"{address}/seminaires/{added.id}/retirer").status_code == 303
    assert statuses(cycle_id) == [{"confirmed": 1}] * 3
    db.session.rollback()
    assert db.session.get_one(Event, added.id).seats_taken == 1, "whoever has a seat keeps it"


def test_the_staff_registers_and_takes_off(bob: Any, cycle_id: int, outbox: Any) -> None:
    address = f"/animation/cycles/{cycle_id}/inscriptions"
    assert bob.post(address, data={"family_name": ""}).status_code == 422
    assert bob.post(address, data={**FORM, "given_name": "Zoé"}).status_code == 303
    row = db.session.scalars(sa.select(Registration).order_by(Registration.id)).first()
    assert statuses(cycle_id) == [{"confirmed": 1}] * 3
    event = seminars(cycle_id)[0]
    bob.post(f"/animation/evenements/{event.id}/inscriptions/{row.id}/retirer")
    assert statuses(cycle_id) == [{"confirmed": 1}] * 3, "nobody leaves one seminar alone"
    assert bob.post(f"{address}/{row.person_id}/retirer").status_code == 303
    assert statuses(cycle_id) == [{"cancelled": 1}] * 3


def test_a_seminar_called_off_does_not_end_the_cycle(send: Any, cycle_id: int, outbox: Any, people: People) -> None:
    send()
    with unit_of_work():
        event = db.session.get_one(Event, seminars(cycle_id)[1].id)
        events.cancel(event, "Salle inondée.", actor=Actor("account", people.bob_id), now=clock.now())
    assert "inscrit" in send("fay").text
    assert [dict(one) for one in statuses(cycle_id)] == [{"confirmed": 2}, {"confirmed": 1}, {"confirmed": 2}]


def test_a_seminar_given_to_another_territory_is_theirs(bob: Any, cycle_id: int) -> None:
    with unit_of_work():
        given = seminars(cycle_id)[-1]
        given.territory_id, given.status = territory("department", "44").id, "draft"
        number = given.id
    address = f"/animation/cycles/{cycle_id}"
    bob.post(f"{address}/publier")
    assert [one.status for one in seminars(cycle_id)] == ["published", "published", "draft"]
    assert bob.post(f"{address}/seminaires/{number}/retirer").status_code == 404
    assert bob.post(f"{address}/seminaires", data={"day": "2027-06-15"}).status_code == 404
    assert len(seminars(cycle_id)) == 3


def test_a_seminar_given_to_others_is_counted_and_not_named(
    bob: Any, send: Any, cycle_id: int, people: People, app: Any
) -> None:
    """Nor is who came there alone."""
    send("eve")
    address = f"/animation/cycles/{cycle_id}"
    with unit_of_work():
        given = seminars(cycle_id)[-1]
        given.title, given.status, given.published_at = "Les secrets de Nantes", "draft", None
        given.territory_id, number = territory("department", "44").id, given.id
        zoe = person("Zoé", "Zola", email="zoe@cabinet.example")
        alone = Registration(event_id=number, person_id=zoe.id, status="confirmed", queued_at=NOW, created_at=NOW)
        db.session.add(alone)
    slug = db.session.get_one(EventSeries, cycle_id).slug
    for page in (bob.get(address).text, bob.get("/animation/cycles").text, bob.get(f"/cycles/{slug}").text):
        assert "Coordonner une équipe" in page
        assert "secrets de Nantes" not in page
    assert "1 autre séminaire est mené par d’autres" in bob.get("/animation/cycles").text
    page = bob.get(address).text
    assert "1 autre séminaire est mené par d’autres" in page
    assert f"evenements/{number}" not in page
    assert "Eve" in page
    assert "Zola" not in page
    charlie = put_in(app.test_client(), people.charlie)
    assert "Coordonner une équipe" not in charlie.get("/animation/cycles").text, "a page that does not open"
    assert f"/cycles/{cycle_id}" not in charlie.get(f"/animation/evenements/{number}").text


def test_who_leads_the_project_of_all_its_seminars_runs_the_cycle(cycle_id: int, people: People, app: Any) -> None:
    with unit_of_work():
        place = territory("department", "49").id
        project = Project(name="Relais", territory_id=place, starts_on=NOW.date(), created_at=NOW)
        db.session.add(project)
        db.session.flush()
        db.session.execute(sa.update(Event).where(Event.series_id == cycle_id).values(project_id=project.id))
        alone = Grant(role="relay_manager", subject=f"project:{project.id}", starts_on=NOW.date())
        alone.account_id = people.diane_account_id
        db.session.add(alone)
    diane = put_in(app.test_client(), people.diane_account)
    assert "Coordonner une équipe" in diane.get("/animation/cycles").text
    assert diane.get(f"/animation/cycles/{cycle_id}").status_code == 200
    with unit_of_work():
        seminars(cycle_id)[-1].project_id = None
    assert "Coordonner une équipe" not in diane.get("/animation/cycles").text
    assert diane.get(f"/animation/cycles/{cycle_id}").status_code == 404


def test_one_seminar_for_few_makes_a_cycle_for_few(send: Any, cycle_id: int, app: Any, outbox: Any) -> None:
    """What was never announced is not told either."""
    with unit_of_work():
        _first, given_up, last = seminars(cycle_id)
        slug, last.audience = last.cycle.slug, "members"
        given_up.title, given_up.status, given_up.published_at = "Jamais annoncé", "cancelled", None
    assert send().status_code == 200
    assert [mail.kind for mail in outbox()] == ["registrations.members_only"]
    assert not any(statuses(cycle_id)), "no stranger sits at the seminar for members"
    page = app.test_client().get(f"/cycles/{slug}").text
    assert "minaire 3" in page
    assert "Jamais annoncé" not in page


def test_no_in_the_calendar_to_one_seminar_then_to_all(send: Any, cycle_id: int, outbox: Any) -> None:
    send()
    for count, expected in ((1, {"confirmed": 1}), (3, {"cancelled": 1})):
        with unit_of_work():
            for invitation in db.session.scalars(sa.select(Invitation).order_by(Invitation.id).limit(count)):
                invitation.partstat = "DECLINED"
        for job in (*REGISTRATIONS, *JOBS):
            jobs.run(job)
        assert statuses(cycle_id) == [expected] * 3
    assert Counter(mail.kind for mail in outbox())["invitations.declined"] == 3
