"""An event kept as a template: everything but its dates serves again, and nobody else ever sees it."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events import service_questions
from cop.events.jobs import JOBS
from cop.events.models import Event
from cop.events.models_questions import Question
from cop.events.rules_questions import Wording
from tests.conftest import ClockHand
from tests.events.test_desk import filled_in, words
from tests.people_of_the_tests import People, event

NAME = "Matinée à Angers"
NEW = "/animation/evenements/nouveau"


def kept(client: Any, people: People) -> int:
    """Bob's event, with a question, made a template of in one press."""
    with unit_of_work():
        made = event(people, "Écrire sans se faire mal", summary="Pour qui écrit.", carpool=True)
        service_questions.add(made, Wording("text", "Une attente ?"), actor=Actor("account", people.bob_id))
        number = made.id
    answer = client.post(f"/animation/evenements/{number}/modele", data={"name": NAME})
    assert answer.status_code == 303
    return int(answer.location.rsplit("/", 1)[1])


def test_an_event_becomes_a_template_and_the_template_an_event(client: Any, people: People, sign_in: Any) -> None:
    sign_in(people.bob)
    number = kept(client, people)
    again = client.post(f"/animation/evenements/{number - 1}/modele", data={"name": NAME})
    assert again.location.endswith(f"/{number}"), "pressed twice, it is kept once"
    assert NAME in client.get(NEW).text
    page = client.get(f"{NEW}?modele={number}")
    values = filled_in(page.text)
    assert (values["title"], values["day_0"], values["starts_0"], values["ends_0"]) == (
        "Écrire sans se faire mal", "", "09:00", "12:30",
    )  # fmt: skip
    assert "Pour qui écrit." in page.text
    said = {**values, "summary": "Pour qui écrit.", "day_0": "2027-03-11", "mode": "onsite", "action": "publish"}
    made = client.post(f"{NEW}?modele={number}", data=said)
    assert made.status_code == 303, words(made)
    db.session.rollback()
    new = db.session.get_one(Event, int(made.location.rsplit("/", 1)[1]))
    assert (new.status, new.venue_name, new.carpool, new.template_name) == (
        "published", "Maison des associations", True, "",
    )  # fmt: skip
    asked = sa.select(Question.label).where(Question.event_id == new.id)
    assert db.session.scalars(asked).all() == ["Une attente ?"]


def test_a_template_is_changed_renamed_removed_and_put_back(
    client: Any, people: People, sign_in: Any, clock: ClockHand
) -> None:
    sign_in(people.bob)
    number = kept(client, people)
    here = f"/animation/evenements/{number}"
    values = filled_in(client.get(f"{here}/modifier").text)
    said = {**values, "title": "Écrire, encore", "mode": "onsite", "action": "save"}
    assert client.post(f"{here}/modifier", data=said).status_code == 303
    assert client.post(f"{here}/modele", data={"name": "x" * 5000}).status_code == 422
    client.post(f"{here}/modele", data={"name": "Matinée type"})
    assert "Matinée type" in words(client.get(here))
    refused = client.post(f"{here}/publier", follow_redirects=True)
    assert "Un modèle ne se publie pas" in words(refused)

    shown = client.post(f"{here}/modele/retirer", follow_redirects=True)
    assert "Remettre" in words(shown)
    assert client.post(f"{here}/modele/remettre").status_code == 303
    assert f"modele={number}" in client.get(NEW).text
    client.post(f"{here}/modele/retirer")
    for days, left in ((29, 1), (2, 0)):
        clock.advance(days=days)
        jobs.run(next(job for job in JOBS if job.name == "events.forget_templates"))
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).where(Event.status == "template")) == left


def test_nobody_but_who_plans_there_sees_a_template(client: Any, people: People, sign_in: Any, app: Any) -> None:
    sign_in(people.bob)
    number = kept(client, people)
    with unit_of_work():
        made = db.session.get_one(Event, number)
        made.starts_at += timedelta(days=30)
        made.ends_at += timedelta(days=30)
        made.title, slug = "Ne se voit pas", made.slug
    desk = client.get("/animation?territoire=tous").text
    assert "Ne se voit pas" not in desk
    assert "Ne se voit pas" in client.get(f"/animation/evenements/{number}").text
    visitor = app.test_client()
    assert visitor.get(f"/evenements/{slug}").status_code == 404
    assert visitor.post(f"/evenements/{slug}/inscription", data={}).status_code == 404
    for address in ("/", "/agenda", "/agenda/passe", "/agenda.ics", f"/evenements/{slug}"):
        assert "Ne se voit pas" not in visitor.get(address).text, address
    charlie = sign_in(people.charlie)
    assert NAME not in charlie.get(NEW).text
    assert charlie.get(f"{NEW}?modele={number}").status_code == 404
    assert charlie.get(f"/animation/evenements/{number}").status_code == 404
