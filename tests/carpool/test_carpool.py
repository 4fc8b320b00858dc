"""Shared journeys: shown by consent to the people of the same meeting, answered by a press, erased the day after."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.service import PUBLIC
from cop.carpool.jobs import JOBS
from cop.carpool.models import Journey, JourneyAnswer
from cop.core import clock as clocks
from cop.core import jobs, tokens
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.mail.models import MailBody, MailMessage
from cop.registrations import service as registrations
from cop.registrations.models import Registration
from tests.conftest import ClockHand
from tests.events.test_desk import words
from tests.people_of_the_tests import People, event, person

OFFER = {
    "kind": "offer",
    "commune": "Angers",
    "leaves_at": "8h15",
    "seats": "3",
    "contact": "phone",
    "phone": "06 12 34 56 78",
    "consent": "y",
}
REQUEST = {**OFFER, "kind": "request", "seats": "1", "contact": "email", "phone": ""}


@pytest.fixture
def links(people: People) -> dict[str, str]:
    """The carpool pages of four people of one meeting in Angers: two of Angers, one of Saumur, one of Nantes."""
    with unit_of_work():
        made = event(people, carpool=True)
        found = {}
        for name, commune in (("Amélie", "49007"), ("Bastien", "49007"), ("Claire", "49328"), ("Denis", "44109")):
            who = person(name, "Essai", email=f"{name.lower()}@cabinet.example", commune=commune)
            registrations.register(made, who, now=clocks.now())
            found[name] = f"/inscription/{tokens.sign('registration', f'{made.id}:{who.id}')}/covoiturage"
        return found


def left() -> tuple[int, int]:
    db.session.rollback()
    counts = (sa.select(sa.func.count()).select_from(one) for one in (Journey, JourneyAnswer))
    journeys, answers = (db.session.scalar(one) or 0 for one in counts)
    return journeys, answers


def mails() -> list[MailMessage]:
    db.session.rollback()
    written = sa.select(MailMessage).where(MailMessage.kind == "carpool.answered").order_by(MailMessage.id)
    return list(db.session.scalars(written))


def journey_of(name: str) -> int:
    db.session.rollback()
    from_name = sa.select(Journey.id).join(Journey.person).filter_by(given_name=name)
    return db.session.scalars(from_name).one()


def test_who_is_near_comes_first_and_a_press_writes_to_them(client: Any, links: dict[str, str]) -> None:
    assert "Personne pour l’instant" in words(client.get(links["Amélie"]))
    for name, commune in (("Denis", "Nantes"), ("Claire", "Saumur"), ("Bastien", "Angers")):
        assert client.post(links[name], data={**OFFER, "commune": commune}).status_code == 303
    shown = words(client.get(links["Amélie"]))
    assert shown.index("Bastien") < shown.index("Claire") < shown.index("Denis")
    assert "06 12 34 56 78" in shown.replace("\u00a0", " ")
    assert "bastien@" not in shown, "the contact chosen, and no other"

    press = f"{links['Amélie']}/{journey_of('Bastien')}/repondre"
    assert "Un courriel part à Bastien" in words(client.post(press, follow_redirects=True))
    client.post(press)
    (mail,) = mails()
    assert mail.recipient == "bastien@cabinet.example"
    assert "amelie@cabinet.example" in mail.body.text or "amélie@cabinet.example" in mail.body.text
    assert "Essai" not in mail.body.text, "a first name only"
    own = client.post(f"{links['Bastien']}/{journey_of('Bastien')}/repondre", follow_redirects=True)
    assert "votre propre trajet" in words(own)
    client.post(links["Amélie"], data=REQUEST)
    assert "cherche 1 place" in words(client.get(links["Bastien"]))


def test_who_answers_the_mail_answers_the_person(client: Any, links: dict[str, str]) -> None:
    """Not the organisation, whose address the mail comes from; a telephone is a link to press."""
    client.post(links["Bastien"], data=OFFER)
    press = f"/{journey_of('Bastien')}/repondre"
    client.post(links["Claire"], data={**REQUEST, "commune": "Saumur"})
    client.post(links["Denis"], data={**OFFER, "commune": "Nantes"})
    for name in ("Amélie", "Claire", "Denis"):
        client.post(links[name] + press)
    of_amelie, of_claire, of_denis = (mail.body for mail in mails())
    assert b"Reply-To: claire@cabinet.example\r\n" in of_claire.raw
    assert 'href="mailto:claire@cabinet.example"' in of_claire.html
    assert b"Reply-To" not in of_denis.raw
    assert 'href="tel:0612345678"' in of_denis.html
    assert b"Reply-To" not in of_amelie.raw, "her address cannot be written for a server that only knows ASCII"


def test_one_s_own_journey_is_not_waited_for(client: Any, links: dict[str, str]) -> None:
    client.post(links["Amélie"], data=OFFER)
    shown = words(client.get(links["Amélie"]))
    assert "Personne d’autre pour l’instant" in shown
    assert "dites ci-dessous" not in shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("consent", ""),
        ("kind", "both"),
        ("commune", "Nulle-Part-sur-Mer"),
        ("leaves_at", "25:99"),
        ("seats", "0"),
        ("seats", "99999999999999"),
        ("phone", ""),
        ("phone", "x" * 5000),
    ],
)
def test_nothing_is_kept_of_what_cannot_be(client: Any, links: dict[str, str], field: str, value: str) -> None:
    data = {**OFFER, field: value}
    if not value:
        del data[field]
    assert client.post(links["Amélie"], data=data).status_code == 422
    assert left() == (0, 0)


def test_it_is_taken_back_at_any_time_with_the_mails(client: Any, links: dict[str, str]) -> None:
    client.post(links["Bastien"], data=OFFER)
    client.post(links["Bastien"], data={**OFFER, "seats": "2"})
    assert "propose 2 places" in words(client.get(links["Amélie"]))
    client.post(f"{links['Amélie']}/{journey_of('Bastien')}/repondre")
    assert client.post(f"{links['Bastien']}/retirer").status_code == 303
    assert left() == (0, 0)
    (mail,) = mails()
    kept = db.session.scalar(sa.select(sa.func.count()).where(MailBody.mail_id == mail.id))
    assert (mail.recipient, mail.status, kept) == ("", "cancelled", 0)


def test_all_is_erased_the_day_after(client: Any, links: dict[str, str], clock: ClockHand) -> None:
    client.post(links["Bastien"], data=OFFER)
    client.post(links["Claire"], data=REQUEST)
    client.post(f"{links['Amélie']}/{journey_of('Bastien')}/repondre")
    ends_at = db.session.scalars(sa.select(Event.ends_at)).one()
    for after, expected in ((timedelta(hours=23), (2, 1)), (timedelta(hours=25), (0, 0))):
        clock.set(f"{clocks.local(ends_at + after):%Y-%m-%d %H:%M}")
        jobs.run(JOBS[0])
        assert left() == expected
    assert [mail.recipient for mail in mails()] == [""]
    assert not db.session.scalars(sa.select(MailBody.text).where(MailBody.text.contains("covoiturage"))).all()


def test_who_gives_their_seat_back_and_who_is_called_off_leave_nothing(
    client: Any, people: People, links: dict[str, str]
) -> None:
    for name in ("Bastien", "Claire"):
        client.post(links[name], data=OFFER)
    with unit_of_work():
        seat = db.session.scalars(
            sa.select(Registration).join(Registration.person).filter_by(given_name="Claire")
        ).one()
        registrations.cancel(seat, now=clocks.now(), actor=PUBLIC, by_person=True)
    assert "Claire" not in words(client.get(links["Amélie"])), "at once, before any job"
    assert client.post(links["Claire"], data=OFFER).status_code == 422
    jobs.run(JOBS[0])
    assert left() == (1, 0)
    with unit_of_work():
        db.session.scalars(sa.select(Event)).one().status = "cancelled"
    jobs.run(JOBS[0])
    assert left() == (0, 0)


def test_those_who_run_the_meeting_see_numbers_and_nobody(
    client: Any, people: People, links: dict[str, str], sign_in: Any, app: Any
) -> None:
    visitor = app.test_client()
    visitor.post(links["Bastien"], data=OFFER)
    bob = sign_in(people.bob)
    number = db.session.scalars(sa.select(Event.id)).one()
    shown = words(bob.get(f"/animation/evenements/{number}/covoiturage"))
    assert "Places proposées 3" in shown
    assert "Bastien" not in shown
    assert "12 34 56 78" not in shown.replace("\u00a0", " ")
    assert "covoiturage" in visitor.get(links["Amélie"].removesuffix("/covoiturage")).text
    with unit_of_work():
        db.session.get_one(Event, number).mode = "online"
    assert visitor.get(links["Amélie"]).status_code == 404
    assert visitor.get("/inscription/abc/covoiturage").status_code == 404


def test_a_journey_of_another_meeting_is_out_of_reach(client: Any, people: People, links: dict[str, str]) -> None:
    client.post(links["Bastien"], data=OFFER)
    with unit_of_work():
        other = event(people, "Autre", slug="autre", carpool=True)
        who = person("Zoé", "Ailleurs", email="zoe@cabinet.example")
        registrations.register(other, who, now=clocks.now())
        link = f"/inscription/{tokens.sign('registration', f'{other.id}:{who.id}')}/covoiturage"
    assert "Bastien" not in words(client.get(link))
    assert client.post(f"{link}/{journey_of('Bastien')}/repondre").status_code == 404
