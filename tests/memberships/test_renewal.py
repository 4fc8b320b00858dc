"""The renewal: who is due what, once, and what became of each mail."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.service import COMMAND
from cop.core import clock as core_clock
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.duplicates import service as merging
from cop.mail import service as mail
from cop.mail.models import MailMessage, Opposition, Status
from cop.mail.queries_opposition import address_hash
from cop.memberships import mails, queries, queries_renewal, service, service_renewal
from cop.memberships.jobs import RENEWAL
from cop.memberships.models import MembershipKind, RenewalStep
from cop.organisations.models import Organisation, OrganisationKind
from cop.privacy import service_erasure
from tests.conftest import Browser, ClockHand
from tests.memberships.conftest import kind, member, pay, step
from tests.people_of_the_tests import People, person

SignIn = Callable[[Any], Browser]
PAGE = "/coordination/adhesions/renouvellement"
KIND = "memberships.renewal"


@pytest.fixture
def campaign(people: People) -> int:
    """Diane is a member of 2026; 45 and 10 days before the end, and 30 after, she is reminded. Switched on."""
    with unit_of_work():
        member(people.diane, kind())
        first = step(45, text_fr="À bientôt.")
        step(10)
        step(-30)
        service.save_settings({"how_to_pay_fr": "Par chèque à l’ordre de l’association."}, COMMAND)
        service_renewal.switch(True, COMMAND)
        return first.id


def sent(outbox: Any) -> list[MailMessage]:
    return [message for message in outbox() if message.kind == KIND]


def test_each_step_on_its_day_and_once(people: People, campaign: int, outbox: Any, clock: ClockHand) -> None:
    for day, so_far in (
        ("2026-11-15 09:00", 0),
        ("2026-11-16 07:30", 0),  # too early in the morning
        ("2026-11-16 09:00", 1),
        ("2026-11-16 09:30", 1),
        ("2026-12-20 09:00", 1),
        ("2026-12-21 09:00", 2),
        ("2027-01-29 09:00", 2),
        ("2027-01-30 09:00", 3),
        ("2027-02-10 09:00", 3),
    ):
        clock.set(day)
        jobs.run(RENEWAL)
        assert len(sent(outbox)) == so_far, day
    first, _second, last = sent(outbox)
    assert "prend fin le jeudi 31 décembre 2026" in first.subject
    assert "a pris fin" in last.subject
    assert first.text
    assert "À bientôt." in first.text
    assert "Par chèque" in first.text
    assert first.category == "reminder"


def test_a_worker_back_after_a_long_rest_sends_one_mail(
    people: People, campaign: int, outbox: Any, clock: ClockHand
) -> None:
    clock.set("2026-12-24 09:00")
    jobs.run(RENEWAL)
    assert [message.key.split(":")[1] for message in sent(outbox)] == [str(campaign + 1)]


def test_too_late_is_left(people: People, campaign: int, outbox: Any, clock: ClockHand) -> None:
    clock.set("2026-12-05 09:00")  # nineteen days after the first step, and before the second
    jobs.run(RENEWAL)
    assert sent(outbox) == []


def test_who_renewed_is_left_alone(people: People, campaign: int, outbox: Any, clock: ClockHand) -> None:
    clock.set("2026-11-10 09:00")
    with unit_of_work():
        offered = db.session.scalars(sa.select(MembershipKind)).one()
        again = service.renew(people.diane, offered.id, COMMAND)
    clock.set("2026-11-16 09:00")
    jobs.run(RENEWAL)
    assert "il ne reste plus qu’à régler" in (sent(outbox)[0].text or ""), "asked, not paid: the mail says so"
    with unit_of_work():
        pay(db.session.merge(again), 2500)
    clock.set("2026-12-21 09:00")
    jobs.run(RENEWAL)
    assert len(sent(outbox)) == 1


def test_who_left_on_purpose_is_not_asked_again(people: People, campaign: int, outbox: Any, clock: ClockHand) -> None:
    with unit_of_work():
        service.end(
            member(people.diane, db.session.scalars(sa.select(MembershipKind)).one()), date(2026, 11, 1), "", COMMAND
        )
    clock.set("2026-11-16 09:00")
    jobs.run(RENEWAL)
    assert sent(outbox) == []


def test_nothing_leaves_while_it_is_off(people: People, campaign: int, outbox: Any, clock: ClockHand) -> None:
    with unit_of_work():
        service_renewal.switch(False, COMMAND)
    clock.set("2026-11-16 09:00")
    jobs.run(RENEWAL)
    assert sent(outbox) == []


def test_two_workers_send_one(people: People, campaign: int, outbox: Any, clock: ClockHand) -> None:
    clock.set("2026-11-16 09:00")
    with unit_of_work(write=False):
        due = queries_renewal.due(core_clock.now())
    for _worker in range(2):
        for one in due:
            with unit_of_work():
                service_renewal.remind(one, core_clock.now())
    assert len(sent(outbox)) == 1


def test_who_and_how_many_and_what_before_it_leaves(
    people: People, campaign: int, sign_in: SignIn, outbox: Any
) -> None:
    client = sign_in(people.alice)
    overview = client.get(PAGE).text
    assert "1 adhésion est à renouveler" in overview
    page = client.get(f"{PAGE}/etapes/{campaign}").text
    assert "Diane Dumas" in page
    assert "L’envoyer à 1 personne" in page
    assert "Bonjour Diane," in page
    assert sent(outbox) == [], "looking sends nothing"
    for _press in range(2):
        assert client.post(f"{PAGE}/etapes/{campaign}/envoyer").status_code == 303
    assert len(sent(outbox)) == 1
    after = client.get(f"{PAGE}/etapes/{campaign}").text
    assert "À envoyer" in after
    assert "diane@cabinet.example" in after


def test_who_should_have_been_reminded_and_was_not(
    people: People, campaign: int, sign_in: SignIn, clock: ClockHand
) -> None:
    with unit_of_work():
        offered = db.session.scalars(sa.select(MembershipKind)).one()
        member(person("Sans", "Adresse"), offered)
        refusing = person("Ne", "Veutpas", email="non@cabinet.example")
        member(refusing, offered)
        lost = person("Boîte", "Perdue", email="perdue@cabinet.example")
        member(lost, offered)
        hash_ = address_hash("non@cabinet.example")
        now = core_clock.now()
        db.session.add(Opposition(address_hash=hash_, category="reminder", person_id=refusing.id, created_at=now))
        mail.suppress("perdue@cabinet.example", "unknown user")
    clock.set("2026-11-16 09:00")
    jobs.run(RENEWAL)
    with unit_of_work():
        diane = sa.update(MailMessage).where(MailMessage.person_id == people.diane_id)
        db.session.execute(diane.values(status=Status.FAILED, error="550 mailbox full"))
    shown = sign_in(people.alice).get(PAGE).text
    for name, why in (
        ("Sans Adresse", "Pas d’adresse électronique"),
        ("Ne Veutpas", "Ne souhaite pas de rappels"),
        ("Boîte Perdue", "Adresse abandonnée"),
        ("Diane Dumas", "550 mailbox full"),
    ):
        assert name in shown
        assert why in shown


def test_the_coordination_is_told_of_the_deadline(people: People, campaign: int, outbox: Any, clock: ClockHand) -> None:
    with unit_of_work():
        step(60, "coordination", text_fr="Vérifiez les tarifs.")
    for day in ("2026-11-01 09:00", "2026-11-02 09:00", "2026-11-03 09:00"):
        clock.set(day)
        jobs.run(RENEWAL)
    told = [message for message in outbox() if message.kind == "memberships.deadline"]
    assert [message.recipient for message in told] == ["alice@cokillaje.example"]
    assert "1er janvier 2027" in told[0].subject
    assert "Une adhésion" in (told[0].text or "")


def test_steps_are_changed_on_screen(people: People, campaign: int, sign_in: SignIn) -> None:
    client = sign_in(people.alice)
    values = {"audience": "member", "days": "45", "when": "before", "text_fr": "Bonjour", "active": "y"}
    twice = client.post(f"{PAGE}/etapes/nouvelle", data=values)
    assert twice.status_code == 422
    assert "déjà un courriel" in twice.text
    assert client.post(f"{PAGE}/etapes/nouvelle", data={**values, "days": "999"}).status_code == 422
    late = client.post(f"{PAGE}/etapes/nouvelle", data={**values, "when": "after", "audience": "coordination"})
    assert late.status_code == 422
    assert client.post(f"{PAGE}/etapes/{campaign}/modifier", data={**values, "days": "50"}).status_code == 303
    db.session.rollback()
    assert db.session.get_one(RenewalStep, campaign).days_before == 50


# --- The member's own page ------------------------------------------------------------------------


def test_the_member_renews_by_the_link_of_the_mail(
    people: People, campaign: int, outbox: Any, clock: ClockHand, client: Browser
) -> None:
    clock.set("2026-11-16 09:00")
    jobs.run(RENEWAL)
    text = sent(outbox)[0].text or ""
    link = next(part for part in text.replace("<", " ").replace(">", " ").split() if "/adhesion/" in part)
    path = link.removeprefix("http://localhost")
    assert "Renouveler mon adhésion" in client.get(path).text
    offered = db.session.scalars(sa.select(MembershipKind.id)).one()
    for _press in range(2):
        answer = client.post(path, data={"member": f"p{people.diane_id}", f"p{people.diane_id}-kind": offered})
        assert answer.status_code == 303
    shown = client.get(path).text
    assert "En attente de règlement" in shown
    assert "Par chèque" in shown
    db.session.rollback()
    found = queries.of_person(people.diane_id)
    assert [one.starts_on for one in found] == [date(2027, 1, 1), date(2026, 1, 1)]
    assert client.get(f"{path}x").status_code == 404
    assert client.post(path, data={"member": f"p{people.diane_id + 1}"}).status_code == 404


def test_the_link_of_an_organisation_s_mail_renews_that_membership(
    people: People, campaign: int, outbox: Any, clock: ClockHand, client: Browser
) -> None:
    """And not one of the person who speaks for it; who spoke for it before does so no longer."""
    with unit_of_work():
        sort = OrganisationKind(code="msp", name_fr="MSP", name_en="MSP", dormant_months=12)
        house = Organisation(
            name="Maison du Tilleul", search_name="tilleul", twin_key="tilleul", kind=sort, created_at=core_clock.now()
        )
        db.session.add_all([sort, house])
        db.session.flush()
        offered, before = kind("structure", 6000, offered_to="organisation"), person("Ève", "Éluard")
        for who, year in ((before, 2025), (people.diane, 2026)):
            made = service.request(
                who, offered.id, COMMAND, organisation_id=house.id, now=core_clock.start_of_day(date(year, 1, 15))
            )
            pay(made, 6000, date(year, 1, 15))
        house_id, offered_id, gone = house.id, offered.id, mails.personal_page(before.id)
    clock.set("2026-11-16 09:00")
    jobs.run(RENEWAL)
    mail = next(one for one in sent(outbox) if "Maison du Tilleul" in one.subject)
    path = re.findall(r"/adhesion/[\w.-]+", mail.text or "")[0]
    page = client.get(path).text
    assert page.index("Renouveler l’adhésion") < page.index(f'value="o{house_id}"')
    assert client.post(path, data={"member": f"o{house_id}", f"o{house_id}-kind": offered_id}).status_code == 303
    assert "En attente de règlement" in client.get(path).text
    db.session.rollback()
    asked = [one for one in queries.of_person(people.diane_id) if one.starts_on == date(2027, 1, 1)]
    assert [(one.organisation_id, one.kind_id) for one in asked] == [(house_id, offered_id)]
    formerly = gone.removeprefix("http://localhost")
    assert "Maison du Tilleul</h2>" not in client.get(formerly).text
    assert client.post(formerly, data={"member": f"o{house_id}", f"o{house_id}-kind": offered_id}).status_code == 404


def test_the_link_of_a_record_merged_since_leads_to_the_one_that_stays(people: People, client: Browser) -> None:
    with unit_of_work():
        offered, other = kind(), person("Diane", "Dumas", email="dm@maison.example")
        member(people.diane, offered)
        path = mails.personal_page(other.id).removeprefix("http://localhost")
        merging.merge(people.diane_id, other.id, {}, actor=COMMAND, now=core_clock.now())
    assert "Diane Dumas" in client.get(path).text
    with unit_of_work():
        service_erasure.erase([people.diane], actor=COMMAND, now=core_clock.now())
    assert client.get(path).status_code == 404


def test_the_member_renews_in_her_space(people: People, campaign: int, sign_in: SignIn, clock: ClockHand) -> None:
    client = sign_in(people.diane_account)
    clock.set("2026-10-01 09:00")
    early = client.get("/moi/adhesion").text
    assert "Le renouvellement s’ouvre le" in early
    offered = db.session.scalars(sa.select(MembershipKind.id)).one()
    refused = client.post("/moi/adhesion", data={"member": f"p{people.diane_id}", f"p{people.diane_id}-kind": offered})
    assert refused.status_code == 422
    assert "rien à renouveler" in refused.text
    clock.set("2026-11-16 09:00")
    client = sign_in(people.diane_account)
    assert (
        client.post("/moi/adhesion", data={"member": f"p{people.diane_id}", f"p{people.diane_id}-kind": 0}).status_code
        == 422
    )
    assert (
        client.post(
            "/moi/adhesion", data={"member": f"p{people.diane_id}", f"p{people.diane_id}-kind": offered}
        ).status_code
        == 303
    )
    assert "Par chèque" in client.get("/moi/adhesion").text


def test_two_records_under_one_address_are_told_apart(people: People, sign_in: SignIn) -> None:
    with unit_of_work():
        offered = kind().id
        other = person("Paul", "Dumas", email="diane@cabinet.example").id
    client = sign_in(people.diane_account)
    shown = client.get("/moi/adhesion").text
    assert f'name="p{people.diane_id}-kind"' in shown
    assert f'name="p{other}-kind"' in shown
    assert client.post("/moi/adhesion", data={"member": f"p{other}", f"p{other}-kind": offered}).status_code == 303
    db.session.rollback()
    assert len(queries.of_person(other)) == 1
    assert queries.of_person(people.diane_id) == []


def test_somebody_who_is_no_member_is_told_how_to_become_one(people: People, sign_in: SignIn) -> None:
    with unit_of_work():
        kind()
    shown = sign_in(people.diane_account).get("/moi/adhesion").text
    assert "Pas d’adhésion en cours" in shown
    assert "Adhérer" in shown
    assert sign_in(people.bob).get("/moi/adhesion").status_code == 200


def test_who_has_just_joined_is_not_asked_again_before_the_end(
    people: People, campaign: int, outbox: Any, clock: ClockHand
) -> None:
    clock.set("2026-11-20 09:00")
    with unit_of_work():
        offered = db.session.scalars(sa.select(MembershipKind)).one()
        made = service.request(person("Nadia", "Neveu", email="nadia@cabinet.example"), offered.id, COMMAND)
        pay(made, offered.amount_cents, method="transfer")
    for day, told in (("2026-11-20 10:00", False), ("2026-12-21 09:00", False), ("2027-01-30 09:00", True)):
        clock.set(day)
        jobs.run(RENEWAL)
        assert ("nadia@cabinet.example" in {mail.recipient for mail in sent(outbox)}) is told, day
