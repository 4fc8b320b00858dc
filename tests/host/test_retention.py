"""The jobs keep things for as long as the page of keeping says."""

from typing import Any

import sqlalchemy as sa

from cop.core import changes, jobs
from cop.core.changes_journal import RowChange
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.host.jobs import JOBS
from cop.host.rules_retention import RULES
from tests.people_of_the_tests import People


def journal() -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(RowChange)).one()


def test_what_undoing_needs_is_kept_as_long_as_is_said(people: People, clock: Any) -> None:
    with unit_of_work(), changes.recorded("import:1"):
        people.diane.given_name = "Dianne"
    clock.advance(days=RULES["change"].usual)
    jobs.run(JOBS[0])
    assert journal() == 1
    clock.advance(days=1)
    jobs.run(JOBS[0])
    assert journal() == 0
