"""Everybody at once on a cycle: seats at all its seminars or at none, exactly; nobody sees an error."""

from collections import Counter
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from cop.core import clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.events.models_series import EventSeries
from cop.mail.models import MailMessage
from cop.registrations.models import Registration
from cop.series import mails
from tests.people_of_the_tests import People, event, territory
from tests.registrations.conftest import FORM
from tests.registrations.test_concurrency import all_at_once, poster
from tests.series.conftest import FIRST

NEWCOMERS, SEATS = 40, 6


def make_cycle(people: People) -> int:
    """Three seminars; the second is the smallest."""
    now = clock.now()
    with unit_of_work():
        place = territory("department", "49").id
        cycle = EventSeries(cycle=True, slug="cycle", title="Cycle", territory_id=place, created_at=now, changed_at=now)
        db.session.add(cycle)
        db.session.flush()
        for n, seats in enumerate((SEATS + 4, SEATS, SEATS + 9)):
            made = event(people, f"Séminaire {n}", starts_at=FIRST + timedelta(weeks=4 * n), capacity=seats)
            made.series_id, made.series_position = cycle.id, n + 1
        return cycle.id


def counts(cycle_id: int) -> list[Counter[str]]:
    db.session.rollback()
    found = []
    for seminar in db.session.scalars(sa.select(Event).filter_by(series_id=cycle_id).order_by(Event.starts_at)):
        rows = Counter(db.session.scalars(sa.select(Registration.status).filter_by(event_id=seminar.id)))
        assert (seminar.seats_taken, seminar.waiting) == (rows["confirmed"], rows["waitlisted"])
        found.append(rows)
    return found


def test_newcomers_then_half_of_them_cancel(app: Any, people: People) -> None:
    cycle_id = make_cycle(people)
    forms = [{**FORM, "email": f"newcomer{n}@cabinet.example"} for n in range(NEWCOMERS)]
    answers = all_at_once(app, [poster("/cycles/cycle/inscription", n, form) for n, form in enumerate(forms)])
    assert set(answers) == {303}
    assert counts(cycle_id) == [{"confirmed": SEATS, "waitlisted": NEWCOMERS - SEATS}] * 3
    kinds = Counter(db.session.scalars(sa.select(MailMessage.kind)))
    expected = {"series.registered": SEATS, "invitations.confirmation": 3 * SEATS}
    assert kinds == {**expected, "series.waitlisted": NEWCOMERS - SEATS}
    statement = sa.select(Registration.person_id).distinct().order_by(Registration.person_id)
    leaving = list(db.session.scalars(statement))[::2]
    links = [f"/inscription-cycle/{mails.token_of(cycle_id, number)}/annuler" for number in leaving]
    assert set(all_at_once(app, [poster(link, n) for n, link in enumerate(links)])) == {303}
    left = NEWCOMERS - len(leaving)
    assert counts(cycle_id) == [{"confirmed": SEATS, "waitlisted": left - SEATS, "cancelled": len(leaving)}] * 3
    per_person = sa.select(sa.func.count(Registration.status.distinct())).group_by(Registration.person_id)
    assert set(db.session.scalars(per_person)) == {1}, "nobody is half registered"
