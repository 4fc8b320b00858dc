"""Asking, renewing, ending: one membership for each member and period, whoever asks twice."""

from datetime import date

import pytest

from cop.activity.service import COMMAND
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.memberships import queries, service
from cop.memberships.models import Membership, MembershipKind
from cop.people.models import Person
from tests.conftest import ClockHand
from tests.people_of_the_tests import People


def kind(code: str = "individual", amount: int = 2500, **values: object) -> MembershipKind:
    from cop.core.db import db

    made = MembershipKind(code=code, name_fr="Adhésion individuelle", name_en="Individual", amount_cents=amount, **values)
    db.session.add(made)
    db.session.flush()
    return made


def test_a_request_holds_the_civil_year_at_the_price_of_the_day(people: People) -> None:
    with unit_of_work():
        offered = kind()
        made = service.request(people.diane, offered.id, COMMAND)
        assert (made.starts_on, made.ends_on) == (date(2026, 1, 1), date(2026, 12, 31))
        offered.amount_cents = 3000
        again = service.request(people.diane, offered.id, COMMAND)
        assert again is made
        assert again.amount_cents == 2500


def test_who_asked_is_no_member_yet(people: People) -> None:
    with unit_of_work():
        service.request(people.diane, kind().id, COMMAND)
        assert not queries.is_member(people.diane_id, date(2026, 11, 20))
