"""Who may do what, where, and until when."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from cop.accounts import access
from cop.accounts.models import Account, Grant
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.events.models import Event
from cop.host.models import Host
from cop.territories.models import Territory
from tests.people_of_the_tests import People, event, territory


def give(account: Account, role: str, where: Territory | None = None, **period: date) -> None:
    values = {"starts_on": date(2025, 1, 1), **period}
    db.session.add(Grant(account=account, role=role, territory_id=where.id if where else None, **values))
    db.session.flush()


def test_a_role_reaches_all_its_territory_contains(people: People) -> None:
    angers, nantes = territory("commune", "49007").id, territory("commune", "44109").id
    assert access.can(people.bob, Permission.EVENT_EDIT, angers)
    assert not access.can(people.bob, Permission.EVENT_EDIT, nantes)
    assert access.can(people.charlie, Permission.EVENT_EDIT, nantes)
    assert access.can(people.alice, Permission.EVENT_EDIT, angers)
    assert access.can(people.alice, Permission.EVENT_EDIT, nantes)
    region = territory("region", "52").id
    assert not access.can(people.bob, Permission.EVENT_EDIT, region), "a part does not give the whole"


def test_a_member_without_role_has_no_right(people: People) -> None:
    diane = people.diane_account
    assert not access.is_staff(diane)
    for permission in Permission:
        assert not access.has_anywhere(diane, permission)
        assert access.territories_with(diane, permission) == set()
        assert not access.has_anywhere(None, permission)
        assert access.territories_with(None, permission) == set()


def test_without_territory_is_everywhere(people: People) -> None:
    with unit_of_work():
        give(people.diane_account, "reader")
        give(people.diane_account, "reader", territory("department", "49"))
    assert access.territories_with(people.diane_account, Permission.STATISTICS_READ) is None
    assert access.can_everywhere(people.diane_account, Permission.STATISTICS_READ)
    assert access.can(people.diane_account, Permission.STATISTICS_READ, territory("commune", "44109").id)
    assert not access.can_everywhere(people.bob, Permission.STATISTICS_READ), "a département is not everywhere"


def test_the_organisation_s_own_territory_is_everywhere(people: People) -> None:
    assert access.can_everywhere(people.alice, Permission.PERSON_READ)
    assert access.can(people.alice, Permission.PERSON_READ, Where())


def test_a_right_on_one_thing_reaches_nothing_else(people: People) -> None:
    with unit_of_work():
        account = people.diane_account
        grant = Grant(
            account=account, role="volunteer", territory_id=None, subject="event:7", starts_on=date(2025, 1, 1)
        )
        db.session.add(grant)
        angers = territory("commune", "49007").id
    held = Where(frozenset({angers}), frozenset({"event:7"}))
    assert access.is_staff(people.diane_account)
    assert access.can(people.diane_account, Permission.ATTENDANCE_TAKE, held)
    assert not access.can(people.diane_account, Permission.ATTENDANCE_TAKE, angers)
    assert not access.can(people.diane_account, Permission.EVENT_EDIT, held)
    assert not access.can_everywhere(people.diane_account, Permission.ATTENDANCE_TAKE)
    assert access.territories_with(people.diane_account, Permission.ATTENDANCE_TAKE) == set()
    assert access.subjects_with(people.diane_account, Permission.ATTENDANCE_TAKE, "event") == {7}


def test_roles_add_up_each_on_its_territory(people: People) -> None:
    with unit_of_work():
        give(people.bob, "reader", territory("department", "44"))
    nantes = territory("commune", "44109").id
    assert access.can(people.bob, Permission.STATISTICS_READ, nantes)
    assert not access.can(people.bob, Permission.EVENT_EDIT, nantes)
    assert access.in_scope(people.bob, nantes)
    assert not access.in_scope(people.bob, territory("department", "53").id)


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        ("2026-11-30 23:59", False),
        ("2026-12-01 00:00", True),  # 30 November, 23:00 in UTC
        ("2026-12-31 23:59", True),
        ("2027-01-01 00:00", False),
    ],
)
def test_a_period_is_counted_in_the_days_of_the_place(people: People, clock: Any, now: str, holds: bool) -> None:
    with unit_of_work():
        give(people.diane_account, "reader", starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31))
    clock.set(now)
    assert access.has_anywhere(people.diane_account, Permission.STATISTICS_READ) is holds


def test_and_the_place_may_be_overseas(people: People, clock: Any) -> None:
    with unit_of_work():
        db.session.scalars(sa.select(Host)).one().time_zone = "Indian/Reunion"
        give(people.diane_account, "reader", starts_on=date(2026, 12, 1))
    clock.set("2026-11-30 20:59")
    assert not access.is_staff(people.diane_account)
    clock.set("2026-11-30 21:00")  # midnight in Saint-Denis
    assert access.is_staff(people.diane_account)


def test_a_role_nobody_knows_any_more_gives_nothing(people: People) -> None:
    with unit_of_work():
        give(people.diane_account, "abolished")
    assert not access.is_staff(people.diane_account)


def test_a_list_is_cut_by_the_database(people: People) -> None:
    with unit_of_work():
        event(people, "Chez Bob")
        event(people, "Chez Charlie", territory_id=territory("department", "44").id)

    def titles(account: Account | None) -> list[str]:
        seen = access.visible_to(account, Permission.EVENT_READ, Event.territory_id)
        return list(db.session.scalars(sa.select(Event.title).where(seen).order_by(Event.title)))

    assert titles(people.bob) == ["Chez Bob"]
    assert titles(people.charlie) == ["Chez Charlie"]
    assert titles(people.alice) == ["Chez Bob", "Chez Charlie"]
    assert titles(people.diane_account) == []
    assert titles(None) == []


def test_the_rights_of_a_request_are_read_once(app: Application, people: People, queries: Any) -> None:
    """One query for the grants, one for each territory asked about, one for all territories where these are asked."""
    bob, angers, nantes = people.bob, territory("commune", "49007").id, territory("commune", "44109").id
    assert bob.id
    with app.test_request_context():
        with queries:
            for permission in Permission:
                access.has_anywhere(bob, permission)
        assert len(queries.statements) == 1
        with queries:
            for permission in Permission:
                access.can(bob, permission, angers)
                access.can(bob, permission, nantes)
                access.in_scope(bob, angers)
        assert len(queries.statements) == 2
        with queries:
            for permission in Permission:
                access.territories_with(bob, permission)
        assert len(queries.statements) == 1
