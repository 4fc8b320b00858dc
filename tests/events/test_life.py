"""The life of an event: approved or sent back, postponed and given a new date, closed; and who did what."""

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core import clock as clocks
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events import rules_life, service_approval
from cop.events.models import Event, EventKind
from cop.events.models_series import EventSeries
from cop.events.rules_life import Stage
from cop.invitations import jobs as invitation_jobs
from cop.invitations.models import Invitation
from cop.registrations import jobs as registration_jobs
from cop.registrations import service as registering
from cop.registrations.models import Registration
from tests.events.test_desk import NEW, filled_in, the_event, words
from tests.people_of_the_tests import PARIS, People, account, event, person, territory

SENTENCE = "Ajoutez les objectifs, et dites qui intervient."


def run(*names: str) -> None:
    every = {job.name: job for job in (*invitation_jobs.JOBS, *registration_jobs.JOBS)}
    for name in names:
        jobs.run(every[name])


@pytest.fixture
def wants_approval(people: People) -> None:
    with unit_of_work():
        db.session.get_one(EventKind, people.kind_id).approval = True


def test_an_event_waits_for_the_coordination_and_is_published_by_it(
    client: Any, people: People, sign_in: Any, outbox: Any, clock: Any, form: Any, wants_approval: None
) -> None:
    """COK-27: publication is blocked until it is approved, where the organisation wants it."""
    with unit_of_work():
        account("Nina Noël", "nina@cokillaje.example", "regional_coordinator", territory("department", "44"))
    sign_in(people.bob)
    assert "Demander l’accord" in client.get(NEW).text
    answer = client.post(NEW, data=form)
    made = the_event()
    assert made.status == "submitted"
    assert "attend l’accord de la coordination" in words(client.get(answer.location))
    assert client.get(f"/evenements/{made.slug}").status_code == 200, "who runs it reads it beforehand"
    nobody = client.application.test_client()
    assert nobody.get(f"/evenements/{made.slug}").status_code == 404
    assert made.title not in nobody.get("/agenda").text
    assert client.get(f"/animation/evenements/{made.id}/relire").status_code == 403, "not by who wrote it"

    (told,) = outbox()
    assert (told.recipient, told.category) == ("alice@cokillaje.example", "service"), "not the coordination next door"
    client.post(f"/animation/evenements/{made.id}/publier")
    assert len(outbox()) == 1, "once"

    sign_in(people.alice)
    assert "1 événement attend votre accord" in words(client.get("/animation"))
    page = client.get(f"/animation/evenements/{made.id}/relire")
    empty = client.post(f"/animation/evenements/{made.id}/relire", data=filled_in(page.text) | {"action": "send_back"})
    assert empty.status_code == 422
    assert "Dites en une phrase" in words(empty)
    sent = filled_in(page.text) | {"action": "send_back", "sentence": SENTENCE}
    assert client.post(f"/animation/evenements/{made.id}/relire", data=sent).status_code == 303
    back = outbox()[-1]
    assert (back.recipient, SENTENCE in (back.text or "")) == ("bob@cokillaje.example", True)

    sign_in(people.bob)
    assert SENTENCE in words(client.get(f"/animation/evenements/{made.id}"))
    clock.advance(minutes=5)
    client.post(f"/animation/evenements/{made.id}/publier")
    assert the_event().review_note == ""
    assert [mail.recipient for mail in outbox()].count("alice@cokillaje.example") == 2

    sign_in(people.alice)
    read = filled_in(client.get(f"/animation/evenements/{made.id}/relire").text)
    sign_in(people.bob)
    changed = filled_in(client.get(f"/animation/evenements/{made.id}/modifier").text)
    client.post(f"/animation/evenements/{made.id}/modifier", data=changed | {"title": "Tout autre chose"})
    sign_in(people.alice)
    stale = client.post(f"/animation/evenements/{made.id}/relire", data=read | {"action": "approve"})
    assert stale.status_code == 422, "what is approved is what was read"
    assert "a été modifié depuis" in words(stale)
    client.post(f"/animation/evenements/{made.id}/relire", data=filled_in(stale.text) | {"action": "approve"})
    assert (the_event().status, the_event().title) == ("published", "Tout autre chose")
    assert outbox()[-1].recipient == "bob@cokillaje.example"
    assert "Tout autre chose" in nobody.get("/agenda").text

    sign_in(people.bob)
    told_words = words(client.get(f"/animation/evenements/{made.id}"))
    for act in (
        "Bob Bonnet a écrit le brouillon",
        "Bob Bonnet a demandé",
        "Alice Aubry a renvoyé",
        "Alice Aubry a donné",
    ):
        assert act in told_words, "who did what"


def test_the_dates_of_a_series_make_one_mail_of_approval(people: People, outbox: Any, wants_approval: None) -> None:
    with unit_of_work():
        now, where = clocks.now(), territory("department", "49").id
        series = EventSeries(title="Le 3e jeudi", territory_id=where, created_at=now, changed_at=now)
        dates = [event(people, title=f"Date {number}", status="draft", published_at=None) for number in range(3)]
        db.session.add_all([series, *dates])
        db.session.flush()
        for date in dates:
            date.series_id = series.id
            service_approval.submit(date, actor=Actor("account", people.bob_id), now=now)
    assert [mail.recipient for mail in outbox()] == ["alice@cokillaje.example"]


def test_a_draft_that_is_given_up_was_never_announced(client: Any, people: People, sign_in: Any, form: Any) -> None:
    sign_in(people.bob)
    client.post(NEW, data=form | {"action": "draft"})
    client.post(f"/animation/evenements/{the_event().id}/annuler", data={"reason": ""})
    made, nobody = the_event(), client.application.test_client()
    assert made.status == "cancelled"
    assert nobody.get(f"/evenements/{made.slug}").status_code == 404
    assert made.title not in nobody.get("/agenda").text
    assert client.get(f"/evenements/{made.slug}").status_code == 200, "who runs it still reads it"


def test_who_may_approve_publishes_at_once(
    client: Any, people: People, sign_in: Any, form: Any, wants_approval: None
) -> None:
    sign_in(people.alice)
    client.post(NEW, data=form)
    assert the_event().status == "published"


def a_seat(made: Event, name: str) -> int:
    """Somebody registered by the public form's own way; their number."""
    who = person(name, "Essai", email=f"{name.lower()}@cabinet.example")
    registering.register(made, who, now=clocks.now())
    return who.id


def test_a_postponed_event_keeps_its_seats_and_invites_to_its_new_date(
    client: Any, people: People, sign_in: Any, outbox: Any, clock: Any
) -> None:
    with unit_of_work():
        made = event(people, capacity=1)
        db.session.flush()
        one, _two = a_seat(made, "Emile"), a_seat(made, "Zoe")
        number, slug = made.id, made.slug
    sign_in(people.bob)
    shown = words(client.get(f"/animation/evenements/{number}/reporter"))
    assert "1 personne inscrite garde sa place" in shown
    client.post(f"/animation/evenements/{number}/reporter", data={"reason": "La salle est inondée."})
    run("invitations.changes", "registrations.waiting_postponed", "registrations.waiting_postponed")
    sent = outbox()[2:]
    assert [(mail.recipient, mail.kind) for mail in sent] == [
        ("emile@cabinet.example", "invitations.postponement"),
        ("zoe@cabinet.example", "registrations.event_postponed"),
    ]
    assert "METHOD:CANCEL" in (sent[0].calendar or "")
    assert "La salle est inondée." in (sent[0].text or "")
    assert "nouvelle date suivra" in (sent[0].text or "")

    page = words(client.application.test_client().get(f"/evenements/{slug}"))
    assert "Cette rencontre est reportée" in page
    assert "La salle est inondée." in page
    assert "Nouvelle date à venir" in page
    assert "14 janvier" not in page
    refused = client.application.test_client().post(f"/evenements/{slug}/inscription", data={"given_name": "A"})
    assert refused.status_code == 422
    assert db.session.get_one(Event, number).seats_taken == 1

    clock.set("2027-02-01 09:00")
    sign_in(people.bob)
    sent_form = filled_in(client.get(f"/animation/evenements/{number}/modifier").text)
    assert "Publier à cette date" in client.get(f"/animation/evenements/{number}/modifier").text
    past = client.post(f"/animation/evenements/{number}/modifier", data=sent_form | {"action": "publish"})
    assert past.status_code == 422, "the old date is past"
    answer = client.post(
        f"/animation/evenements/{number}/modifier", data=sent_form | {"action": "publish", "day_0": "2027-03-11"}
    )
    assert answer.status_code == 303, words(answer)
    assert "publié à sa nouvelle date. 2 personnes sont prévenues" in words(client.get(answer.location))
    run("registrations.new_date", "registrations.new_date", "invitations.changes")
    new = outbox()[4:]
    assert [mail.kind for mail in new] == ["invitations.new_date"]
    assert "METHOD:REQUEST" in (new[0].calendar or "")
    assert "11 mars 2027" in (new[0].text or "")
    found = db.session.scalars(sa.select(Invitation).where(Invitation.person_id == one).order_by(Invitation.id)).all()
    assert [row.state for row in found] == ["cancelled", "requested"]
    assert found[0].uid != found[1].uid
    held = db.session.scalars(sa.select(Registration.status).order_by(Registration.id)).all()
    assert held == ["confirmed", "waitlisted"]


def test_a_postponed_event_that_is_given_up_is_told_to_those_who_kept_their_seat(
    client: Any, people: People, sign_in: Any, outbox: Any, clock: Any
) -> None:
    with unit_of_work():
        made = event(people, capacity=1)
        db.session.flush()
        number = made.id
        for name in ("Emile", "Zoe"):
            a_seat(made, name)
    sign_in(people.bob)
    client.post(f"/animation/evenements/{number}/reporter", data={"reason": "La salle est inondée."})
    run("invitations.changes", "registrations.waiting_postponed")
    clock.set("2027-02-01 09:00")  # its old date is past
    sign_in(people.bob)
    client.post(f"/animation/evenements/{number}/annuler", data={"reason": "Faute de salle."})
    told = ("registrations.seated_for_nothing", "registrations.waiting_for_nothing", "invitations.changes")
    run(*told, *told)
    sent = outbox()[4:]
    assert [(mail.recipient, mail.kind) for mail in sent] == [
        ("emile@cabinet.example", "registrations.event_cancelled"),
        ("zoe@cabinet.example", "registrations.event_cancelled"),
    ]
    assert "gardé votre place" in (sent[0].text or "")
    assert "Faute de salle." in (sent[0].text or "")
    assert all(mail.expires_at is None for mail in sent), "they are not too late"


def test_a_held_event_is_closed_once_its_attendance_is_in_and_opened_again_by_hand(
    client: Any, people: People, sign_in: Any, clock: Any
) -> None:
    with unit_of_work():
        made = event(people)
        db.session.flush()
        number, half_id = made.id, made.half_days[0].id
    sign_in(people.bob)
    client.post(f"/animation/evenements/{number}/clore")
    assert the_event().closed_at is None, "it has not taken place"
    clock.set("2027-01-14 13:00")
    sign_in(people.bob)
    client.post(f"/animation/evenements/{number}/clore")
    assert the_event().closed_at is None, "its attendance is open"
    assert "1 demi-journée est encore à clore" in words(client.get(f"/animation/evenements/{number}"))
    client.post(f"/animation/evenements/{number}/presences/{half_id}/clore")
    client.post(f"/animation/evenements/{number}/clore")
    closed = the_event()
    assert (closed.closed_at, closed.closed_by_id) == (clocks.now(), people.bob_id)
    assert "Bob Bonnet" in words(client.get(f"/animation/evenements/{number}"))

    client.post(f"/animation/evenements/{number}/presences/{half_id}/rouvrir")
    assert the_event().half_days[0].closed_at is not None, "figures are final"
    page = client.get(f"/animation/evenements/{number}/presences/{half_id}")
    assert "ses chiffres sont définitifs" in words(page)
    sent = filled_in(client.get(f"/animation/evenements/{number}/modifier").text)
    refused = client.post(f"/animation/evenements/{number}/modifier", data=sent | {"title": "Après coup"})
    assert (refused.status_code, 'value="Après coup"' in refused.text) == (422, True)

    sign_in(people.charlie)
    assert client.post(f"/animation/evenements/{number}/rouvrir").status_code == 404
    sign_in(people.bob)
    client.post(f"/animation/evenements/{number}/rouvrir")
    assert the_event().closed_at is None
    client.post(f"/animation/evenements/{number}/presences/{half_id}/rouvrir")
    assert the_event().half_days[0].closed_at is None


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2027-01-14 09:00", "2027-01-14 12:30", ""),
        ("2027-01-14 18:30", "2027-01-14 20:30", "evening"),
        ("2027-01-14 17:00", "2027-01-14 19:30", "evening"),
        ("2027-01-16 09:00", "2027-01-16 12:00", "weekend"),
    ],
)
def test_evenings_and_week_ends_are_told(first: str, last: str, said: str) -> None:
    """COK-15."""
    starts_at, ends_at = (datetime.fromisoformat(text).replace(tzinfo=PARIS) for text in (first, last))
    assert rules_life.odd_hours(starts_at, ends_at, PARIS) == said


def test_full_and_held_are_computed(people: People, clock: Any) -> None:
    with unit_of_work():
        made = event(people, capacity=1)
        assert rules_life.stage(made, clocks.now()) is Stage.PUBLISHED
        made.seats_taken = 1
        assert rules_life.stage(made, clocks.now()) is Stage.FULL
        clock.set("2027-01-14 10:00")
        assert rules_life.stage(made, clocks.now()) is Stage.UNDER_WAY
        clock.set("2027-01-14 13:00")
        assert rules_life.stage(made, clocks.now()) is Stage.HELD
        made.closed_at = clocks.now()
        assert rules_life.stage(made, clocks.now()) is Stage.CLOSED
