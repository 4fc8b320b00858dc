"""Rights follow mandates: given with them, changed with them, gone on the evening of the last day."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts import access
from cop.accounts.models import Account, Grant
from cop.activity.models import ActivityEntry
from cop.activity.service import COMMAND
from cop.core import jobs
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.mandates import queries, queries_rights, rules, service, service_register
from cop.mandates.jobs import FOLLOW
from cop.mandates.rules import Terms
from cop.people.models import Person
from tests.mandates.conftest import mandate
from tests.people_of_the_tests import People, event, person, territory

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def grants(origin: int) -> list[Grant]:
    db.session.rollback()
    found = db.session.scalars(sa.select(Grant).where(Grant.origin == f"mandate:{origin}").order_by(Grant.id))
    return list(found)


def may(account_id: int, permission: Permission, department: str) -> bool:
    db.session.rollback()
    account = db.session.get_one(Account, account_id)
    return access.can(account, permission, territory("department", department).id)


def test_grant_expire_lose_access(
    people: People, give: Any, decision_id: int, sign_in: Any, clock: Any, client: FlaskClient
) -> None:
    give(people.diane_id, "animator", FIRST, LAST, departments=("49", "72"), decision_id=decision_id)
    assert may(people.diane_account_id, Permission.EVENT_EDIT, "72")
    assert not may(people.diane_account_id, Permission.EVENT_EDIT, "44")
    clock.set("2026-11-30 23:30")
    sign_in(people.diane_account)
    clock.set("2026-11-30 23:59")
    assert client.get("/animation").status_code == 200, "the last day is included"
    clock.set("2026-12-01 00:00")
    assert client.get("/animation").status_code == 403, "the session under way has lost it too"
    assert not may(people.diane_account_id, Permission.EVENT_EDIT, "49")
    assert client.get("/moi").status_code == 200, "what is hers stays hers"


def test_without_decision_no_right_and_with_one_added_later_the_right(
    people: People, give: Any, decision_id: int
) -> None:
    number = give(people.diane_id, "animator", FIRST, departments=("49",))
    assert grants(number) == []
    assert queries.state(mandate(number), date(2026, 11, 20)) is rules.State.AWAITING
    with unit_of_work():
        places = frozenset({territory("department", "49").id})
        service.change(mandate(number), Terms(FIRST, territory_ids=places, decision_id=decision_id), COMMAND)
    assert [(grant.role, grant.account_id) for grant in grants(number)] == [
        ("territorial_animator", people.diane_account_id)
    ]
    assert queries.state(mandate(number), date(2026, 11, 20)) is rules.State.IN_FORCE


def test_a_decision_taken_away_takes_the_right(people: People, give: Any, decision_id: int) -> None:
    number = give(people.diane_id, "animator", FIRST, departments=("49",), decision_id=decision_id)
    with unit_of_work():
        places = frozenset({territory("department", "49").id})
        service.change(mandate(number), Terms(FIRST, territory_ids=places), COMMAND)
    assert not may(people.diane_account_id, Permission.EVENT_EDIT, "49")
    assert [grant.ends_on for grant in grants(number)] == [date(2026, 11, 19)], "kept as history"


def test_other_territories_and_dates_change_the_right(people: People, give: Any, decision_id: int) -> None:
    number = give(people.diane_id, "animator", FIRST, departments=("49",), decision_id=decision_id)
    with unit_of_work():
        places = frozenset(territory("department", code).id for code in ("53", "72"))
        service.change(mandate(number), Terms(FIRST, LAST, territory_ids=places, decision_id=decision_id), COMMAND)
    assert [may(people.diane_account_id, Permission.EVENT_EDIT, code) for code in ("49", "53", "72")] == [
        False,
        True,
        True,
    ]
    alive = [grant for grant in grants(number) if grant.ends_on == LAST]
    assert len(alive) == 2


def test_ending_early_reopening_taking_off_and_putting_back(people: People, give: Any, decision_id: int) -> None:
    number = give(people.diane_id, "animator", FIRST, LAST, departments=("49",), decision_id=decision_id)
    for act, seen in (
        (lambda one: service.end_early(one, date(2026, 11, 19), "resigned", COMMAND), False),
        (lambda one: service.reopen(one, COMMAND), True),
        (lambda one: service.remove(one, COMMAND), False),
        (lambda one: service.put_back(one, COMMAND), True),
    ):
        with unit_of_work():
            act(mandate(number))
        assert may(people.diane_account_id, Permission.EVENT_EDIT, "49") is seen
    assert len(grants(number)) == 1, "one right, which ended and went on"


def test_the_account_is_opened_on_the_first_day(
    people: People, give: Any, decision_id: int, outbox: Any, clock: Any
) -> None:
    with unit_of_work():
        fatou = person("Fatou", "Faure", email="fatou@cabinet.example").id
    number = give(fatou, "animator", date(2026, 12, 1), departments=("72",), decision_id=decision_id)
    assert jobs.run(FOLLOW).items == 0
    assert outbox() == []
    clock.set("2026-12-01 00:01")
    assert jobs.run(FOLLOW).items == 1
    assert [(mail.kind, mail.recipient) for mail in outbox()] == [("accounts.account_opened", "fatou@cabinet.example")]
    opened = db.session.get_one(Person, fatou).account_id
    assert opened is not None
    assert [grant.account_id for grant in grants(number)] == [opened]
    assert jobs.run(FOLLOW).items == 0, "nothing is left to do"


def test_a_person_without_address_holds_the_mandate_without_access(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    with unit_of_work():
        gael = person("Gaël", "Guérin").id
    number = give(gael, "animator", FIRST, departments=("49",), decision_id=decision_id)
    assert grants(number) == []
    sign_in(people.alice)
    page = client.get("/coordination/mandats")
    assert "Gaël Guérin" in page.text
    assert "cette personne n’a pas d’adresse" in page.text
    with unit_of_work():
        db.session.get_one(Person, gael).email = "gael@cabinet.example"
    assert jobs.run(FOLLOW).items == 1
    assert len(grants(number)) == 1


def test_two_people_of_one_address_do_not_share_rights(people: People, give: Any, decision_id: int) -> None:
    with unit_of_work():
        colleague = person("Hugo", "Henry", email="diane@cabinet.example").id
    number = give(colleague, "animator", FIRST, departments=("49",), decision_id=decision_id)
    assert grants(number) == []
    assert not may(people.diane_account_id, Permission.EVENT_EDIT, "49")
    told = queries_rights.without_access([mandate(number)])
    assert "somebody else" in str(told[number]) or "quelqu’un d’autre" in str(told[number])
    assert jobs.run(FOLLOW).items == 0, "it is told on the page, not tried again and again"


def test_drifts_are_put_right_and_reported(people: People, give: Any, decision_id: int) -> None:
    number = give(people.diane_id, "animator", FIRST, LAST, departments=("49",), decision_id=decision_id)
    with unit_of_work():
        grants(number)[0].ends_on = None
        db.session.add(
            Grant(account_id=people.bob_id, role="regional_coordinator", starts_on=FIRST, origin=f"mandate:{number}")
        )
    assert jobs.run(FOLLOW).items == 1
    assert {(grant.account_id, grant.ends_on) for grant in grants(number)} == {
        (people.diane_account_id, LAST),
        (people.bob_id, date(2026, 11, 19)),
    }
    acts = db.session.scalars(sa.select(ActivityEntry.action)).all()
    assert "mandate.rights_put_right" in acts


def test_a_merged_record_takes_its_rights_along(people: People, give: Any, decision_id: int) -> None:
    """A merge moves the mandate to the kept record: the right changes account."""
    with unit_of_work():
        double = person("Diane", "Dumas-Petit", email="diane.dp@cabinet.example").id
    number = give(double, "animator", FIRST, departments=("49",), decision_id=decision_id)
    old = db.session.get_one(Person, double).account_id
    with unit_of_work():
        mandate(number).person_id = people.diane_id
    assert jobs.run(FOLLOW).items == 1
    assert may(people.diane_account_id, Permission.EVENT_EDIT, "49")
    assert old is not None
    assert not may(old, Permission.EVENT_EDIT, "49")


def test_a_mandate_of_the_past_gives_nothing(people: People, give: Any, decision_id: int) -> None:
    number = give(
        people.diane_id, "animator", date(2024, 1, 1), date(2024, 12, 31), departments=("49",), decision_id=decision_id
    )
    assert grants(number) == []
    assert jobs.run(FOLLOW).items == 0


def test_a_relay_manager_edits_the_events_of_the_project_only(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    with unit_of_work():
        project = service_register.keep_project(
            service_register.ProjectPart("Écriture", territory("department", "49").id, FIRST), COMMAND
        ).id
        held, other = event(people, project_id=project).id, event(people, "Autre rencontre").id
    give(people.diane_id, "relay", FIRST, LAST, project_id=project, decision_id=decision_id)
    sign_in(people.diane_account)
    desk = client.get("/animation")
    assert "Écrire sans se faire mal" in desk.text
    assert "Autre rencontre" not in desk.text
    assert client.get(f"/animation/evenements/{held}/modifier").status_code == 200
    assert client.get(f"/animation/evenements/{other}/modifier").status_code == 404
    form = client.get(f"/animation/evenements/{held}/modifier")
    assert 'name="project_id"' not in form.text, "who leads a project does not move its events to another"


def test_a_change_of_the_function_changes_the_rights_of_who_holds_it(
    people: People, give: Any, decision_id: int
) -> None:
    give(people.diane_id, "president", FIRST, decision_id=decision_id)
    assert may(people.diane_account_id, Permission.STATISTICS_READ, "49")
    kind = queries.kind_by_code("president")
    part = service_register.KindPart(
        code="president", name_fr="Présidence", name_en="Chair", body="bureau", needs_decision=True, seats=1
    )
    with unit_of_work():
        service_register.change_kind(queries.kind(kind.id), part, COMMAND)
    assert not may(people.diane_account_id, Permission.STATISTICS_READ, "49")


def test_a_mandate_gives_no_more_than_its_giver_has(
    people: People, sign_in: Any, client: FlaskClient, decision_id: int
) -> None:
    """Inès manages mandates in Maine-et-Loire: neither the region nor the département next door are hers to give."""
    with unit_of_work():
        db.session.add(
            Grant(
                account_id=people.bob_id,
                role="regional_coordinator",
                territory_id=territory("department", "49").id,
                starts_on=FIRST,
            )
        )
    sign_in(people.bob)
    path = f"/personnes/{people.diane_id}/mandats/nouveau?fonction="
    sent = {"starts_on": "2026-11-20", "decision_id": str(decision_id)}
    here, there = (territory("department", code).id for code in ("49", "44"))
    assert client.post(path + "animator", data={**sent, "territory_ids": [here, there]}).status_code == 422
    assert client.post(path + "president", data=sent).status_code == 422
    assert client.post(path + "animator", data={**sent, "territory_ids": [here]}).status_code == 303


@pytest.mark.parametrize("role", ["administrator", "unheard_of"])
def test_no_function_gives_the_management_of_accounts(people: People, role: str) -> None:
    part = service_register.KindPart(code="x", name_fr="X", name_en="X", body="team", role=role)
    with pytest.raises(Refused), unit_of_work():
        service_register.add_kind(part, COMMAND)


def test_a_role_that_comes_with_a_mandate_is_not_taken_back_by_hand(
    people: People, give: Any, decision_id: int, sign_in: Any, client: FlaskClient
) -> None:
    number = give(people.diane_id, "animator", FIRST, departments=("49",), decision_id=decision_id)
    with unit_of_work():
        db.session.add(Grant(account_id=people.alice_id, role="administrator", territory_id=None, starts_on=FIRST))
    sign_in(people.alice)
    page = f"/administration/comptes/{people.diane_account_id}"
    shown = client.get(page)
    assert f"/coordination/mandats/{number}" in shown.text
    assert client.get(f"/coordination/mandats/{number}").location.endswith(f"#mandate-{number}")
    held = grants(number)[0].id
    client.post(f"{page}/roles/{held}/retirer")
    assert grants(number)[0].ends_on is None
    assert "vient d’un mandat" in client.get(page).text


def test_a_territory_that_was_merged_into_another_keeps_the_right_on_what_it_holds_now(
    people: People, give: Any, decision_id: int
) -> None:
    """The mandate names a territory, not its communes: when the reference moves one in, the right follows."""
    with unit_of_work():
        epci = territory("epci", "244900015").id
        terms = Terms(FIRST, territory_ids=frozenset({epci}), decision_id=decision_id)
        service.give(people.diane, queries.kind_by_code("animator"), terms, COMMAND)
    commune = territory("commune", "44109").id
    assert not access.can(people.diane_account, Permission.EVENT_EDIT, commune)
    with unit_of_work():
        db.session.execute(
            sa.insert(db.metadata.tables["territory_part"]).values(ancestor_id=epci, descendant_id=commune)
        )
    assert access.can(people.diane_account, Permission.EVENT_EDIT, commune)
    with unit_of_work():
        db.session.execute(
            sa.delete(db.metadata.tables["territory_part"]).where(
                sa.column("ancestor_id") == epci, sa.column("descendant_id") == commune
            )
        )


def test_a_person_who_was_forgotten_keeps_no_right(people: People, give: Any, decision_id: int) -> None:
    number = give(people.diane_id, "animator", FIRST, departments=("49",), decision_id=decision_id)
    with unit_of_work():
        db.session.get_one(Person, people.diane_id).anonymised_at = mandate(number).created_at
    assert jobs.run(FOLLOW).items == 1
    assert not may(people.diane_account_id, Permission.EVENT_EDIT, "49")
    assert jobs.run(FOLLOW).items == 0
