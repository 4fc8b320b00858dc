"""A task from the first line to the hours: written, proposed, accepted by link, done."""

import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from cop.accounts import access
from cop.accounts.models import Account, Grant
from cop.activity.models import ActivityEntry
from cop.core import jobs
from cop.core.access import Permission
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events import queries as events
from cop.events.models import Event
from cop.people.models import Person
from cop.volunteers.jobs import JOBS
from cop.volunteers.models import Hours, Proposal, Task
from tests.people_of_the_tests import People, event, territory

FORM = {
    "title": "Accueillir à l’entrée",
    "day": "2027-01-14",
    "at": "09:00",
    "hours": "2",
    "places": "1",
}


def task(number: int) -> Task:
    db.session.rollback()
    return db.session.get_one(Task, number)


def answers(number: int) -> dict[str, str]:
    rows = db.session.scalars(sa.select(Proposal).filter_by(task_id=number))
    return {row.person.given_name: row.state for row in rows}


def propose(client: Any, number: int, *who: int) -> Any:
    return client.post(f"/animation/taches/{number}/proposer", data={"person": [str(one) for one in who]})


def link_of(mail: Any) -> str:
    found = re.search(r"/tache/[\w.-]+", mail.text)
    assert found
    return found[0]


def grants() -> list[tuple[str, str, Any]]:
    db.session.rollback()
    return [(g.subject, g.origin, g.ends_on) for g in db.session.scalars(sa.select(Grant).where(Grant.subject != ""))]


def test_write_find_show_and_propose(
    client: Any, sign_in: Any, people: People, skill: int, enrol: Any, outbox: Any
) -> None:
    eve, busy = enrol("Eve"), enrol("Ugo", slots="1m")
    sign_in(people.bob)
    answer = client.post(
        "/animation/taches/nouvelle",
        data={**FORM, "territory_id": territory("department", "49").id, "skills": [skill]},
    )
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Eve Éluard" in page
    assert "Ugo Éluard" not in page, "not free on Thursday mornings"

    number = int(answer.location.rsplit("/", 1)[1])
    before = client.get(f"/animation/taches/{number}/proposer?person={eve}&person={busy}").text
    assert "1 personne va être sollicitée" in before
    assert "Accueillir à l’entrée" in before
    assert "répondre" in before, "the mail is shown before it leaves"
    assert outbox() == []

    assert propose(client, number, eve, busy).status_code == 303
    assert [(mail.kind, mail.recipient, mail.category) for mail in outbox()] == [
        ("volunteers.proposed", "eve@cabinet.example", "community")
    ]
    assert answers(number) == {"Eve": "proposed"}
    propose(client, number, eve)
    assert len(outbox()) == 1, "asked once"


def test_the_link_shows_and_its_buttons_answer(
    client: Any, sign_in: Any, people: People, enrol: Any, write: Any, outbox: Any
) -> None:
    eve, ugo = enrol("Eve"), enrol("Ugo")
    number = write()
    propose(sign_in(people.bob), number, eve, ugo)
    first, second = (link_of(mail) for mail in outbox())

    assert client.get(first).status_code == 200
    assert answers(number) == {"Eve": "proposed", "Ugo": "proposed"}, "a link shows, it never acts"
    assert client.get(f"{first}/accepter").status_code == 405

    assert client.post(f"{first}/accepter").status_code == 303
    client.post(f"{first}/accepter")
    assert answers(number)["Eve"] == "accepted"
    assert task(number).taken == 1
    assert "Toutes les places" in client.get(second).text
    refused = client.post(f"{second}/accepter", follow_redirects=True)
    assert "Toutes les places ont été prises" in refused.text
    assert (task(number).taken, answers(number)["Ugo"]) == (1, "proposed")

    client.post(f"{first}/refuser")
    assert (task(number).taken, answers(number)["Eve"]) == (0, "declined")
    client.post(f"{second}/accepter")
    assert (task(number).taken, answers(number)["Ugo"]) == (1, "accepted")
    assert client.get("/tache/forged").status_code == 404


def test_who_accepts_takes_attendance_at_that_event_and_nowhere_else(
    client: Any, sign_in: Any, people: People, enrol: Any, write: Any, outbox: Any
) -> None:
    eve, number = enrol("Eve"), write(with_event=True)
    with unit_of_work():
        other = event(people, "Une autre rencontre").id
    held = task(number).event_id
    propose(sign_in(people.bob), number, eve)
    link = link_of(outbox()[0])
    assert "Maison des associations" in outbox()[0].text, "where to go is said before one says yes"
    assert "Maison des associations" in client.get(link).text
    client.post(f"{link}/accepter")

    (grant,) = grants()
    assert grant[:2] == (f"event:{held}", f"task:{number}")
    assert grant[2].isoformat() == "2027-01-14"
    account = db.session.scalars(sa.select(Account).filter_by(email="eve@cabinet.example")).one()
    assert account.password_hash is None, "signs in by mailed links"
    assert db.session.get_one(Person, eve).account_id == account.id
    assert access.can(account, Permission.ATTENDANCE_TAKE, events.where_is(held or 0))

    sign_in(account)
    assert client.get(f"/animation/evenements/{held}/presences").status_code == 200
    assert client.get(f"/animation/evenements/{other}/presences").status_code == 404
    assert client.get(f"/animation/evenements/{held}/inscriptions").status_code == 403
    desk = client.get("/animation").text
    assert "Écrire sans se faire mal" in desk
    assert "Une autre rencontre" not in desk
    assert client.get("/animation/benevoles").status_code == 403

    client.post(f"{link}/refuser")
    assert grants() == []
    assert client.get(f"/animation/evenements/{held}/presences").status_code in {303, 403, 404}


def test_the_right_ends_with_the_day(
    client: Any, sign_in: Any, people: People, enrol: Any, write: Any, outbox: Any, clock: Any
) -> None:
    eve, number = enrol("Eve"), write(with_event=True)
    held = task(number).event_id
    propose(sign_in(people.bob), number, eve)
    client.post(f"{link_of(outbox()[0])}/accepter")
    account = db.session.scalars(sa.select(Account).filter_by(email="eve@cabinet.example")).one()
    clock.set("2027-01-14 23:30")
    assert sign_in(account).get(f"/animation/evenements/{held}/presences").status_code == 200
    clock.set("2027-01-15 00:30")
    db.session.rollback()
    account = db.session.scalars(sa.select(Account).filter_by(email="eve@cabinet.example")).one()
    assert sign_in(account).get(f"/animation/evenements/{held}/presences").status_code in {303, 403, 404}


def test_a_cancelled_task_is_told_and_takes_the_right_back(
    client: Any, sign_in: Any, people: People, enrol: Any, write: Any, outbox: Any
) -> None:
    eve, ugo, number = enrol("Eve"), enrol("Ugo"), write(with_event=True, places=2)
    propose(sign_in(people.bob), number, eve, ugo)
    client.post(f"{link_of(outbox()[0])}/accepter")
    assert len(grants()) == 1
    client.post(f"/animation/taches/{number}/annuler")
    client.post(f"/animation/taches/{number}/annuler")
    told = [mail.recipient for mail in outbox() if mail.kind == "volunteers.cancelled"]
    assert told == ["eve@cabinet.example"], "who had not answered has nothing to be told"
    assert grants() == []
    assert "annulée" in client.get(link_of(outbox()[1])).text


def test_tasks_and_rights_follow_their_event(
    client: Any, sign_in: Any, people: People, enrol: Any, write: Any, outbox: Any
) -> None:
    eve, number = enrol("Eve"), write(with_event=True)
    propose(sign_in(people.bob), number, eve)
    client.post(f"{link_of(outbox()[0])}/accepter")
    assert jobs.run(JOBS[0]).items == 0, "nothing to do"
    with unit_of_work():
        held = db.session.get_one(Event, task(number).event_id)
        held.ends_at += timedelta(days=2)
    assert jobs.run(JOBS[0]).items == 1
    assert grants()[0][2].isoformat() == "2027-01-16"
    assert jobs.run(JOBS[0]).items == 0
    with unit_of_work():
        db.session.get_one(Event, task(number).event_id).status = "cancelled"
    jobs.run(JOBS[0])
    assert (task(number).state, grants()) == ("cancelled", [])


def test_hours_are_confirmed_after_the_task_and_corrected_by_the_team(
    client: Any, sign_in: Any, people: People, enrol: Any, write: Any, outbox: Any, clock: Any
) -> None:
    eve, number = enrol("Eve"), write()
    propose(sign_in(people.bob), number, eve)
    client.post(f"{link_of(outbox()[0])}/accepter")
    early = client.post(f"/animation/taches/{number}/heures", data={"person": eve, "hours": "2"})
    assert early.status_code == 422
    assert "ne sont pas encore données" in early.text

    clock.set("2027-01-15 10:00")
    with unit_of_work():
        made = Account(email="eve@cabinet.example", name="Eve", created_at=people.bob.created_at)
        db.session.add(made)
        db.session.flush()
        account_id = made.id
    sign_in(db.session.get_one(Account, account_id))
    assert "Accueillir à l’entrée" in client.get("/moi/benevolat").text
    client.post(f"/moi/benevolat/taches/{number}/heures", data={"hours": "1", "minutes": "30"})
    assert task(number).state == "done"
    sign_in(people.bob)
    client.post(f"/animation/taches/{number}/heures", data={"person": eve, "hours": "2", "minutes": "0"})
    db.session.rollback()
    (line,) = db.session.scalars(sa.select(Hours))
    assert (line.minutes, line.source, answers(number)) == (120, "staff", {"Eve": "done"})


def test_hours_outside_of_any_task(client: Any, sign_in: Any, people: People) -> None:
    with unit_of_work():
        from cop.activity.service import Actor
        from cop.volunteers import service
        from cop.volunteers.service import Said

        said = Said(frozenset(), frozenset(), territory("department", "49").id)
        service.enrol(people.diane, said, Actor("public"))
    sign_in(people.diane_account)
    wrong = client.post("/moi/benevolat/heures", data={"day": "2026-11-25", "hours": "2", "label": "Relecture"})
    assert wrong.status_code == 422
    assert "Relecture" in wrong.text, "what was typed is kept"
    client.post("/moi/benevolat/heures", data={"day": "2026-11-18", "hours": "2", "label": "Relecture"})
    assert "2\u00a0h" in client.get("/moi/benevolat").text

    sign_in(people.bob)
    assert "Diane Dumas" in client.get("/animation/benevoles/heures").text
    assert "Diane Dumas" not in client.get("/animation/benevoles/heures?since=2025-01-01&until=2025-12-31").text
    assert client.get("/animation/benevoles/heures?since=2026-02-01&until=2026-01-01").status_code == 422
    file = client.post("/animation/benevoles/heures/export")
    assert file.data.startswith(b"\xef\xbb\xbf")
    assert "Dumas;Relecture" in file.text
    assert db.session.scalar(sa.select(ActivityEntry).filter_by(action="hours.exported")) is not None
    sign_in(people.charlie)
    assert "Diane Dumas" not in client.get("/animation/benevoles/heures").text
    assert "Dumas" not in client.post("/animation/benevoles/heures/export").text

    sign_in(people.diane_account)
    db.session.rollback()
    line = db.session.scalars(sa.select(Hours)).one()
    client.post(f"/moi/benevolat/heures/{line.id}/retirer")
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Hours.id))) == 0


def test_bad_input_comes_back_with_its_sentence(client: Any, sign_in: Any, people: People, skill: int) -> None:
    sign_in(people.bob)
    place = territory("department", "49").id
    past = client.post("/animation/taches/nouvelle", data={**FORM, "territory_id": place, "day": "2026-11-01"})
    assert past.status_code == 422
    assert "Ce moment est passé" in past.text
    assert "Accueillir à l’entrée" in past.text
    elsewhere = client.post(
        "/animation/taches/nouvelle", data={**FORM, "territory_id": territory("department", "44").id}
    )
    assert elsewhere.status_code == 422
    with unit_of_work():
        theirs = event(people, "Ailleurs", territory_id=territory("department", "44").id).id
    foreign = client.post("/animation/taches/nouvelle", data={**FORM, "territory_id": place, "event_id": theirs})
    assert foreign.status_code == 422, "a right there is not Bob's to give"
