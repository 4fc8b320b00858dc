"""Asking, renewing, ending: one membership for each member and period, whoever asks twice."""

from datetime import date

import pytest
import sqlalchemy as sa

from cop.activity.service import COMMAND
from cop.core import clock as core_clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.memberships import queries, service, service_payments
from cop.memberships.models import Membership, Payment
from cop.organisations.models import Organisation, OrganisationKind
from tests.conftest import ClockHand
from tests.memberships.conftest import kind, member, pay
from tests.people_of_the_tests import People


def test_a_request_holds_the_civil_year_at_the_price_of_the_day(people: People) -> None:
    with unit_of_work():
        offered = kind()
        made = service.request(people.diane, offered.id, COMMAND)
        assert (made.starts_on, made.ends_on) == (date(2026, 1, 1), date(2026, 12, 31))
        offered.amount_cents = 3000
        again = service.request(people.diane, offered.id, COMMAND)
        assert (again.id, again.amount_cents) == (made.id, 2500)
    assert db.session.scalars(sa.select(sa.func.count(Membership.id))).one() == 1


def test_rolling_periods_are_asked_for_once_too(people: People, clock: ClockHand) -> None:
    with unit_of_work():
        offered = kind(period="rolling")
        made = service.request(people.diane, offered.id, COMMAND)
        clock.set("2027-02-01 10:00")
        assert service.request(people.diane, offered.id, COMMAND).id == made.id


def test_member_when_paid_and_as_long_as_it_holds(people: People) -> None:
    with unit_of_work():
        made = service.request(people.diane, kind().id, COMMAND)
        pay(made, 1000, date(2026, 3, 1))
        assert not queries.is_member(people.diane_id, date(2026, 11, 20))
        pay(made, 1500, date(2026, 4, 1))
    days = {
        day: queries.is_member([people.diane_id], day)
        for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 12, 31), date(2027, 1, 1))
    }
    assert list(days.values()) == [False, True, True, False]
    assert list(db.session.scalars(queries.member_on(date(2026, 5, 1)))) == [people.diane_id]


def test_the_kind_may_change_while_nothing_is_paid(people: People) -> None:
    with unit_of_work():
        full, reduced = kind(), kind("reduced", 1000)
        made = service.request(people.diane, full.id, COMMAND)
        assert service.request(people.diane, reduced.id, COMMAND).amount_cents == 1000
        pay(made, 500)
        assert service.request(people.diane, full.id, COMMAND).amount_cents == 1000


def test_renewing_asks_for_the_next_period_once(people: People) -> None:
    with unit_of_work():
        offered = kind()
        member(people.diane, offered)
        first = service.renew(people.diane, offered.id, COMMAND)
        assert (first.starts_on, first.ends_on) == (date(2027, 1, 1), date(2027, 12, 31))
        assert service.renew(people.diane, offered.id, COMMAND).id == first.id


def test_what_is_no_longer_offered_is_refused(people: People) -> None:
    with unit_of_work():
        offered = kind(active=False)
        with pytest.raises(Refused, match="n’est pas proposée"):
            service.request(people.diane, offered.id, COMMAND)


def test_an_organisation_makes_no_member_of_who_speaks_for_it(people: People) -> None:
    with unit_of_work():
        sort = OrganisationKind(code="msp", name_fr="MSP", name_en="MSP", dormant_months=12)
        house = Organisation(
            name="MSP du Lac", search_name="msp du lac", twin_key="msp-du-lac", kind=sort, created_at=core_clock.now()
        )
        db.session.add_all([sort, house])
        db.session.flush()
        offered = kind("structure", 6000, offered_to="organisation")
        made = service.request(people.diane, offered.id, COMMAND, organisation_id=house.id)
        pay(made, 6000)
        assert service.request(people.diane, offered.id, COMMAND, organisation_id=house.id).id == made.id
        assert not queries.is_member(people.diane_id, date(2026, 11, 20))
        with pytest.raises(Refused):
            service.request(people.diane, offered.id, COMMAND)


def test_ended_then_taken_up_again(people: People) -> None:
    with unit_of_work():
        offered = kind()
        made = member(people.diane, offered)
        with pytest.raises(Refused, match="avant d’avoir commencé"):
            service.end(made, date(2025, 12, 31), "", COMMAND)
        service.end(made, date(2026, 11, 1), "Déménagement", COMMAND)
        assert not queries.is_member(people.diane_id, date(2026, 11, 20))
        assert queries.is_member(people.diane_id, date(2026, 11, 1))
        service.resume(made, COMMAND)
        assert queries.is_member(people.diane_id, date(2026, 11, 20))


def test_a_payment_pressed_twice_is_one(people: People) -> None:
    with unit_of_work():
        made = service.request(people.diane, kind().id, COMMAND)
        pay(made, 1000, key="press-1")
        pay(made, 1000, key="press-1")
        assert queries.settled_of(made) == 1000


@pytest.mark.parametrize(
    ("amount", "on", "why"),
    [
        (2600, date(2026, 11, 20), "Il ne reste que 25,00"),
        (0, date(2026, 11, 20), "supérieur à zéro"),
        (-100, date(2026, 11, 20), "supérieur à zéro"),
        (2500, date(2026, 11, 21), "à venir"),
        (2500, date(2019, 11, 20), "plus de trois ans"),
    ],
)
def test_payments_that_cannot_be(people: People, amount: int, on: date, why: str) -> None:
    with unit_of_work():
        made = service.request(people.diane, kind().id, COMMAND)
        with pytest.raises(Refused) as refused:
            pay(made, amount, on)
    assert why in str(refused.value)


def test_an_exemption_settles_and_brings_nothing(people: People) -> None:
    with unit_of_work():
        made = service.request(people.diane, kind().id, COMMAND)
        with pytest.raises(Refused, match="pourquoi"):
            service_payments.exempt(made, "  ", "press-1", COMMAND)
        service_payments.exempt(made, "Décision du bureau", "press-1", COMMAND)
        assert queries.is_member(people.diane_id, date(2026, 11, 20))
        with pytest.raises(Refused, match="déjà réglée"):
            service_payments.exempt(made, "Encore", "press-2", COMMAND)


def test_a_cancelled_payment_stays(people: People) -> None:
    with unit_of_work():
        made = member(people.diane, kind())
        payment = made.payments[0]
        assert service_payments.cancel(payment, "Chèque d’une autre personne", COMMAND)
        assert not service_payments.cancel(payment, "Encore", COMMAND)
        assert not queries.is_member(people.diane_id, date(2026, 11, 20))
    assert db.session.scalars(sa.select(Payment.cancel_reason)).one() == "Chèque d’une autre personne"
