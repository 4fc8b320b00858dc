"""The same mandate given by two presses at the same moment: one line of the list, not two."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from cop.core.db import db
from cop.core.web import Application
from cop.mandates.models import Mandate
from tests.people_of_the_tests import People
from tests.registrations.test_concurrency import all_at_once
from tests.signing_in import hold, open_session


def presser(token: str, path: str) -> Callable[[Any], int]:
    def act(client: Any) -> int:
        hold(client, token)
        status: int = client.post(path, data={"starts_on": "2026-03-01"}).status_code
        return status

    return act


def test_two_presses_at_once_give_one_mandate(app: Application, people: People) -> None:
    path = f"/personnes/{people.diane_id}/mandats/nouveau?fonction=board_member"
    answers = all_at_once(app, [presser(open_session(people.alice), path) for _press in range(4)])
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Mandate.id))) == 1
    assert sorted(answers) == [303, 422, 422, 422]
