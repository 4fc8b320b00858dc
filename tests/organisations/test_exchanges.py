"""Exchanges: a line, a press, the lists they feed."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.service import COMMAND, Actor
from cop.core import jobs
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.organisations import queries_lists, service_exchanges
from cop.organisations.jobs import JOBS
from cop.organisations.models import Exchange
from cop.organisations.queries_lists import Filters
from tests.organisations.conftest import NANTES, organisation
from tests.people_of_the_tests import People

LIST = "/animation/organisations"


def noted() -> list[Exchange]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Exchange).order_by(Exchange.id)))


def log(number: int, day: date, **values: Any) -> int:
    with unit_of_work():
        actor = values.pop("actor", COMMAND)
        return service_exchanges.log(
            organisation(number), day, "phone", values.pop("what", ""), actor=actor, **values
        ).id


def line(**changed: Any) -> dict[str, Any]:
    return {"day": "2026-11-19", "channel": "meeting", "contact_id": "0", "what": "Point sur le calendrier", **changed}


def test_an_exchange_is_noted_in_one_line(client: FlaskClient, people: People, partner: Any, sign_in: Any) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    page = client.get(f"{LIST}/{number}")
    assert 'value="2026-11-20"' in page.text  # today is proposed
    answer = client.post(f"{LIST}/{number}/echanges", data=line(next_on="2026-12-01"), follow_redirects=True)
    assert "Point sur le calendrier" in answer.text
    assert "Bob Bonnet" in answer.text
    client.post(f"{LIST}/{number}/echanges", data=line(next_on="2026-12-01"))
    (one,) = noted()  # pressed twice, noted once
    assert (one.day, one.channel, one.account_id, one.next_on) == (
        date(2026, 11, 19),
        "meeting",
        people.bob_id,
        date(2026, 12, 1),
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"what": "Voir Léa, née le 12/03/2019"}, "Il dit quand quelqu’un est né"),
        ({"what": "Écrire à lea@ecole.example"}, "adresse électronique"),
        ({"what": "rappeler 06 39 98 00 01"}, "numéro de téléphone"),
        ({"what": "sécu 2910749007123"}, "13 à 15 chiffres"),
        ({"what": "x" * 281}, "280 caractères au plus"),
        ({"day": "2026-11-21"}, "Un échange à venir est une prochaine étape"),
        ({"day": ""}, "Donnez la date."),
        ({"day": "2026-02-30"}, "Cette date n’existe pas"),
        ({"next_on": "2026-11-18"}, "La prochaine étape vient avant l’échange"),
        ({"channel": "pigeon"}, ""),
        ({"contact_id": "999999"}, ""),
    ],
)
def test_what_cannot_be_noted_is_said_and_kept_on_the_page(
    client: FlaskClient, people: People, partner: Any, sign_in: Any, changed: dict[str, str], sentence: str
) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    answer = client.post(f"{LIST}/{number}/echanges", data=line(**changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert changed.get("what", "Point sur le calendrier") in answer.text
    assert noted() == []


def test_the_service_refuses_what_the_form_would(partner: Any) -> None:
    """An import or a command goes by the service alone."""
    number = partner("Centre de la Source")
    for values in ({"what": "rappeler 06 39 98 00 01"}, {"next_on": date(2026, 1, 1)}):
        with pytest.raises(Refused):
            log(number, date(2026, 11, 19), **values)


def test_one_press_in_the_list(client: FlaskClient, people: People, partner: Any, sign_in: Any) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    assert "jamais" in client.get(LIST).text
    values = {"next": f"{LIST}?contact=dormantes"}
    for _press in range(2):
        answer = client.post(f"{LIST}/{number}/vu", data=values)
        assert answer.location == f"{LIST}?contact=dormantes"
    assert [(one.day, one.channel, one.what) for one in noted()] == [(date(2026, 11, 20), "meeting", "")]
    assert "20/11/2026" in client.get(LIST).text
    away = client.post(f"{LIST}/{number}/vu", data={"next": "//evil.example"})
    assert away.location == LIST


def test_a_line_taken_away_may_be_put_back_for_a_day(
    client: FlaskClient, people: People, partner: Any, sign_in: Any, clock: Any
) -> None:
    number = partner("Centre de la Source")
    first, second = (log(number, date(2026, 11, day), what=f"Ligne {day}") for day in (18, 19))
    sign_in(people.bob)
    for one in (first, second):
        page = client.post(f"{LIST}/{number}/echanges/{one}/retirer", follow_redirects=True)
        assert "Le remettre" in page.text
    assert "Ligne 19" not in client.get(f"{LIST}/{number}").text
    client.post(f"{LIST}/{number}/echanges/{second}/remettre")
    assert "Ligne 19" in client.get(f"{LIST}/{number}").text
    jobs.run(JOBS[0])
    assert len(noted()) == 2
    clock.advance(hours=25)
    jobs.run(JOBS[0])
    assert [one.id for one in noted()] == [second]


# --- The lists ------------------------------------------------------------------------------------


def names(client: FlaskClient, **asked: str) -> set[str]:
    text = client.get(LIST, query_string=asked).text
    return {name for name in ("Alpha", "Beta", "Gamma", "Delta") if f">{name}</a>" in text}


@pytest.fixture
def four(partner: Any, people: People) -> dict[str, int]:
    """Alpha was met this month, Beta seven months ago, Gamma never, Delta (a CPTS) five months ago."""
    made = {name: partner(name, commune=None) for name in ("Alpha", "Beta", "Gamma")}
    made["Delta"] = partner("Delta", kind="cpts", commune="49328", operator="delegation")
    log(made["Alpha"], date(2026, 11, 5), next_on=date(2026, 11, 12))
    log(made["Beta"], date(2026, 4, 10), next_on=date(2026, 4, 20))
    log(made["Delta"], date(2026, 6, 10))
    with unit_of_work():
        organisation(made["Gamma"]).created_at -= timedelta(days=400)
        organisation(made["Delta"]).kind.dormant_months = 4
    return made


def test_dormant_by_the_patience_of_the_kind(client: FlaskClient, people: People, four: Any, sign_in: Any) -> None:
    sign_in(people.alice)
    assert names(client) == {"Alpha", "Beta", "Gamma", "Delta"}
    assert names(client, contact="dormantes") == {"Beta", "Gamma", "Delta"}
    log(four["Beta"], date(2026, 11, 20))
    assert names(client, contact="dormantes") == {"Gamma", "Delta"}


def test_the_next_step_is_that_of_the_latest_exchange(
    client: FlaskClient, people: People, four: Any, sign_in: Any
) -> None:
    sign_in(people.alice)
    assert names(client, contact="a_relancer") == {"Alpha", "Beta"}
    log(four["Alpha"], date(2026, 11, 19))
    assert names(client, contact="a_relancer") == {"Beta"}


def test_the_filters_are_addresses(client: FlaskClient, people: People, four: Any, sign_in: Any) -> None:
    sign_in(people.alice)
    assert names(client, type="cpts") == {"Delta"}
    assert names(client, territoire="49") == {"Delta"}
    assert names(client, operateur="delegation") == {"Delta"}
    assert names(client, q="ALPH") == {"Alpha"}
    assert names(client, q="%") == set()
    nothing = client.get(LIST, query_string={"q": "introuvable"})
    assert "Aucune structure ne répond à cela." in nothing.text


def test_active_in_a_period_and_the_list_behind(client: FlaskClient, people: People, four: Any, sign_in: Any) -> None:
    sign_in(people.alice)
    page = client.get(f"{LIST}/activite?du=2026-05-01&au=2026-11-20")
    assert "2 sur 4" in page.text
    assert "contact=actives" in page.text
    assert names(client, contact="actives", du="2026-05-01", au="2026-11-20") == {"Alpha", "Delta"}
    backwards = client.get(f"{LIST}/activite?du=2026-11-20&au=2026-05-01")
    assert backwards.status_code == 422
    assert "Le dernier jour vient avant le premier" in backwards.text


def test_the_file_is_harmless_and_holds_nobody(client: FlaskClient, people: People, partner: Any, sign_in: Any) -> None:
    partner("=cmd()", email="contact@msp.example")
    partner("Ailleurs", commune=NANTES)
    sign_in(people.bob)
    answer = client.post(f"{LIST}/export")
    text = answer.data.decode("utf-8-sig")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="organisations-2026-11-20.csv"'
    assert text.splitlines()[0].startswith("Nom;Sigle;Type;Commune")
    assert "'=cmd()" in text
    assert "contact@msp.example" in text
    assert "Ailleurs" not in text


def test_as_many_questions_for_fifty_as_for_five(
    client: FlaskClient, people: People, partner: Any, sign_in: Any, queries: Any
) -> None:
    asked = []
    for count in (5, 45):
        for number in range(count):
            made = partner(f"Structure {count}-{number}")
            log(made, date(2026, 11, 1), actor=Actor("account", people.bob_id))
        sign_in(people.bob)
        client.get(LIST)
        with queries:
            assert client.get(LIST).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_last_contact_of_many_is_one_question(people: People, partner: Any) -> None:
    number = partner("Alpha")
    log(number, date(2026, 11, 1), next_on=date(2026, 12, 1))
    log(number, date(2026, 10, 1))
    assert queries_lists.latest_of([number]) == {number: (date(2026, 11, 1), date(2026, 12, 1))}
    (only,) = queries_lists.all_lines(people.alice, Filters())
    assert (only.last_on, only.next_on, only.dormant) == (date(2026, 11, 1), date(2026, 12, 1), False)
