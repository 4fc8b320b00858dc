"""Two merges of one person at the same moment, from two screens: one is made, the other is told."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.duplicates import service
from cop.duplicates.models import Merge, Pair
from cop.people.models import Person
from tests.people_of_the_tests import People, person
from tests.registrations.test_concurrency import all_at_once
from tests.signing_in import hold, open_session


def presser(token: str, pair_id: int) -> Callable[[Any], int]:
    def act(client: Any) -> int:
        hold(client, token)
        status: int = client.post(f"/personnes/doublons/{pair_id}/fusionner").status_code
        return status

    return act


def test_two_merges_of_one_person_at_once(app: Application, people: People) -> None:
    with unit_of_work():
        for name in ("maison", "ailleurs"):
            person("Diane", "Dumas", email=f"diane@{name}.example")
        service.find(clocks.now())
    pairs = db.session.scalars(sa.select(Pair.id).order_by(Pair.id)).all()
    assert len(pairs) == 3
    tokens = [open_session(people.alice) for _ in pairs]
    answers = all_at_once(app, [presser(token, pair) for token, pair in zip(tokens, pairs, strict=True)])
    db.session.rollback()
    left = db.session.scalars(sa.select(Person.id).where(Person.family_name == "Dumas")).all()
    merges = db.session.scalars(sa.select(Merge)).all()
    assert answers.count(303) == len(merges) in (1, 2)
    assert all(status in (303, 404, 422) for status in answers)
    assert len(left) == 3 - len(merges)
    assert len({merge.merged_id for merge in merges}) == len(merges)
