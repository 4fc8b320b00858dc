"""Volunteers, a skill and a task to propose."""

from datetime import datetime
from typing import Any

import pytest

from cop.activity.service import Actor
from cop.core import clock
from cop.core.unit_of_work import unit_of_work
from cop.people.models import Person
from cop.volunteers import service, service_tasks
from cop.volunteers.models import Task
from cop.volunteers.service import Said
from cop.volunteers.service_tasks import TaskSaid
from tests.people_of_the_tests import PARIS, People, event, person, territory

PUBLIC = Actor("public")


@pytest.fixture
def skill(people: People) -> int:
    with unit_of_work():
        return service.add_skill("Accueil", "Welcoming", PUBLIC).id


@pytest.fixture
def enrol(people: People, skill: int) -> Any:
    """``enrol("Ève")``: a volunteer of Maine-et-Loire with the skill, free on Thursday mornings."""

    def do(
        name: str, *, department: str = "49", slots: str = "4m", skilled: bool = True, commune: str = "49007"
    ) -> int:
        with unit_of_work():
            made: Person = person(name, "Éluard", email=f"{name.lower()}@cabinet.example", commune=commune)
            said = Said(
                frozenset({skill} if skilled else ()),
                frozenset(slots.split()),
                territory("department", department).id,
            )
            service.enrol(made, said, PUBLIC)
            return made.id

    return do


@pytest.fixture
def write(people: People, skill: int) -> Any:
    """``write()``: a task in Maine-et-Loire on Thursday 14 January 2027 at 9, for one, with the skill."""

    def do(**changes: Any) -> int:
        values: dict[str, Any] = {
            "title": "Accueillir à l’entrée",
            "description": "",
            "territory_id": territory("department", "49").id,
            "starts_at": datetime(2027, 1, 14, 9, 0, tzinfo=PARIS),
            "minutes": 120,
            "places": 1,
            "skill_ids": frozenset({skill}),
        }
        with unit_of_work():
            if changes.pop("with_event", False):
                values["event_id"] = event(people).id
            said = TaskSaid(**{**values, **changes})
            made: Task = service_tasks.create(said, actor=Actor("account", people.bob_id), now=clock.now())
            return made.id

    return do
