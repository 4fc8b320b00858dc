"""From the form to a member or a volunteer: nothing on anybody's record before the address is confirmed."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cop.accounts.models import Account, Grant
from cop.core import clock as clocks
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.demo_people import Numbers
from cop.host.rules_retention import RULES
from cop.joining.jobs import JOBS
from cop.joining.models import Application
from cop.memberships.models import Membership
from cop.people.models import Acceptance, Person
from cop.people.service import find_or_create
from cop.volunteers.models import VolunteerProfile
from tests.joining.conftest import link_in
from tests.people_of_the_tests import People, territory


def eve() -> Person | None:
    db.session.rollback()
    return db.session.scalar(sa.select(Person).filter_by(email="eve@cabinet.example"))


def application() -> Application:
    db.session.rollback()
    return db.session.scalars(sa.select(Application)).one()


def test_join_and_confirm(client: Any, send: Any, outbox: Any) -> None:
    answer = send()
    assert (answer.status_code, answer.location) == (303, "/demande/envoyee")
    assert "eve@cabinet.example" in client.get(answer.location).text
    assert [(mail.kind, mail.recipient) for mail in outbox()] == [("joining.confirm", "eve@cabinet.example")]
    assert eve() is None, "nothing on anybody's record yet"

    link = link_in(outbox()[0])
    page = client.get(link).text
    assert "Ève Éluard" in page
    assert "Saumur" in page
    assert eve() is None, "a link shows, it never acts"

    assert client.post(f"{link}/confirmer").status_code == 303
    person = eve()
    assert person is not None
    assert (person.phone, person.profession_code, person.notice_version) == ("+33241000000", "94", 1)
    assert [site.commune.code for site in person.sites] == ["49328"]
    account = db.session.get_one(Account, person.account_id)
    assert (account.email, account.password_hash, account.grants) == ("eve@cabinet.example", None, [])
    accepted = {(one.document, one.version) for one in db.session.scalars(sa.select(Acceptance))}
    assert accepted == {("charter:member", 1), ("notice", 1)}
    assert db.session.scalars(sa.select(Membership.person_id)).all() == [person.id]
    assert [mail.kind for mail in outbox()] == ["joining.confirm", "joining.welcome"]
    welcome = outbox()[1].text
    assert "(Adhésion, 25,00\u00a0€)" in welcome, "what it is and what it costs, without signing in"
    own = re.search(r"/adhesion/[\w.-]+", welcome)
    assert own
    assert "En attente de règlement" in client.get(own[0]).text
    assert application().typed == {"organisation": "Maison de santé des Lilas"}, "the rest is on the record now"
    assert "Bienvenue, Ève" in client.get(link).text
    again = client.post(f"{link}/confirmer", follow_redirects=True)
    assert "confirmée" in again.text
    assert len(outbox()) == 2


def test_a_volunteer(client: Any, send: Any, outbox: Any) -> None:
    send("/benevoles", **{"sites-1-commune": "ANGERS", "sites-1-starts_on": "2026-01-05"})
    client.post(f"{link_in(outbox()[0])}/confirmer")
    person = eve()
    assert person is not None
    assert {(site.commune.code, site.starts_on is None) for site in person.sites} == {("49328", True), ("49007", False)}
    profile = db.session.scalars(sa.select(VolunteerProfile)).one()
    assert (profile.person_id, profile.slots, profile.status) == (person.id, frozenset({"4m"}), "active")
    assert db.session.scalar(sa.select(Membership.id)) is None


def test_the_page_is_the_same_whoever_is_known(client: Any, send: Any, people: People, outbox: Any) -> None:
    def words() -> str:
        page = str(client.get("/demande/envoyee").text).replace("diane@", "x@").replace("eve@", "x@")
        return re.sub(r'name="csrf_token" value="[^"]+"', "", page)

    send()
    unknown = words()
    assert send(email="diane@cabinet.example", given_name="Diane", family_name="Dumas").status_code == 303
    assert words() == unknown
    assert send().status_code == 303
    assert words() == unknown


def test_the_form_sent_again_replaces_the_first(client: Any, send: Any, outbox: Any, clock: Any) -> None:
    send()
    send()
    assert len(outbox()) == 1, "the same press twice"
    clock.advance(minutes=5)
    send(**{"sites-0-commune": "angers"})
    first, second = (link_in(mail) for mail in outbox())
    assert application().revision == 2
    assert "lien du dernier courriel" in client.get(first).text
    client.post(f"{first}/confirmer")
    assert eve() is None
    client.post(f"{second}/confirmer")
    person = eve()
    assert person is not None
    assert [site.commune.code for site in person.sites] == ["49007"]


@pytest.mark.usefixtures("approval")
def test_waiting_for_an_answer(client: Any, send: Any, sign_in: Any, people: People, outbox: Any, clock: Any) -> None:
    send("/benevoles")
    link = link_in(outbox()[0])
    client.post(f"{link}/confirmer")
    assert (application().state, eve()) == ("to_approve", None)
    assert outbox()[-1].kind == "joining.received"
    clock.advance(hours=1)
    send("/benevoles", phone="")
    assert outbox()[-1].kind == "joining.still_waiting"
    assert application().typed["phone"], "the one that waits is untouched"

    number = application().id
    sign_in(people.alice)
    assert "Ève Éluard" in client.get("/coordination/nouvelles-demandes").text
    page = client.get(f"/coordination/nouvelles-demandes/{number}").text
    assert "Saumur" in page
    client.post(f"/coordination/nouvelles-demandes/{number}/accepter")
    assert eve() is not None
    assert outbox()[-1].kind == "joining.welcome"
    assert {mail.recipient for mail in outbox()} == {"eve@cabinet.example"}, "nobody else is written to"
    twice = client.post(f"/coordination/nouvelles-demandes/{number}/accepter", follow_redirects=True)
    assert "déjà reçu sa réponse" in twice.text


@pytest.mark.usefixtures("approval")
def test_refused_with_a_word(client: Any, send: Any, sign_in: Any, people: People, outbox: Any, clock: Any) -> None:
    send()
    client.post(f"{link_in(outbox()[0])}/confirmer")
    number = application().id
    sign_in(people.alice)
    path = f"/coordination/nouvelles-demandes/{number}/refuser"
    careless = client.post(path, data={"word": "Appelez le 02 41 00 00 00"})
    assert careless.status_code == 422
    client.post(path, data={"word": "Nous ne prenons plus d’adhésions cette année."})
    assert "plus d’adhésions" in outbox()[-1].text
    assert (application().state, application().typed, eve()) == ("refused", {}, None)
    assert "répon" in client.get(link_in(outbox()[0])).text
    clock.advance(days=91)
    assert jobs.run(JOBS[0]).items == 1
    assert db.session.scalar(sa.select(sa.func.count(Application.id))) == 0


def test_unconfirmed_applications_go_after_thirty_days(client: Any, send: Any, outbox: Any, clock: Any) -> None:
    send()
    link = link_in(outbox()[0])
    clock.advance(days=RULES["application"].usual)
    assert jobs.run(JOBS[0]).items == 0
    clock.advance(days=1)
    assert jobs.run(JOBS[0]).items == 1
    gone = client.get(link)
    assert gone.status_code == 410
    assert "trop ancien" in gone.text
    assert client.post(f"{link}/confirmer").status_code == 404
    assert client.get("/demande/forged").status_code == 404


def test_a_known_person_is_completed_never_overwritten(client: Any, send: Any, people: People, outbox: Any) -> None:
    send(email="diane@cabinet.example", given_name="Diane", family_name="Dumas-Petit", profession="94")
    client.post(f"{link_in(outbox()[0])}/confirmer")
    db.session.rollback()
    diane = people.diane
    assert (diane.full_name, diane.profession_code, diane.phone) == ("Diane Dumas", "91", "+33241000000")
    assert {site.commune.code for site in diane.sites} == {"49007", "49328"}
    assert diane.account_id == people.diane_account_id


def test_an_address_taken_over_by_a_colleague(
    client: Any, send: Any, sign_in: Any, people: People, outbox: Any
) -> None:
    send(email="diane@cabinet.example", given_name="Hugo", family_name="Marchand")
    client.post(f"{link_in(outbox()[0])}/confirmer")
    db.session.rollback()
    hugo = db.session.scalars(sa.select(Person).filter_by(family_name="Marchand")).one()
    assert people.diane.full_name == "Diane Dumas"
    assert people.diane.phone is None, "her record is as it was"
    assert hugo.account_id is None, "the account is still hers"

    number = application().id
    sign_in(people.alice)
    page = client.get(f"/coordination/nouvelles-demandes/{number}").text
    assert "Diane Dumas" in page
    client.post(f"/coordination/nouvelles-demandes/{number}/adresse/{people.diane_id}")
    db.session.rollback()
    assert (people.diane.email, people.diane.account_id) == (None, None)
    heir = db.session.get_one(Person, hugo.id)
    assert (heir.email, heir.account_id) == ("diane@cabinet.example", people.diane_account_id)
    other = client.post(f"/coordination/nouvelles-demandes/{number}/adresse/{hugo.id}")
    assert other.status_code == 404


@pytest.mark.parametrize("starts_on", [date(2026, 1, 1), date(2030, 1, 1)], ids=["in force", "to come"])
def test_rights_are_not_handed_over_with_an_address(
    client: Any, send: Any, sign_in: Any, people: People, outbox: Any, starts_on: date
) -> None:
    send(email="diane@cabinet.example", given_name="Hugo", family_name="Marchand")
    client.post(f"{link_in(outbox()[0])}/confirmer")
    with unit_of_work():
        db.session.add(Grant(account_id=people.diane_account_id, role="reader", starts_on=starts_on))
    sign_in(people.alice)
    path = f"/coordination/nouvelles-demandes/{application().id}/adresse/{people.diane_id}"
    assert "droits" in client.post(path, follow_redirects=True).text
    db.session.rollback()
    assert people.diane.email == "diane@cabinet.example"


def test_two_people_of_one_mailbox_may_both_join(client: Any, send: Any, outbox: Any) -> None:
    for given, family in (("Ève", "Éluard"), ("Zoé", "Quintin")):
        send(given_name=given, family_name=family)
        client.post(f"{link_in(outbox()[-1])}/confirmer")
    db.session.rollback()
    found = db.session.scalars(sa.select(Person).filter_by(email="eve@cabinet.example").order_by(Person.id)).all()
    assert [one.given_name for one in found] == ["Ève", "Zoé"]
    assert db.session.scalar(sa.select(sa.func.count(Membership.id))) == 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "eve", "adresse"),
        ("email", None, "Sans adresse"),
        ("rpps", "810 000 123 45", "chiffre de contrôle"),
        ("phone", "12", "téléphone"),
        ("sites-0-commune", "nulleville", "Aucune commune"),
        ("sites-0-commune", "", "commune où vous exercez"),
        ("sites-0-ends_on", "pas une date", "date"),
        ("agree_charter", None, "Lisez la charte"),
        ("agree_notice", None, "Lisez l’information"),
        ("membership_kind", "999", ""),
        ("charter_version", "7", "La charte a changé"),
        ("profession", "", "profession"),
    ],
)
def test_bad_input_comes_back_with_its_sentence(send: Any, outbox: Any, field: str, value: Any, sentence: str) -> None:
    answer = send(**{field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Éluard"' in answer.text, "what was typed is kept"
    assert outbox() == []


def test_a_place_that_ends_before_it_starts(send: Any) -> None:
    answer = send(**{"sites-0-starts_on": "2026-03-01", "sites-0-ends_on": "2026-02-01"})
    assert answer.status_code == 422
    assert "finit avant" in answer.text


def test_too_many_forms_to_one_address(send: Any, clock: Any) -> None:
    for _ in range(5):
        assert send().status_code == 303
    assert send().status_code == 429


def test_the_coordination_writes_the_charter(client: Any, send: Any, sign_in: Any, people: People, outbox: Any) -> None:
    sign_in(people.bob)
    assert client.get("/coordination/nouvelles-demandes/reglages").status_code == 404
    sign_in(people.alice)
    page = client.get("/coordination/nouvelles-demandes/reglages")
    assert "Le texte" in page.text
    values = {"kind": "member", "member-approval": "y", "member-text_fr": "Un autre texte", "member-text_en": ""}
    client.post("/coordination/nouvelles-demandes/reglages", data=values)
    client.post("/coordination/nouvelles-demandes/reglages", data=values)
    assert "version 2" in client.get("/adherer").text
    assert "version 1" in client.get("/benevoles").text
    wrong = client.post("/coordination/nouvelles-demandes/reglages", data={"kind": "member", "member-text_fr": ""})
    assert wrong.status_code == 422
    send(charter_version="2")
    client.post(f"{link_in(outbox()[0])}/confirmer")
    assert (application().state, application().charter_version) == ("to_approve", 2)


def test_the_list_is_scoped_and_asks_as_often_for_many(client: Any, sign_in: Any, people: People, queries: Any) -> None:
    counts = []
    for count in (5, 45):
        with unit_of_work():
            for number in range(count):
                typed = {"sites": [[territory("commune", "49007").id, None, None]]}
                db.session.add(
                    Application(
                        kind="member", state="to_approve", given_name="A", family_name=f"B{count}-{number}",
                        email="a@b.example", typed=typed, charter_version=1, notice_version=1,
                        created_at=clocks.now(), confirmed_at=clocks.now(),
                    )
                )  # fmt: skip
        sign_in(people.alice)
        client.get("/coordination/nouvelles-demandes")
        with queries:
            assert client.get("/coordination/nouvelles-demandes").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_number_of_somebody_else_is_shown_to_the_staff(
    client: Any, send: Any, sign_in: Any, people: People, outbox: Any
) -> None:
    with unit_of_work():
        find_or_create("Paul", "Autre", "paul@cabinet.example", rpps=_number())
    send(rpps=_number())
    client.post(f"{link_in(outbox()[0])}/confirmer")
    person = eve()
    assert person is not None
    assert (person.rpps, person.rpps_claimed) == (None, _number())
    sign_in(people.alice)
    assert "fiche d’une autre personne" in client.get(f"/coordination/nouvelles-demandes/{application().id}").text


def _number() -> str:
    return Numbers()()


def test_expired_links_are_said_to_be_so(client: Any, send: Any, outbox: Any, clock: Any) -> None:
    send()
    link = link_in(outbox()[0])
    clock.advance(seconds=timedelta(days=31).total_seconds())
    assert client.get(link).status_code == 410
