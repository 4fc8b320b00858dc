"""The list of volunteers, their skills, and what one changes of one's own."""

from typing import Any

import pytest
import sqlalchemy as sa

from cop.core.db import db
from cop.volunteers.models import Skill, VolunteerProfile
from tests.conftest import Queries
from tests.people_of_the_tests import People, territory


def names(client: Any, query: str = "") -> set[str]:
    page = client.get(f"/animation/benevoles{query}").text
    return {name for name in ("Eve", "Ugo", "Zia") if f"{name} Éluard" in page}


def test_filters_and_scope(client: Any, sign_in: Any, people: People, skill: int, enrol: Any) -> None:
    enrol("Eve")
    enrol("Ugo", slots="2a", skilled=False)
    enrol("Zia", department="44", commune="44109")
    sign_in(people.alice)
    assert names(client) == {"Eve", "Ugo", "Zia"}
    assert names(client, f"?competence={skill}") == {"Eve", "Zia"}
    assert names(client, "?moment=2a") == {"Ugo"}
    assert names(client, f"?territoire={territory('department', '44').id}") == {"Zia"}
    assert names(client, "?etat=paused") == set()
    assert names(client, "?competence=oops&moment=9z&territoire=-1&etat=x") == {"Eve", "Ugo", "Zia"}
    sign_in(people.bob)
    assert names(client) == {"Eve", "Ugo"}
    sign_in(people.charlie)
    assert names(client) == {"Zia"}


@pytest.mark.parametrize("path", ["/animation/benevoles", "/animation/taches"])
def test_a_list_asks_as_often_for_fifty_as_for_five(
    client: Any, sign_in: Any, people: People, enrol: Any, write: Any, queries: Queries, path: str
) -> None:
    counts = []
    for more in (range(5), range(5, 50)):
        for number in more:
            if "benevoles" in path:
                enrol(f"Anne{number}")
            else:
                write(title=f"Tâche {number}")
        sign_in(people.bob)
        client.get(path)
        with queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_coordination_edits_the_list_of_skills(client: Any, sign_in: Any, people: People, skill: int) -> None:
    sign_in(people.bob)
    assert client.get("/animation/benevoles/competences").status_code == 404
    sign_in(people.alice)
    client.post("/animation/benevoles/competences", data={"name_fr": "Cuisine", "name_en": ""})
    twice = client.post("/animation/benevoles/competences", data={"name_fr": "cuisine"})
    assert twice.status_code == 422
    assert "déjà dans la liste" in twice.text
    client.post(f"/animation/benevoles/competences/{skill}", data={"name_fr": "Accueil du public", "name_en": "Door"})
    client.post(f"/animation/benevoles/competences/{skill}", data={"archived": "1"})
    db.session.rollback()
    rows = {one.name_fr: one.archived for one in db.session.scalars(sa.select(Skill))}
    assert rows == {"Accueil du public": True, "Cuisine": False}
    assert "Accueil du public" not in client.get("/benevoles").text
    assert "Cuisine" in client.get("/benevoles").text


def test_one_changes_what_one_offers_and_takes_a_pause(
    client: Any, sign_in: Any, people: People, skill: int, enrol: Any
) -> None:
    sign_in(people.diane_account)
    assert "pas encore bénévole" in client.get("/moi/benevolat").text
    assert client.post("/moi/benevolat/etat", data={"status": "paused"}).status_code == 404
    number = enrol("Eve")
    sign_in(people.bob)
    place = territory("department", "49").id
    wrong = client.post(f"/animation/benevoles/{number}", data={"slots": ["9z"], "territory_id": place})
    assert wrong.status_code == 422
    client.post(f"/animation/benevoles/{number}", data={"slots": ["1m", "5e"], "territory_id": place})
    client.post(f"/animation/benevoles/{number}/etat", data={"status": "ended"})
    db.session.rollback()
    profile = db.session.scalars(sa.select(VolunteerProfile)).one()
    assert (profile.slots, profile.skills, profile.status) == (frozenset({"1m", "5e"}), [], "ended")
    assert profile.until is not None
    client.post(f"/animation/benevoles/{number}/etat", data={"status": "active"})
    db.session.rollback()
    assert db.session.scalars(sa.select(VolunteerProfile.until)).one() is None
