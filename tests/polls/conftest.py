"""What the tests of polls share."""

from typing import Any

import pytest

from cop.activity.service import COMMAND
from cop.communities import service as communities
from cop.communities.rules import Description
from cop.core import jobs
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.people.models import Person
from cop.polls.models import Poll
from tests.people_of_the_tests import People, person, territory

NEW = "/animation/sondages/nouveau?kind=study_morning"
FORM = {
    "title": "Oralité : et si on se voyait ?",
    "day_0": "2027-01-14", "starts_0": "09:00", "ends_0": "12:30",
    "day_1": "2027-01-21", "starts_1": "09:00", "ends_1": "12:30",
    "day_2": "2027-01-28", "starts_2": "14:00", "ends_2": "17:30",
    "mode": "onsite", "commune": "Angers (49000)", "venue_name": "Maison des associations",
    "closes_on": "2026-12-20", "message": "Pour préparer le printemps.",
}  # fmt: skip


@pytest.fixture
def form(people: People) -> dict[str, str]:
    return {**FORM, "territory_id": str(territory("department", "49").id)}


@pytest.fixture
def group(people: People) -> list[Person]:
    """Diane, Édith, Fanny and Gaël in a community of Angers; Gaël has no address."""
    with unit_of_work():
        made = [
            people.diane,
            *(person(name, "Test", email=f"{name.lower()}@cabinet.example") for name in ("Edith", "Fanny")),
        ]
        made.append(person("Gaël", "Test"))
        community = communities.create(
            Description(name="Oralité", territory_id=territory("department", "49").id), "", COMMAND
        )
        for one in made:
            communities.join(community, one, community.charter_version, COMMAND)
    return made


def work(*names: str) -> int:
    """The worker's rounds; how many things were done."""
    done = 0
    for job in jobs.known():
        if job.name in (names or ("polls.ask", "polls.remind", "polls.tell", "polls.forget")):
            outcome = jobs.run(job)
            assert not outcome.errors, outcome.last_error
            done += outcome.items
    db.session.rollback()
    return done


def poll_of(number: int = 1) -> Poll:
    db.session.rollback()
    return db.session.get_one(Poll, number)


@pytest.fixture
def opened(client: Any, people: People, sign_in: Any, form: dict[str, str], group: list[Person]) -> Poll:
    """Bob's poll, asked of the community."""
    sign_in(people.bob)
    assert client.post(NEW, data=form).status_code == 303
    poll = poll_of()
    at = f"/animation/sondages/{poll.id}"
    client.post(f"{at}/personnes", data={"group": "c1", "addresses": ""})
    client.post(f"{at}/ouvrir")
    assert work("polls.ask") == 3
    return poll_of()
