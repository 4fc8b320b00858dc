"""Several dates of a regular meeting with one form: each has its own seat, its own mail, its own entry in calendars."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.service import COMMAND
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events import service_questions
from cop.events.models import Event
from cop.events.models_series import EventSeries
from cop.events.rules_questions import Wording
from cop.people.models import Person
from cop.registrations import queries_form
from cop.registrations.models import Registration
from tests.conftest import Queries
from tests.people_of_the_tests import PARIS, People, event, territory
from tests.registrations.conftest import FORM
from tests.registrations.test_concurrency import all_at_once, poster
from tests.registrations.test_pages import text_of

FIRST = datetime(2027, 1, 14, 18, 0, tzinfo=PARIS)
OFFERED = "S’inscrire aussi à d’autres dates"


@pytest.fixture
def series(people: People) -> int:
    with unit_of_work():
        now = clocks.now()
        made = EventSeries(cycle=False, title="Le cercle", territory_id=territory("department", "49").id)
        made.created_at = made.changed_at = now
        db.session.add(made)
        db.session.flush()
        return made.id


@pytest.fixture
def dates(people: People, series: int) -> list[int]:
    """Four Thursdays of a circle, one seat at the third; and what is none of its dates."""
    with unit_of_work():
        return [
            event(
                people,
                f"Cercle {week}",
                series_id=series,
                series_position=week,
                starts_at=FIRST + timedelta(weeks=week),
                capacity=1 if week == 2 else 40,
            ).id
            for week in range(4)
        ]


def change(number: int, **values: Any) -> None:
    with unit_of_work():
        for name, value in values.items():
            setattr(db.session.get_one(Event, number), name, value)


def boxes(page: str) -> list[str]:
    """The values of the boxes of dates."""
    return re.findall(r'name="dates" type="checkbox" value="(\w+)"', page)


def statuses(email: str = "eve@cabinet.example") -> dict[str, str]:
    db.session.rollback()
    found = sa.select(Event.slug, Registration.status).join(Registration.event).join(Registration.person)
    return {slug[-1]: status for slug, status in db.session.execute(found.where(Person.email == email))}


def send(client: Any, *ticked: Any, to: str = "cercle-0", **changes: Any) -> Any:
    data = {**FORM, **changes, "dates": [str(one) for one in ticked]}
    return client.post(f"/evenements/{to}/inscription", data=data)


def test_several_dates_with_one_form(client: Any, dates: list[int], outbox: Any) -> None:
    send(client, to="cercle-2", email="autre@cabinet.example")
    before = len(outbox())
    shown = client.get("/evenements/cercle-0")
    assert OFFERED in shown.text
    assert boxes(shown.text) == ["all", *(str(one) for one in dates[1:])]
    assert "Jeudi 28 janvier 2027, de 18 h à 21 h 30 (complet : liste d’attente)" in text_of(shown)
    assert send(client, dates[2], dates[3]).status_code == 303
    assert statuses() == {"0": "confirmed", "2": "waitlisted", "3": "confirmed"}
    thanks = text_of(client.get("/evenements/cercle-0/inscription/merci"))
    assert "Jeudi 28 janvier 2027, de 18 h à 21 h 30 · Vous êtes en liste d’attente" in thanks
    assert "Jeudi 4 février 2027, de 18 h à 21 h 30 · Vous êtes inscrit·e" in thanks
    mails = outbox()[before:]
    assert [(one.kind, bool(one.calendar)) for one in mails] == [
        ("invitations.confirmation", True),
        ("registrations.waitlisted", False),
        ("invitations.confirmation", True),
    ]
    send(client, dates[3])
    assert len(outbox()) == before + 3, "sent twice, it happens once"
    assert db.session.scalar(sa.select(sa.func.count(Person.id)).filter_by(email="eve@cabinet.example")) == 1


def test_all_of_them_in_one_press(client: Any, dates: list[int]) -> None:
    """From a date in the middle too: those before it that are still to come are dates like the others."""
    send(client, "all", to="cercle-1")
    assert statuses() == dict.fromkeys("0123", "confirmed")


def test_without_a_tick_it_is_one_date(client: Any, dates: list[int]) -> None:
    send(client)
    assert statuses() == {"0": "confirmed"}
    assert "Vos autres dates" not in client.get("/evenements/cercle-0/inscription/merci").text


@pytest.mark.parametrize(
    "values",
    [
        {"status": "draft"},
        {"status": "cancelled"},
        {"status": "postponed"},
        {"audience": "members"},
        {"registration_closes_at": datetime(2026, 11, 19, 9, tzinfo=PARIS)},
        {"starts_at": datetime(2026, 11, 19, 9, tzinfo=PARIS)},
        {"outside_url": "https://ailleurs.example/"},
        {"series_id": None},
    ],
)
def test_only_dates_one_may_register_for(client: Any, dates: list[int], values: dict[str, Any]) -> None:
    change(dates[1], **values)
    assert boxes(client.get("/evenements/cercle-0").text) == ["all", str(dates[2]), str(dates[3])]
    answer = send(client, dates[1], dates[2])
    assert answer.status_code == 422
    assert "ne prend plus personne" in answer.text
    assert statuses() == {}, "all that was asked, or nothing"
    assert f'value="{dates[2]}"' in answer.text.replace(" checked", "")


def test_at_most_twelve_and_none_by_invitation_nor_of_a_cycle(
    client: Any, people: People, series: int, dates: list[int]
) -> None:
    with unit_of_work():
        for week in range(4, 16):
            event(people, f"Cercle {week}", series_id=series, starts_at=FIRST + timedelta(weeks=week))
    assert len(boxes(client.get("/evenements/cercle-0").text)) == 1 + 12
    with unit_of_work():
        db.session.get_one(EventSeries, series).cycle = True
    assert OFFERED not in send(client, dates[1]).text
    with unit_of_work():
        db.session.get_one(EventSeries, series).cycle = False
        db.session.execute(sa.update(Event).values(audience="invited"))
    assert OFFERED not in client.get("/evenements/cercle-0").text
    send(client, dates[1])
    assert statuses() == {}


def test_what_was_answered_goes_along(client: Any, dates: list[int]) -> None:
    """The same question is answered once; a date that must know something else is left out."""
    lunch = Wording("choice", "Dîner ?", "", ("Oui", "Non"), True)
    with unit_of_work():
        mine = [service_questions.add(db.session.get_one(Event, one), lunch, actor=COMMAND).id for one in dates[:3]]
        other = Wording("text", "Votre texte ?", "", (), True)
        service_questions.add(db.session.get_one(Event, dates[2]), other, actor=COMMAND)
    assert boxes(client.get("/evenements/cercle-0").text) == ["all", str(dates[1]), str(dates[3])]
    assert send(client, "all", **{f"question_{mine[0]}": "Non"}).status_code == 303
    rows = db.session.scalars(sa.select(Registration).order_by(Registration.event_id)).all()
    assert [dict(queries_form.answers_of(row)) for row in rows] == [{mine[0]: "Non"}, {mine[1]: "Non"}, {}]


def test_from_the_screen_where_there_is_one(client: Any, dates: list[int]) -> None:
    for one in dates[:2]:
        change(one, mode="hybrid", online_url="https://visio.example/x")
    send(client, dates[1], dates[3], attends="online")
    rows = db.session.scalars(sa.select(Registration).order_by(Registration.event_id)).all()
    assert [row.attends for row in rows] == ["online", "online", "onsite"]


def test_colleagues_come_to_the_first_date_alone(client: Any, dates: list[int]) -> None:
    change(dates[0], colleagues=True)
    page = client.get("/evenements/cercle-0").text
    assert "vaut pour cette date seulement" in page
    with_them = {"given_name": "Max", "family_name": "Roi", "email": "max@cabinet.example", "profession": "94"}
    send(client, dates[1], **{f"colleagues-0-{name}": value for name, value in with_them.items()})
    assert statuses("max@cabinet.example") == {"0": "confirmed"}
    assert statuses() == {"0": "confirmed", "1": "confirmed"}


def test_a_meeting_for_members_says_nothing_on_the_page(client: Any, dates: list[int], outbox: Any) -> None:
    with unit_of_work():
        db.session.execute(sa.update(Event).values(audience="members", capacity=1, seats_taken=1))
    page = client.get("/evenements/cercle-0").text
    assert len(boxes(page)) == 4
    assert "complet" not in page.split(OFFERED)[1].split("</details>")[0]
    send(client, "all")
    assert statuses() == {}
    assert len(outbox()) == 1, "a stranger is told once"
    thanks = text_of(client.get("/evenements/cercle-0/inscription/merci"))
    assert thanks.count("la réponse arrive par courriel") == 3


def test_the_cost_of_the_page_does_not_grow_with_the_dates(
    client: Any, people: People, series: int, dates: list[int], queries: Queries
) -> None:
    def cost(slug: str) -> int:
        client.get("/")
        with queries:
            client.get(f"/evenements/{slug}")
        return len(queries)

    few = cost("cercle-0")
    with unit_of_work():
        for week in range(4, 10):
            event(people, f"Cercle {week}", series_id=series, starts_at=FIRST + timedelta(weeks=week))
    assert cost("cercle-1") == few


def test_everybody_at_once_from_different_dates(app: Any, dates: list[int], outbox: Any) -> None:
    """Each takes the events in the same order, whichever date they began with: nobody waits in a circle."""
    acts = [
        poster(f"/evenements/cercle-{n % 4}/inscription", n, {**FORM, "email": f"p{n}@cabinet.example", "dates": "all"})
        for n in range(8)
    ]
    assert set(all_at_once(app, acts)) == {303}
    taken = db.session.scalars(sa.select(Event.seats_taken).order_by(Event.id)).all()
    assert taken == [8, 8, 1, 8]
    assert db.session.scalar(sa.select(Event.waiting).where(Event.id == dates[2])) == 7
