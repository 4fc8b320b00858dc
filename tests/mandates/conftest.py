"""What the tests of mandates share: the functions of an association, a decision, short ways to give."""

from datetime import date
from typing import Any

import pytest

from cop.activity.service import COMMAND
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.mandates import queries, service, service_register
from cop.mandates.models import Mandate
from cop.mandates.rules import Terms
from cop.mandates.service_register import KindPart
from cop.people.models import Person
from tests.people_of_the_tests import People, territory

KINDS = (
    KindPart(code="president", name_fr="Présidence", name_en="Chair", body="bureau", needs_decision=True, seats=1,
             several_holders=True, role="reader"),
    KindPart(code="treasurer", name_fr="Trésorerie", name_en="Treasurer", body="bureau", needs_decision=True, seats=1),
    KindPart(code="board_member", name_fr="Conseil", name_en="Board member", body="board", needs_decision=True,
             seats=3),
    KindPart(code="animator", name_fr="Animation territoriale", name_en="Territorial animation", body="team",
             role="territorial_animator", reach="territory", needs_decision=True),
    KindPart(code="relay", name_fr="Gestion-relais", name_en="Relay management", body="team", role="relay_manager",
             reach="project", needs_decision=True),
    KindPart(code="volunteer", name_fr="Bénévolat", name_en="Volunteering", body="volunteers", reach="territory"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def functions(people: People) -> None:
    with unit_of_work():
        service_register.seed(KINDS)


@pytest.fixture
def decision_id(people: People, functions: None) -> int:
    with unit_of_work():
        return service_register.record_decision(
            "Conseil d’administration", date(2026, 1, 15), "Missions de l’année", "", COMMAND
        ).id


@pytest.fixture
def give(people: People) -> Any:
    """Give a mandate in a transaction of its own; its number."""

    def do(person_id: int, code: str, starts_on: date, ends_on: date | None = None, **values: Any) -> int:
        codes = values.pop("departments", ())
        with unit_of_work():
            places = frozenset(territory("department", one).id for one in codes)
            terms = Terms(starts_on, ends_on, territory_ids=places, **values)
            kind = queries.kind_by_code(code)
            return service.give(db.session.get_one(Person, person_id), kind, terms, COMMAND).id

    return do


def mandate(number: int) -> Mandate:
    return db.session.get_one(Mandate, number)
