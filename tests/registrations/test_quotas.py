"""The page « Places » of an event and of a kind: groups added, changed, refused, taken away; nobody loses a seat."""

import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events import service as events
from cop.events.models import Event, EventKind
from cop.events.models_quotas import Quota
from cop.invitations import service_guests
from cop.registrations import mails, queries_seats, service
from cop.registrations.models import Registration
from tests.conftest import Queries
from tests.people_of_the_tests import People, event
from tests.registrations.conftest import FORM
from tests.registrations.test_waitlist import STAFF, cancel, make, read, register, standing

PHYSIOS = {"name": "les kinésithérapeutes", "capacity": "2", "kept": "kept", "profession_codes": ["70"]}


def quotas(**owner: int) -> list[tuple[str, int, int, int]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Quota).filter_by(**owner).order_by(Quota.position, Quota.id))
    return [(row.name, row.capacity, row.taken, row.waiting) for row in rows]


def number_of(name: str) -> int:
    return db.session.scalars(sa.select(Quota.id).filter_by(name=name)).one()


def seats_line(client: Any, slug: str) -> list[str]:
    page = unescape(client.get(f"/evenements/{slug}").text)
    found = re.search(r'(?s)<ul class="small plain-list seats">(.*?)</ul>', page)
    lines = re.findall(r"(?s)<li>(.*?)</li>", found[1]) if found else []
    return [" ".join(re.sub("<[^>]+>", "", line).split()) for line in lines]


def test_the_agenda_tells_no_rank_where_each_group_has_its_own(people: People, client: Any, sign_in: Any) -> None:
    number = make(people, capacity=2, slug="places")
    for name, profession in (("Kim", "70"), ("Ann", "94"), ("Bea", "94")):
        register(number, name, profession)
    assert "vous seriez n° 2" in client.get("/agenda").text.replace("\u00a0", " ")
    sign_in(people.bob)
    assert client.post(f"/animation/evenements/{number}/places", data={**PHYSIOS, "capacity": "1"}).status_code == 303
    shown = client.get("/agenda").text
    assert "1 en attente" in shown
    assert "vous seriez" not in shown


def test_groups_of_an_event(people: People, client: Any, sign_in: Any) -> None:
    number = make(people, capacity=5, slug="places")
    first = register(number, "Kim", "70")
    register(number, "Ann")
    address = f"/animation/evenements/{number}/places"
    sign_in(people.bob)
    assert "dans l’ordre d’arrivée" in client.get(address).text
    assert client.post(address, data=PHYSIOS).status_code == 303
    assert quotas(event_id=number) == [("les kinésithérapeutes", 2, 1, 0)], "who registered before counts in it"
    assert client.post(address, data={**PHYSIOS, "name": "les invités", "profession_codes": [], "guests_only": "y",
                                      "kept": "most", "capacity": "1"}).status_code == 303  # fmt: skip
    assert seats_line(client, "places") == [
        "1 place pour les kinésithérapeutes", "1 place pour les invités", "2 places pour toutes les autres personnes",
    ]  # fmt: skip
    register(number, "Kai", "70")
    assert seats_line(client, "places")[0] == "Liste d’attente pour les kinésithérapeutes (vous seriez n° 1)"
    register(number, "Kay", "70")
    assert standing(number) == "Kim+ Ann+ Kai+ Kay1"

    one = f"{address}/{number_of('les kinésithérapeutes')}"
    assert "les kinésithérapeutes" in client.get(one).text
    refused = client.post(one, data={**PHYSIOS, "capacity": "1"})
    assert refused.status_code == 422
    assert "2 personnes de ce groupe ont déjà une place" in refused.text
    assert client.post(one, data={**PHYSIOS, "capacity": "5"}).status_code == 422, "one of the five is taken by Ann"
    assert quotas(event_id=number)[0] == ("les kinésithérapeutes", 2, 2, 1)
    assert client.post(one, data={**PHYSIOS, "capacity": "3"}).status_code == 303
    assert standing(number) == "Kim+ Ann+ Kai+ Kay+", "more seats, given at once"

    guests = number_of("les invités")
    assert client.post(f"{address}/{guests}/monter").status_code == 303
    assert [name for name, *_ in quotas(event_id=number)] == ["les invités", "les kinésithérapeutes"]
    register(number, "Bea")
    register(number, "Cat")
    assert standing(number).endswith("Bea+ Cat1")
    cancel(first)
    assert standing(number).endswith("Bea+ Cat1"), "kept for a physiotherapist"
    assert client.post(f"{one}/retirer").status_code == 303
    assert standing(number) == "Kim- Ann+ Kai+ Kay+ Bea+ Cat+"
    assert queries_seats.wrong_counters() == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Nommez le groupe"),
        ({"name": "x" * 81}, ""),
        ({"name": "deux\nlignes"}, "Nommez le groupe"),
        ({"capacity": ""}, "Combien de places"),
        ({"capacity": "beaucoup"}, "Un nombre entier"),
        ({"capacity": "0"}, "De 1 à 5000 places"),
        ({"capacity": "-3"}, "De 1 à 5000 places"),
        ({"capacity": "99999999999999999999"}, "De 1 à 5000 places"),
        ({"capacity": "6"}, "pas assez de places"),
        ({"profession_codes": []}, "au moins une profession"),
        ({"profession_codes": ["nope"]}, ""),
        ({"kept": "perhaps"}, ""),
        ({"release_days": "400"}, "De 0 à 365"),
        ({"release_days": "-1"}, "De 0 à 365"),
    ],
)
def test_what_no_group_can_be(people: People, client: Any, sign_in: Any, changed: Any, sentence: str) -> None:
    number = make(people, capacity=5)
    sign_in(people.bob)
    answer = client.post(f"/animation/evenements/{number}/places", data={**PHYSIOS, **changed})
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert 'class="error-summary"' in answer.text
    assert quotas(event_id=number) == []


def test_seats_are_not_lowered_under_those_taken_or_kept(people: People, client: Any, sign_in: Any) -> None:
    number = make(people, capacity=10)
    register(number, "Ann")
    sign_in(people.bob)
    client.post(f"/animation/evenements/{number}/places", data={**PHYSIOS, "capacity": "4"})
    row = read(number)
    values = {"title": row.title, "day_0": "2027-01-14", "starts_0": "09:00", "ends_0": "12:30", "mode": "onsite"}
    values |= {"commune": "Angers (49000)", "audience": "public", "territory_id": str(row.territory_id)}
    values |= {"number_0": str(row.half_days[0].id), "action": "save", "version": "1"}
    edit = f"/animation/evenements/{number}/modifier"
    refused = client.post(edit, data={**values, "capacity": "4"})
    assert refused.status_code == 422
    assert "1 places sont prises et 4 autres réservées" in refused.text.replace("\xa0", " ")
    assert client.post(edit, data={**values, "capacity": "5"}).status_code == 303
    assert queries_seats.wrong_counters() == []


def test_the_waiting_list_is_settled(people: People, client: Any, sign_in: Any) -> None:
    number = make(people)
    sign_in(people.bob)
    address = f"/animation/evenements/{number}/places/liste-d-attente"
    for wrong in ({"offer_hours": "0"}, {"offer_hours": "9999"}, {"stop_hours": "x"}, {"stop_hours": "-1"}):
        assert client.post(address, data=wrong).status_code == 422
    assert client.post(address, data={"offer_hours": "24", "stop_hours": "12"}).status_code == 303
    assert (read(number).offer_hours, read(number).stop_hours) == (24, 12)
    client.post(address, data={"offer_hours": "", "stop_hours": ""})
    db.session.rollback()
    assert (read(number).offer_hours, read(number).stop_hours) == (None, None)


def test_a_kind_gives_its_groups_to_new_events_and_a_copy_takes_them_along(
    people: People, client: Any, sign_in: Any
) -> None:
    sign_in(people.alice)
    address = f"/administration/types-de-rencontre/{people.kind_id}/places"
    assert "dans l’ordre d’arrivée" in client.get(address).text
    for name, capacity, side in (("les kinésithérapeutes", "4", ""), ("en ligne", "9", "online"), ("trop", "90", "")):
        answer = client.post(address, data={**PHYSIOS, "name": name, "capacity": capacity, "attends": side})
        assert answer.status_code == 303
    client.post(f"{address}/{number_of('trop')}/monter")
    assert [name for name, *_ in quotas(kind_id=people.kind_id)] == ["les kinésithérapeutes", "trop", "en ligne"]
    changed = f"{address}/{number_of('les kinésithérapeutes')}"
    assert client.post(changed, data={**PHYSIOS, "capacity": ""}).status_code == 422
    assert client.post(changed, data={**PHYSIOS, "capacity": "3", "attends": ""}).status_code == 303
    with unit_of_work():
        kind, like = db.session.get_one(EventKind, people.kind_id), event(people, capacity=20)
        made = events.create(kind, events.queries.description_of(like), actor=STAFF, now=clocks.now())
        copy = events.duplicate(made, actor=STAFF, now=clocks.now())
        numbers = made.id, copy.id
    for number in numbers:
        assert quotas(event_id=number) == [("les kinésithérapeutes", 3, 0, 0)], "what fits its seats and its mode"
        assert (read(number).quota_count, read(number).seats_held) == (1, 3)
    assert client.post(f"{changed}/retirer").status_code == 303
    assert quotas(event_id=numbers[0]) == [("les kinésithérapeutes", 3, 0, 0)]
    assert queries_seats.wrong_counters() == []


def test_seats_for_guests(people: People, client: Any) -> None:
    number = make(people, capacity=1, slug="invites")
    with unit_of_work():
        service_guests.add(number, [people.diane_id], "staff", clocks.now())
        db.session.add(
            Quota(event_id=number, name="les invités", capacity=1, kept=True, guests_only=True, profession_codes=[])
        )
        read(number).quota_count, read(number).seats_held = 1, 1
    assert client.post("/evenements/invites/inscription", data=FORM).status_code == 303
    diane = {**FORM, "given_name": "Diane", "family_name": "Dumas", "email": "diane@cabinet.example"}
    assert client.post("/evenements/invites/inscription", data=diane).status_code == 303
    assert standing(number) == "Ève1 Diane+"


def test_registering_costs_no_more_than_before(people: People, client: Any, queries: Queries) -> None:
    """Without groups nothing is asked about them; with groups the event's row, theirs, and one more counter."""
    for slug, groups in (("sans", 0), ("avec", 1)):
        number = make(people, capacity=5, slug=slug, quota_count=groups, seats_held=2 * groups)
        if groups:
            with unit_of_work():
                db.session.add(Quota(event_id=number, name="x", capacity=2, kept=True, profession_codes=["94"]))
    cost = {}
    for slug in ("sans", "avec"):
        data = {**FORM, "email": f"{slug}@cabinet.example"}
        client.post(f"/evenements/{slug}/inscription", data={**data, "email": f"warm-{data['email']}"})
        with queries:
            assert client.post(f"/evenements/{slug}/inscription", data=data).status_code == 303
        cost[slug] = [statement for statement in queries.statements if statement != "BEGIN"]
    assert not [statement for statement in cost["sans"] if "quota " in statement.replace("\n", " ")]
    assert len(cost["avec"]) <= len(cost["sans"]) + 5
    before = [one for one in cost["sans"] if one.lstrip().upper().startswith(("UPDATE", "INSERT"))]
    assert sum("event SET" in one for one in before) == 1, "one step takes the seat"
    assert sum("registration" in one.split("(")[0] for one in before) == 1, "and the row is written once"


def test_the_member_s_space_says_where_one_stands(people: People, client: Any, sign_in: Any) -> None:
    number = make(people, capacity=1, offer_hours=24)
    ann = register(number, "Ann")
    with unit_of_work():
        service.register(read(number), people.diane, now=clocks.now())
    sign_in(people.diane_account)
    assert "Liste d’attente, position 1" in client.get("/moi").text
    cancel(ann)
    assert "Une place vous est proposée" in client.get("/moi").text
    row = db.session.scalars(sa.select(Registration).filter_by(status="offered")).one()
    assert client.post(f"/inscription/{mails.token_of(row)}/accepter").status_code == 303
    assert "Votre place est confirmée" in client.get("/moi").text


def test_the_counters_are_looked_after(people: People) -> None:
    number = make(people, capacity=5)
    register(number, "Ann")
    assert queries_seats.wrong_counters() == []
    with unit_of_work():
        db.session.execute(sa.update(Event).values(seats_taken=2))
    assert queries_seats.wrong_counters() == [number]
