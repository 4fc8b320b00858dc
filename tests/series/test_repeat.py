"""A meeting made regular: the dates that would be made, with what they meet, then the meetings."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cop.core import clock, page_cache
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from tests.people_of_the_tests import PARIS, People, territory
from tests.series.conftest import RULE, boxes
from tests.signing_in import put_in


def dates() -> list[str]:
    db.session.rollback()
    found = db.session.scalars(sa.select(Event).where(Event.series_id.is_not(None)).order_by(Event.starts_at))
    return [one.local_start.strftime("%d/%m %H:%M") for one in found]


def test_the_third_thursdays_but_one(repeat: Any, event_id: int) -> None:
    answer = repeat("2027-03-18")
    assert answer.status_code == 303
    # The clocks change on 28 March: nine o'clock stays nine o'clock.
    assert dates() == ["21/01 09:00", "18/02 09:00", "15/04 09:00", "20/05 09:00", "17/06 09:00"]
    made = db.session.scalars(sa.select(Event).order_by(Event.series_position)).all()
    assert [one.series_position for one in made] == [1, 2, 3, 4, 5]
    assert {one.status for one in made} == {"published"}
    assert len({one.slug for one in made}) == 5
    assert len({one.series_id for one in made}) == 1


def test_what_a_date_meets_is_told_before(bob: Any, event_id: int) -> None:
    address = f"/animation/evenements/{event_id}/repeter"
    sent = {**RULE, "every": "week", "interval": "1", "until": "2027-05-10", "action": "preview"}
    page = bob.post(address, data=sent).text
    assert "2027-05-06" in boxes(page)
    assert "Jour férié (Ascension)" in page
    assert 'value="2027-05-06">' in page, "left out to begin with"
    assert 'value="2027-04-29" checked>' in page
    assert "zone B" in page
    assert dates() == []


def test_each_date_tells_the_next_and_what_its_day_meets(repeat: Any, bob: Any, event_id: int, app: Any) -> None:
    assert repeat(every="weekday", nth="1", weekday="5", until="2027-06-01").status_code == 303
    db.session.rollback()
    made = db.session.scalars(sa.select(Event).where(Event.series_id.is_not(None)).order_by(Event.starts_at)).all()
    first, last = made[0], made[-1]
    page = app.test_client().get(f"/evenements/{first.slug}").text
    assert all(one.slug in page for one in made[1:])
    assert "Inscriptions closes" not in page
    with unit_of_work():
        db.session.get_one(Event, made[1].id).registration_closes_at = clock.now()
    page_cache.pages.clear()
    page = app.test_client().get(f"/evenements/{first.slug}").text
    assert page.count("Inscriptions closes") == 1, "the second date takes nobody more"
    assert bob.get(f"/animation/evenements/{first.id}/repeter").location.endswith(f"/series/{first.series_id}")
    with unit_of_work():
        holiday = datetime(2027, 5, 8, 9, 0, tzinfo=PARIS)
        row = db.session.get_one(Event, last.id)
        row.half_days[0].starts_at, row.half_days[0].ends_at = holiday, holiday + timedelta(hours=3)
    told = bob.get(f"/animation/evenements/{last.id}").text
    assert "8 mai" in told
    assert "jour férié" in told


def test_more_dates_are_like_a_meeting_of_ones_own(repeat: Any, bob: Any) -> None:
    """The last date was given to another territory: nothing is made there by who holds the rest."""
    repeat()
    db.session.rollback()
    with unit_of_work():
        last = db.session.scalars(sa.select(Event).order_by(Event.starts_at.desc())).first()
        assert last is not None
        last.territory_id, series_id, given = territory("department", "44").id, last.series_id, last.id
    page = f"/animation/series/{series_id}"
    end = {"until": "2027-09-30", "count": ""}
    shown = boxes(bob.post(f"{page}/prolonger", data={**end, "action": "preview"}).text)
    made = {"shown": ",".join(shown), "date": shown, "action": "publish"}
    assert bob.post(f"{page}/prolonger", data={**end, **made}).status_code == 303
    db.session.rollback()
    theirs = sa.select(Event.id).where(Event.territory_id == territory("department", "44").id)
    assert db.session.scalars(theirs).all() == [given]
    assert bob.post(f"{page}/sortir/{given}").status_code == 404


def test_a_date_given_to_others_is_counted_and_not_named(repeat: Any, bob: Any, people: People, queries: Any) -> None:
    repeat()
    db.session.rollback()
    with unit_of_work():
        made = db.session.scalars(sa.select(Event).order_by(Event.starts_at)).all()
        first, given, out = made[0], made[-1], made[-2]
        address = f"/animation/series/{given.series_id}"
        given.title, given.territory_id, number = "Supervision de Nantes", territory("department", "44").id, given.id
        own, out_id = first.id, out.id
    assert bob.post(f"{address}/sortir/{out_id}").status_code == 303
    assert f"/sortir/{own}" in bob.get(address).text
    assert f"/animation/evenements/{out_id}" in bob.get(address).text
    with unit_of_work():
        db.session.get_one(Event, out_id).territory_id = territory("department", "44").id
    with queries:
        page = bob.get(address).text
    assert "Supervision de Nantes" not in page
    assert f"/{number}" not in page
    assert f"/animation/evenements/{out_id}" not in page, "taken out, then given"
    assert "1 autre date est menée par d’autres" in page
    few = len(queries)
    with unit_of_work():
        for event in db.session.scalars(sa.select(Event).where(Event.id != own)):
            event.territory_id = territory("department", "44").id
    with queries:
        page = bob.get(address).text
    assert "4 autres dates sont menées par d’autres" in page
    assert len(queries) <= few


def test_whoever_was_given_one_date_meets_no_closed_door(repeat: Any, people: People, app: Any) -> None:
    """Their date is theirs to change; the page of the series is not."""
    repeat()
    db.session.rollback()
    with unit_of_work():
        given = db.session.scalars(sa.select(Event).order_by(Event.starts_at.desc())).first()
        assert given is not None
        given.territory_id, number = territory("department", "44").id, given.id
    charlie = put_in(app.test_client(), people.charlie)
    event_page = f"/animation/evenements/{number}"
    assert "/animation/series/" not in charlie.get(event_page).text
    asked = charlie.get(f"{event_page}/serie/annuler").text
    assert "/animation/series/" not in asked
    answer = charlie.post(f"{event_page}/serie/annuler", data={"scope": "all", "reason": "Salle fermée"})
    assert answer.location.endswith(event_page)
    db.session.rollback()
    found = db.session.scalars(sa.select(Event.status).order_by(Event.starts_at)).all()
    assert [*found] == ["published"] * 5 + ["cancelled"]
