"""Seats offered for a while, the last call, what the staff decides; every freed seat goes to who may take it first."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.models import ActivityEntry
from cop.activity.service import Actor
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.jobs import run
from cop.core.unit_of_work import unit_of_work
from cop.events import service as events
from cop.events import service_life as events_life
from cop.events.models import Event
from cop.events.models_quotas import Quota
from cop.events.rules_quotas import QuotaDescription
from cop.people import service as persons
from cop.people.models import Person
from cop.registrations import jobs, mails, queries_seats, service, service_quotas, service_waitlist
from cop.registrations.models import Registration
from tests.people_of_the_tests import PARIS, People, event

STAFF = Actor("account", None)
JOBS = {job.name: job for job in jobs.JOBS}


def make(people: People, **values: Any) -> int:
    with unit_of_work():
        return event(people, **values).id


def read(event_id: int) -> Event:
    return db.session.get_one(Event, event_id)


def register(event_id: int, name: str, profession: str | None = None, **values: Any) -> int:
    with unit_of_work():
        person = persons.find_or_create(name, "Test", f"{name.lower()}@cabinet.example", profession_code=profession)
        return service.register(read(event_id), person, now=clocks.now(), **values).registration.id


def act(registration_id: int, what: Any, **values: Any) -> Any:
    with unit_of_work():
        return what(db.session.get_one(Registration, registration_id), now=clocks.now(), **values)


def cancel(registration_id: int) -> None:
    act(registration_id, service.cancel, actor=Actor("public"), by_person=True)


def group(event_id: int, name: str, capacity: int, *codes: str, **values: Any) -> int:
    with unit_of_work():
        said = QuotaDescription(name, capacity, profession_codes=codes, **values)
        service_quotas.save(event_id, None, said, now=clocks.now(), actor=STAFF)
    return db.session.scalars(sa.select(Quota.id).filter_by(event_id=event_id, name=name)).one()


def standing(event_id: int) -> str:
    """« Ana+ Ben? Cid2 Dan- »: has a seat, is asked, waits in that place, left."""
    db.session.rollback()
    assert queries_seats.wrong_counters() == []
    rows = db.session.scalars(sa.select(Registration).filter_by(event_id=event_id).order_by(Registration.id)).all()
    marks = {"confirmed": "+", "offered": "?", "cancelled": "-"}
    return " ".join(f"{row.person.given_name}{marks.get(row.status) or queries_seats.position(row)}" for row in rows)


def told(outbox: Any, since: int = 0) -> list[str]:
    return [f"{mail.kind.split('.')[1]} {mail.recipient_name.split()[0]}" for mail in outbox()[since:]]


def acts() -> list[str]:
    return list(db.session.scalars(sa.select(ActivityEntry.action).order_by(ActivityEntry.id)))


@pytest.fixture
def asking(people: People) -> tuple[int, list[int]]:
    """A meeting of one seat that asks for four hours; Ana has it, Ben, Cid and Dan wait."""
    number = make(people, capacity=1, offer_hours=4, stop_hours=24)
    return number, [register(number, name) for name in ("Ana", "Ben", "Cid", "Dan")]


@pytest.mark.parametrize(("hours", "kind"), [(None, "promotion"), (4, "offer")])
def test_whoever_is_called_at_once_reads_who_registered_them(
    people: People, outbox: Any, hours: int | None, kind: str
) -> None:
    number = make(people, capacity=1, offer_hours=hours)
    for name in ("Ana", "Ben"):
        register(number, name)
    with unit_of_work():
        read(number).capacity = 3
    register(number, "Cid", by=people.diane)
    first, *more = [mail for mail in outbox() if mail.recipient.startswith("cid@")]
    assert (first.kind.split(".")[1], more) == (kind, [])
    assert f"{people.diane.full_name} vous a inscrit" in first.text.replace("**", "")
    assert "/donnees-personnelles" in first.text
    (bens,) = [mail for mail in outbox() if mail.kind.endswith(f".{kind}") and mail.recipient.startswith("ben@")]
    assert "vous a inscrit" not in bens.text
    if hours:
        taken = db.session.scalars(sa.select(Registration).where(Registration.registered_by_id.is_not(None))).one()
        act(taken.id, service_waitlist.accept)
        assert "vous a inscrit" not in outbox()[-1].text, "they chose it themselves"


def test_a_freed_seat_is_offered_taken_by_a_press_and_by_nothing_else(
    asking: Any, client: Any, outbox: Any, clock: Any
) -> None:
    number, (ana, ben, *_rest) = asking
    cancel(ana)
    assert standing(number) == "Ana- Ben? Cid1 Dan2"
    assert told(outbox, 4) == ["withdrawal Ana", "offer Ben"]
    offer = outbox()[-1]
    assert "jusqu’au vendredi 20 novembre à 14" in offer.text
    page = "/" + re.search(r"http://localhost/(inscription/[^\s>)]+)", offer.text)[1]
    shown = client.get(page)
    assert "jusqu’au vendredi 20 novembre à 14" in shown.text
    assert "Oui, je la prends" in shown.text
    assert standing(number) == "Ana- Ben? Cid1 Dan2", "opening the link takes nothing"
    assert client.get(f"{page}/accepter").status_code == 405
    assert "À vous" not in client.post(f"{page}/accepter").headers.get("Location", "")
    assert client.post(f"{page}/accepter").status_code == 303
    assert standing(number) == "Ana- Ben+ Cid1 Dan2"
    assert told(outbox, 6) == ["confirmation Ben"]
    assert "Votre place est confirmée" in client.get(page).text
    clock.advance(hours=10)
    assert run(JOBS["registrations.offers"]).items == 0
    assert [one for one in acts() if one.startswith("registration.")][-3:] == [
        "registration.cancelled", "registration.offered", "registration.accepted",
    ]  # fmt: skip
    cancel(ben)
    assert standing(number) == "Ana- Ben- Cid? Dan1"


@pytest.fixture
def one_asked(people: People, sign_in: Any) -> tuple[int, Any]:
    """Of three seats two are taken, one is offered, one person waits; and Bob, who runs it."""
    number = make(people, capacity=3, offer_hours=4)
    first, *_rest = [register(number, name) for name in ("Ana", "Ben", "Cid", "Dan", "Eve")]
    cancel(first)
    assert standing(number) == "Ana- Ben+ Cid+ Dan? Eve1"
    return number, sign_in(people.bob)


def said(client: Any, path: str) -> str:
    text = unescape(re.sub(r"<[^>]+>", " ", client.get(path).text))
    return " ".join(re.sub(r"[\u00a0\u202f]", " ", text).split())


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/animation", "2 inscrit·es sur 3, 1 place proposée, 1 en attente"),
        ("/animation/evenements/{}", "Places prises 3 3 sur 3 dont 1 proposée, pas encore prise"),
        ("/animation/evenements/{}/modifier", "2 personnes sont inscrites."),
        ("/animation/evenements/{}/rappels", "2 personnes inscrites les reçoivent."),
        (
            "/animation/evenements/{}/annuler",
            "2 personnes inscrites reçoivent un courriel qui retire l’événement de leur agenda ; 2 personnes en liste",
        ),
        (
            "/animation/evenements/{}/reporter",
            "1 personne à qui une place est proposée la garde, et est prévenue par courriel ; 1 personne en attente",
        ),
    ],
)
def test_a_seat_that_is_offered_is_nobody_s_registration(one_asked: tuple[int, Any], path: str, told: str) -> None:
    number, bob = one_asked
    assert told in said(bob, path.format(number))


def test_many_events_with_offers_cost_what_one_does(one_asked: tuple[int, Any], people: People, queries: Any) -> None:
    _number, bob = one_asked
    bob.get("/animation")
    with queries:
        bob.get("/animation")
    few = len(queries)
    for n in range(4):
        number = make(people, title=f"Autre {n}", capacity=1, offer_hours=4)
        ana, _ben = (register(number, name) for name in ("Ana", "Ben"))
        cancel(ana)
    with queries:
        assert said(bob, "/animation").count("1 place proposée") == 10, "nearly full, and mine"
    assert len(queries) == few


def test_nobody_answers_somebody_declines(asking: Any, client: Any, outbox: Any, clock: Any) -> None:
    number, (ana, ben, cid, _dan) = asking
    cancel(ana)
    clock.advance(hours=3, minutes=59)
    assert run(JOBS["registrations.offers"]).items == 0
    clock.advance(minutes=1)
    assert run(JOBS["registrations.offers"]).items == 1
    assert run(JOBS["registrations.offers"]).items == 0
    assert standing(number) == "Ana- Ben- Cid? Dan1"
    assert told(outbox, 6) == ["offer_expired Ben", "offer Cid"]
    assert "vous n’êtes plus sur la liste d’attente" in outbox()[-2].text
    page = f"/inscription/{mails.token_of(db.session.get_one(Registration, ben))}"
    assert "est allée à la personne suivante" in client.get(page).text
    answer = client.post(f"{page}/accepter", follow_redirects=True)
    assert "annulée entre-temps" in answer.text, "too late, and nothing is taken"
    client.post(f"{page}/revenir")
    assert standing(number) == "Ana- Ben2 Cid? Dan1", "back at the end of the line"
    theirs = f"/inscription/{mails.token_of(db.session.get_one(Registration, cid))}/annuler"
    assert "la place va à la personne suivante" in client.post(theirs, follow_redirects=True).text
    assert standing(number) == "Ana- Ben1 Cid- Dan?"
    assert told(outbox, 8) == ["waitlisted Ben", "offer_declined Cid", "offer Dan"]


def test_an_offer_in_english_and_one_whose_person_has_no_address(people: People, outbox: Any) -> None:
    number = make(people, capacity=1, offer_hours=2)
    ana = register(number, "Ana")
    with unit_of_work():
        person = persons.find_or_create("Ben", "Test", "")
        service.register(read(number), person, now=clocks.now(), actor=STAFF)
    cid = register(number, "Cid")
    with unit_of_work():
        db.session.get_one(Registration, cid).person.language = "en"
    cancel(ana)
    assert standing(number) == "Ana- Ben+ Cid1", "who cannot be asked has it at once"
    with unit_of_work():
        read(number).capacity = 2
    assert run(JOBS["registrations.promotions"]).items == 1
    assert standing(number) == "Ana- Ben+ Cid?"
    assert "It is yours until Friday 20 November at 12:00" in outbox()[-1].text.replace("**", "")


def test_after_the_last_call_a_free_seat_is_whoever_s_takes_it(asking: Any, client: Any, clock: Any) -> None:
    number, (ana, ben, cid, _dan) = asking
    clock.set("2027-01-13 09:00")
    cancel(ana)
    assert run(JOBS["registrations.promotions"]).items == 0
    assert standing(number) == "Ana- Ben1 Cid2 Dan3", "too late to call anybody"
    page = f"/inscription/{mails.token_of(db.session.get_one(Registration, cid))}"
    assert "Prendre cette place" in client.get(page).text
    client.post(f"{page}/accepter")
    assert standing(number) == "Ana- Ben1 Cid+ Dan2"
    other = f"/inscription/{mails.token_of(db.session.get_one(Registration, ben))}"
    assert "Prendre cette place" not in client.get(other).text
    client.post(f"{other}/accepter")
    assert standing(number) == "Ana- Ben1 Cid+ Dan2"
    cancel(cid)
    register(number, "Eve")
    assert standing(number) == "Ana- Ben1 Cid- Dan2 Eve+", "who asks now can come"


def test_the_staff_gives_offers_and_moves(people: People, client: Any, sign_in: Any, outbox: Any, clock: Any) -> None:
    number = make(people, capacity=3)
    doctors = group(number, "les médecins", 1, "10")
    rows = {name: register(number, name, code) for name, code in
            (("Ana", "10"), ("Ben", "10"), ("Cid", "10"), ("Dan", None), ("Eve", None), ("Fay", None))}  # fmt: skip
    assert standing(number) == "Ana+ Ben1 Cid2 Dan+ Eve+ Fay1"
    sign_in(people.bob)
    address = f"/animation/evenements/{number}/inscriptions"
    page = client.get(address).text
    assert "n° 2 de : les médecins" in " ".join(page.split()).replace("\xa0", " ")

    def press(name: str, what: str, **data: str) -> str:
        return client.post(f"{address}/{rows[name]}/{what}", data=data, follow_redirects=True).text

    assert "Aucune place n’est libre" in press("Cid", "donner")
    cancel(rows["Dan"])
    assert standing(number) == "Ana+ Ben1 Cid2 Dan- Eve+ Fay+"
    assert "Aucune place n’est libre" in press("Ana", "groupe", to="onsite")
    assert standing(number) == "Ana+ Ben1 Cid2 Dan- Eve+ Fay+", "nothing was changed"
    with unit_of_work():
        read(number).capacity = 4
    press("Cid", "groupe", to="onsite")
    assert standing(number) == "Ana+ Ben1 Cid+ Dan- Eve+ Fay+", "the free common seat"
    cancel(rows["Eve"])
    press("Ben", "proposer")
    assert standing(number) == "Ana+ Ben1 Cid+ Dan- Eve- Fay+", "his group has no seat"
    press("Ana", "groupe", to="onsite")
    assert standing(number) == "Ana+ Ben+ Cid+ Dan- Eve- Fay+", "she left one of the doctors’"
    assert press("Ana", "groupe", to=str(doctors)).count("Aucune place n’est libre") == 1
    assert client.post(f"{address}/{rows['Ana']}/groupe", data={"to": "999"}).status_code == 404

    gus = rows["Gus"] = register(number, "Gus")
    clock.set("2027-01-14 08:00")
    with unit_of_work():
        read(number).stop_hours = 24
    cancel(rows["Fay"])
    sign_in(people.bob)  # eight weeks have passed
    assert "Une place est proposée à Gus" in press("Gus", "proposer")
    assert db.session.get_one(Registration, gus).offer_expires_at == datetime(2027, 1, 14, 9, tzinfo=PARIS)
    assert "jusqu’au 14/01/2027, 9" in client.get(address).text
    press("Gus", "donner")
    assert standing(number).endswith("Gus+")
    assert {"registration.given", "registration.moved", "registration.offered"} <= set(acts())


def test_each_freed_seat_goes_to_the_first_who_may_take_it(people: People, outbox: Any) -> None:
    """Kept seats to their group; common ones to whoever came first, a ceiling being no right to them."""
    number = make(people, capacity=4)
    group(number, "les kinésithérapeutes", 1, "70")
    group(number, "les infirmières", 1, "60", kept=False)
    rows = {name: register(number, name, code) for name, code in (
        ("Kim", "70"), ("Kai", "70"), ("Ida", "60"), ("Iva", "60"), ("Ann", None), ("Bea", None), ("Cat", None),
    )}  # fmt: skip
    assert standing(number) == "Kim+ Kai1 Ida+ Iva1 Ann+ Bea+ Cat1"
    assert "en position 1 de votre groupe" in next(mail.text for mail in outbox() if mail.recipient_name == "Kai Test")
    cancel(rows["Ann"])
    assert standing(number) == "Kim+ Kai1 Ida+ Iva1 Ann- Bea+ Cat+", "Iva came before, but her group has its one"
    cancel(rows["Ida"])
    assert standing(number) == "Kim+ Kai1 Ida- Iva+ Ann- Bea+ Cat+"
    register(number, "Dot", None)
    cancel(rows["Iva"])
    assert standing(number) == "Kim+ Kai1 Ida- Iva- Ann- Bea+ Cat+ Dot+"
    cancel(rows["Kim"])
    assert standing(number) == "Kim- Kai+ Ida- Iva- Ann- Bea+ Cat+ Dot+"


def test_seats_given_on_a_day_that_was_said(people: People, clock: Any) -> None:
    number = make(people, capacity=3)
    group(number, "les kinésithérapeutes", 2, "70", release_days=7)
    rows = [register(number, name, code) for name, code in (("Ann", None), ("Bea", None), ("Kim", "70"), ("Cat", None))]
    assert standing(number) == "Ann+ Bea1 Kim+ Cat2"
    clock.set("2027-01-07 08:59")
    assert run(JOBS["registrations.releases"]).items == 0
    clock.set("2027-01-07 09:00")
    assert run(JOBS["registrations.releases"]).items == 1
    assert run(JOBS["registrations.releases"]).items == 0
    assert standing(number) == "Ann+ Bea+ Kim+ Cat1"
    register(number, "Kai", "70")
    assert standing(number) == "Ann+ Bea+ Kim+ Cat1 Kai2", "one line again"
    cancel(rows[2])
    assert standing(number) == "Ann+ Bea+ Kim- Cat+ Kai1"


def test_two_sides_of_one_event(people: People) -> None:
    number = make(people, capacity=1, online_capacity=2, mode="hybrid")
    with pytest.raises(Refused):
        group(number, "les médecins", 1, "10")
    group(number, "les médecins en ligne", 1, "10", attends="online")
    for name, code, side in (("Ann", None, "onsite"), ("Bea", None, "onsite"), ("Cat", None, "online"),
                             ("Dot", None, "online"), ("Eli", "10", "online"), ("Flo", "10", "onsite")):  # fmt: skip
        register(number, name, code, attends=side)
    assert standing(number) == "Ann+ Bea1 Cat+ Dot1 Eli+ Flo2"
    bea = (
        db.session.scalars(
            sa.select(Registration).join(Person, Person.id == Registration.person_id).where(Person.given_name == "Bea")
        )
        .one()
        .id
    )
    act(bea, service_waitlist.move, quota_id=None, attends="online", actor=STAFF)
    assert standing(number) == "Ann+ Bea1 Cat+ Dot2 Eli+ Flo1", "the order of arrival goes along"


def put_off(number: int) -> None:
    with unit_of_work():
        events_life.postpone(read(number), "Grève", actor=STAFF, now=clocks.now())


def give_date(number: int, weeks: int = 0) -> None:
    with unit_of_work():
        made = read(number)
        for one in (made, *made.half_days):
            one.starts_at, one.ends_at = (moment + timedelta(weeks=weeks) for moment in (one.starts_at, one.ends_at))
        events.publish(made, actor=STAFF, now=clocks.now())


def test_an_offer_that_ran_out_while_the_event_was_put_off_is_made_anew(asking: Any, outbox: Any, clock: Any) -> None:
    number, (ana, *_rest) = asking
    cancel(ana)
    assert standing(number) == "Ana- Ben? Cid1 Dan2"
    put_off(number)
    clock.advance(hours=72)
    give_date(number)
    before = len(outbox())
    run(JOBS["registrations.offers"])
    assert standing(number) == "Ana- Ben? Cid1 Dan2", "nobody could answer for a date that was not known"
    assert told(outbox, before) == ["new_date Ben"]
    clock.advance(hours=24)
    run(JOBS["registrations.offers"])
    assert standing(number) == "Ana- Ben- Cid? Dan1"


def test_whoever_waits_or_was_asked_is_told_of_the_postponement_and_of_the_new_date(
    asking: Any, client: Any, outbox: Any, clock: Any
) -> None:
    number, (ana, ben, *_rest) = asking
    cancel(ana)
    put_off(number)
    before = len(outbox())
    every = ("registrations.waiting_postponed", "registrations.waiting_new_date", "registrations.offers")
    for _once in range(2):
        for name in every:
            run(JOBS[name])
    assert told(outbox, before) == ["event_postponed Ben", "event_postponed Cid", "event_postponed Dan"]
    asked, waits, _last = outbox()[before:]
    assert "Une place vous était proposée" in asked.text
    assert "Cette place reste à vous" in asked.text
    assert "Vous gardez votre rang" in waits.text
    page = f"/inscription/{mails.token_of(db.session.get_one(Registration, ben))}"
    shown = client.get(page).text
    assert "La place qui vous est proposée reste à vous" in shown
    assert "Quitter la liste d’attente" in shown, "one may leave meanwhile"

    clock.advance(hours=2)
    give_date(number, weeks=8)
    for _once in range(2):
        for name in every:
            run(JOBS[name])
    assert told(outbox, before + 3) == ["new_date Ben", "new_date Cid", "new_date Dan"]
    ben_s, cid_s, dan_s = outbox()[before + 3 :]
    assert "jusqu’au vendredi 20 novembre à 16" in ben_s.text, "with all the time there was the first time"
    assert "Prendre cette place ou la laisser" in ben_s.text
    assert "en position 1" in cid_s.text
    assert "en position 2" in dan_s.text
    assert "11 mars 2027" in dan_s.text
    assert "Dès qu’une place se libère pour vous, un courriel vous la propose" in dan_s.text
    assert [mail.calendar for mail in (ben_s, cid_s, dan_s)] == [None, None, None], "nothing in their calendar"
    assert standing(number) == "Ana- Ben? Cid1 Dan2"

    put_off(number)
    give_date(number, weeks=1)
    for name in every:
        run(JOBS[name])
    assert told(outbox, before + 6) == [], "put off and back before anybody was told: there is nothing to take back"
    put_off(number)
    run(JOBS["registrations.waiting_postponed"])
    clock.advance(minutes=1)
    give_date(number, weeks=1)
    run(JOBS["registrations.waiting_new_date"])
    assert [one.split()[0] for one in told(outbox, before + 6)] == ["event_postponed"] * 3 + ["new_date"] * 3


def test_whoever_comes_after_the_new_date_is_told_it_once(people: People, outbox: Any, clock: Any) -> None:
    number = make(people, capacity=1)
    register(number, "Ana")
    cid = register(number, "Cid")
    put_off(number)
    run(JOBS["registrations.waiting_postponed"])
    clock.advance(hours=1)
    cancel(cid)
    give_date(number, weeks=8)
    clock.advance(hours=1)
    register(number, "Cid")
    register(number, "Dan")
    before = len(outbox())
    assert run(JOBS["registrations.waiting_new_date"]).items == 0
    assert told(outbox, before) == []


def test_the_new_date_in_english(people: People, outbox: Any, clock: Any) -> None:
    number = make(people, capacity=1)
    register(number, "Ana")
    register(number, "Ben")
    with unit_of_work():
        db.session.scalars(sa.select(Person).where(Person.given_name == "Ben")).one().language = "en"
    put_off(number)
    run(JOBS["registrations.waiting_postponed"])
    give_date(number, weeks=8)
    run(JOBS["registrations.waiting_new_date"])
    assert "a mail will tell you the new date" in outbox()[-2].text.lower()
    assert "You are still on the waiting list, in position 1" in outbox()[-1].text.replace("*", "")


def test_a_cancelled_event_tells_who_was_asked_and_a_newcomer_does_not_overtake(
    asking: Any, people: People, outbox: Any
) -> None:
    number, _rows = asking
    with unit_of_work():
        read(number).capacity = 3
    register(number, "Eve")
    assert standing(number) == "Ana+ Ben? Cid? Dan1 Eve2", "free seats are asked of those who wait before"
    before = len(outbox())
    with unit_of_work():
        events.cancel(read(number), "Grève", actor=STAFF, now=clocks.now())
    assert run(JOBS["registrations.waiting_for_nothing"]).items == 4
    assert standing(number) == "Ana+ Ben- Cid- Dan- Eve-"
    assert told(outbox, before) == [f"event_cancelled {name}" for name in ("Ben", "Cid", "Dan", "Eve")]
