"""Times of keeping: nothing goes before somebody has read what would; then what is old goes, and only that."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts.models import Account
from cop.core import clock as clocks
from cop.core import jobs as core_jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.host import queries_retention as retention
from cop.memberships.models import Membership, MembershipKind
from cop.people.models import Person
from cop.privacy import jobs
from cop.privacy.models import RetentionRun
from cop.registrations.models import Registration
from tests.house.world import ada
from tests.people_of_the_tests import PARIS, People, account, event, person
from tests.signing_in import put_in
from tests.statistics.conftest import present

JOB = next(job for job in jobs.JOBS if job.name == "privacy.retention")


@pytest.fixture
def administrator(client: FlaskClient, people: People) -> FlaskClient:
    return put_in(client, db.session.get_one(Account, ada(people)))


@pytest.fixture
def long_ago(people: People, clock: Any) -> dict[str, int]:
    """People of January 2023; today it is February 2026. Zoé came and never again; Max came back; Lea is a member."""
    clock.set("2023-01-10 09:00")
    with unit_of_work():
        made = {n: person(n, "Ancien", email=f"{n.lower()}@x.example") for n in ("Zoe", "Max", "Lea")}
        numbers = {name: one.id for name, one in made.items()}
        kind = MembershipKind(code="one", name_fr="Adhésion", amount_cents=1000)
        db.session.add(kind)
        db.session.flush()
        db.session.add(
            Membership(
                key="person:lea",
                kind_id=kind.id,
                person_id=numbers["Lea"],
                amount_cents=1000,
                ends_on=date(2026, 12, 31),
                starts_on=date(2022, 1, 1),
                requested_at=clocks.now(),
            )
        )
    clock.set("2025-06-10 09:00")
    with unit_of_work():
        held = event(people, "Retour", starts_at=clocks.now().astimezone(PARIS))
        present(held, db.session.get_one(Person, numbers["Max"]))
    clock.set("2026-02-02 09:00")
    return numbers


def switch_on(client: FlaskClient, code: str = "participant") -> str:
    page = client.get(f"/administration/conservation/{code}/rapport").text
    read = page.split('name="read" value="')[1].split('"')[0]
    client.post(f"/administration/conservation/{code}/appliquer", data={"read": read})
    return page


def gone() -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(sa.select(Person.id).where(Person.anonymised_at.is_not(None))))


def test_nothing_goes_before_it_was_read_and_switched_on(long_ago: dict[str, int]) -> None:
    core_jobs.run(JOB)
    assert gone() == set()


def test_the_report_names_who_would_go_and_does_nothing(administrator: FlaskClient, long_ago: dict[str, int]) -> None:
    page = administrator.get("/administration/conservation/participant/rapport").text
    assert "Zoe Ancien" in page
    assert "Max" not in page
    assert "Lea" not in page
    assert gone() == set()
    table = administrator.post("/administration/conservation/participant/fichier").data.decode("utf-8-sig")
    assert "Zoe Ancien" in table


def test_switched_on_it_takes_those_and_no_other(administrator: FlaskClient, long_ago: dict[str, int]) -> None:
    switch_on(administrator)
    outcome = core_jobs.run(JOB)
    assert (outcome.items, outcome.errors) == (1, 0)
    assert gone() == {long_ago["Zoe"]}
    run = db.session.scalars(sa.select(RetentionRun)).one()
    assert (run.code, run.items) == ("participant", 1)
    assert core_jobs.run(JOB).items == 0
    assert "lundi 2 février 2026" in administrator.get("/administration/conservation").text


def test_it_is_not_switched_on_unread(administrator: FlaskClient, long_ago: dict[str, int]) -> None:
    for read in ("", "forged"):
        answer = administrator.post("/administration/conservation/participant/appliquer", data={"read": read})
        assert answer.location == "/administration/conservation/participant/rapport"
    assert not retention.kept("participant").on


def test_a_sign_of_life_between_the_list_and_the_deed_saves(
    administrator: FlaskClient, long_ago: dict[str, int]
) -> None:
    switch_on(administrator)
    with unit_of_work():
        due = list(JOB.find(clocks.now()))
        held = event(long_ago_people(), "Nouvelle")
        db.session.add(
            Registration(
                event_id=held.id,
                person_id=long_ago["Zoe"],
                status="confirmed",
                created_at=clocks.now(),
                queued_at=clocks.now(),
            )
        )
    with unit_of_work():
        for item in due:
            JOB.handle(item, clocks.now())
    assert gone() == set()


def long_ago_people() -> Any:
    """What ``event`` asks of the people: a kind and an organiser."""
    from types import SimpleNamespace

    from cop.events.models import EventKind

    kind = db.session.scalars(sa.select(EventKind)).one()
    return SimpleNamespace(kind_id=kind.id, bob_id=None)


def test_a_shorter_time_has_to_be_read_again(administrator: FlaskClient, long_ago: dict[str, int]) -> None:
    switch_on(administrator)
    administrator.post("/administration/conservation/participant", data={"length": "24"})
    kept = retention.kept("participant")
    assert (kept.length, kept.on) == (24, False)
    old_report = "the report of 36 months"
    administrator.post("/administration/conservation/participant/appliquer", data={"read": old_report})
    assert not retention.kept("participant").on


@pytest.mark.parametrize("length", ["5", "37", "", "many", "-1", "9" * 30])
def test_a_time_out_of_bounds_is_refused(administrator: FlaskClient, people: People, length: str) -> None:
    answer = administrator.post("/administration/conservation/participant", data={"length": length})
    assert answer.status_code == 422
    assert retention.kept("participant").length == 36


def test_what_the_law_keeps_is_nobody_s_choice(administrator: FlaskClient, people: People) -> None:
    administrator.post("/administration/conservation/payment", data={"length": "120"})
    assert retention.kept("payment").length == 120
    for path in ("appliquer", "arreter", "fichier"):
        assert administrator.post(f"/administration/conservation/payment/{path}").status_code == 404
    assert administrator.get("/administration/conservation/nothing/rapport").status_code == 404


def test_registrations_without_presence_and_accounts_nobody_used(
    administrator: FlaskClient, people: People, clock: Any
) -> None:
    clock.set("2024-01-10 09:00")
    with unit_of_work():
        held = event(people, "Passée", starts_at=clocks.now().astimezone(PARIS))
        came, stayed = person("Vient", "Test", email="v@x.example"), person("Absente", "Test", email="a@x.example")
        for one in (came, stayed):
            db.session.add(
                Registration(
                    event_id=held.id,
                    person_id=one.id,
                    status="confirmed",
                    created_at=clocks.now(),
                    queued_at=clocks.now(),
                )
            )
        present(held, came)
        present(held, stayed, state="absent")
        unused, kept = account("Jamais", "jamais@x.example").id, came.id
    clock.set("2026-02-02 09:00")
    for code in ("registration", "unused_account"):
        switch_on(administrator, code)
    for status, left in (("postponed", 2), ("published", 1)):  # put off, it is still to come
        with unit_of_work():
            held.status = status
            db.session.merge(held)
        core_jobs.run(JOB)
        assert db.session.scalar(sa.select(sa.func.count(Registration.id))) == left
    assert db.session.scalars(sa.select(Registration.person_id)).all() == [kept]
    assert db.session.get(Account, unused) is None
    assert db.session.get(Account, people.bob_id) is not None  # never signed in either, but has a role


def test_the_public_page_says_the_times_that_hold(administrator: FlaskClient, people: People) -> None:
    assert "36 mois" in administrator.get("/donnees-personnelles").text.replace("\u00a0", " ")
    administrator.post("/administration/conservation/participant", data={"length": "24"})
    assert "24 mois" in administrator.get("/donnees-personnelles").text.replace("\u00a0", " ")
    assert "24 mois" in administrator.get("/administration/conservation/registre").text.replace("\u00a0", " ")
    table = administrator.get("/administration/conservation/registre.csv").data.decode("utf-8-sig")
    assert table.startswith("Traitement;")


def test_the_number_of_statements_does_not_grow(administrator: FlaskClient, people: People, queries: Any) -> None:
    counts = []
    for many in (5, 50):
        with unit_of_work():
            for n in range(many):
                person(f"P{many}-{n}", "Test", email=f"p{many}-{n}@x.example")
        with queries:
            administrator.get("/administration/conservation")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_coordination_does_not_switch_anything_on(app: Application, people: People) -> None:
    client = put_in(app.test_client(), people.alice)
    assert client.get("/administration/conservation").status_code == 403
