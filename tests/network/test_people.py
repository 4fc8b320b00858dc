"""The people list through the front door: who sees whom, what is found, and at what cost."""

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts.models import Account, Grant
from cop.activity.models import ActivityEntry
from cop.communities.models import Community, CommunityMember
from cop.core import clock as now
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Theme
from cop.network.queries_filters import months_before
from cop.organisations.models import Affiliation, Organisation, OrganisationKind
from cop.people.models import Person, PracticeSite
from cop.registrations.models import Registration
from cop.territories.models import Territory
from cop.volunteers.models import Availability
from tests.conftest import Queries
from tests.network.conftest import listed, mandate, member, volunteer
from tests.people_of_the_tests import PARIS, People, person, territory
from tests.statistics.conftest import key_event, present

ANGERS, SAINT_HERBLAIN, SAUMUR = "49007", "44162", "49328"
ALL_COLUMNS = "profession,lieu,email,telephone,etape,adhesion,mandats,structures,venues,vu,depuis"


@pytest.fixture
def crowd(people: People) -> People:
    with unit_of_work():
        db.session.execute(sa.update(Person).values(anonymised_at=now.now()))  # Diane steps aside
        person("Anne-Lise", "Le Goff", email="anne-lise.legoff@cabinet.example", profession="91", commune=ANGERS)
        person("Élodie", "Évrard", email="elodie@cabinet.example", profession="70", commune=SAINT_HERBLAIN)
        person("Zoé", "Abel", email="zoe@cabinet.example", profession="94", commune=SAUMUR)
        person("Nadia", "Sans-Lieu", email="nadia@cabinet.example", profession=None, commune=None)
    return people


def by_family(name: str) -> Person:
    return db.session.scalars(sa.select(Person).filter_by(family_name=name)).one()


@pytest.fixture
def alice(crowd: People, client: FlaskClient, sign_in: Any) -> FlaskClient:
    browser: FlaskClient = sign_in(crowd.alice)
    return browser


def test_everybody_in_the_order_of_names_whatever_the_accents(alice: FlaskClient) -> None:
    assert listed(alice) == ["Abel Zoé", "Évrard Élodie", "Le Goff Anne-Lise", "Sans-Lieu Nadia"]


@pytest.mark.parametrize(
    ("who", "seen"),
    [("bob", ["Abel Zoé", "Le Goff Anne-Lise"]), ("charlie", ["Évrard Élodie"])],
)
def test_an_animator_sees_the_own_territory(
    crowd: People, client: FlaskClient, sign_in: Any, who: str, seen: list[str]
) -> None:
    sign_in(getattr(crowd, who))
    assert listed(client) == seen
    region = territory("region", "52").id
    assert listed(client, territoire=region) == seen, "asking for more than one's own shows no more"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("le-goff", ["Le Goff Anne-Lise"]),
        ("ANNE LISE", ["Le Goff Anne-Lise"]),
        ("evrard", ["Évrard Élodie"]),
        ("st herblain", ["Évrard Élodie"]),
        ("saint-herblain evr", ["Évrard Élodie"]),
        ("saumur", ["Abel Zoé"]),
        ("orthophoniste", ["Le Goff Anne-Lise"]),
        ("elodie@cabinet.example", ["Évrard Élodie"]),
        ("anne-lise.legoff@cab", ["Le Goff Anne-Lise"]),
        ("goff saumur", []),
        ("100%_", []),
        ("'; --", []),
    ],
)
def test_searching(alice: FlaskClient, words: str, found: list[str]) -> None:
    assert listed(alice, q=words) == found


def test_an_empty_answer_says_what_to_do(alice: FlaskClient) -> None:
    page = alice.get("/personnes?q=personne-de-ce-nom").text
    assert "Personne ne répond à ces critères." in page
    assert "Voir tout le monde" in page


def test_by_territory_and_profession(alice: FlaskClient) -> None:
    assert listed(alice, territoire=territory("department", "49").id) == ["Abel Zoé", "Le Goff Anne-Lise"]
    assert listed(alice, territoire=territory("department", "49").id, profession="94") == ["Abel Zoé"]


def test_a_place_that_ended_no_longer_counts(alice: FlaskClient) -> None:
    with unit_of_work():
        site = by_family("Abel").sites[0]
        site.ends_on = date(2026, 11, 19)
        db.session.add(
            PracticeSite(
                person_id=site.person_id,
                commune_id=territory("commune", SAINT_HERBLAIN).id,
                starts_on=date(2026, 11, 20),
            )
        )
    maine_et_loire, loire_atlantique = (territory("department", code).id for code in ("49", "44"))
    assert listed(alice, territoire=maine_et_loire) == ["Le Goff Anne-Lise"]
    assert listed(alice, territoire=loire_atlantique) == ["Abel Zoé", "Évrard Élodie"]
    assert listed(alice, territoire=maine_et_loire, au="2026-11-19") == [], "nobody was known before yesterday's end"


def test_by_membership(alice: FlaskClient) -> None:
    with unit_of_work():
        member(by_family("Abel"), date(2026, 1, 1), date(2026, 12, 31))
        member(by_family("Le Goff"), date(2025, 1, 1), date(2025, 12, 31))
        waits = member(by_family("Évrard"), date(2026, 1, 1), date(2026, 12, 31))
        waits.amount_cents = 2500
    assert listed(alice, adhesion="a-jour") == ["Abel Zoé"]
    assert listed(alice, adhesion="echue") == ["Le Goff Anne-Lise"]
    assert listed(alice, adhesion="a-regler") == ["Évrard Élodie"]
    assert listed(alice, adhesion="jamais") == ["Sans-Lieu Nadia"]


def test_by_mandate_volunteering_organisation_and_community(alice: FlaskClient) -> None:
    with unit_of_work():
        mandate(by_family("Abel"), "board", date(2026, 1, 1))
        mandate(by_family("Évrard"), "board", date(2025, 1, 1), date(2025, 12, 31))
        profile = volunteer(by_family("Le Goff"), date(2026, 1, 1))
        db.session.add(Availability(profile_id=profile.id, slot="1m"))
        volunteer(by_family("Évrard"), date(2026, 1, 1))
        _hospital(by_family("Sans-Lieu"))
        _community(by_family("Abel"))
    assert listed(alice, instance="board") == ["Abel Zoé"]
    assert listed(alice, benevole="actifs") == ["Évrard Élodie", "Le Goff Anne-Lise"]
    assert listed(alice, benevole="disponibles") == ["Le Goff Anne-Lise"]
    assert listed(alice, structure="hospital") == ["Sans-Lieu Nadia"]
    number = db.session.scalars(sa.select(Community.id)).one()
    assert listed(alice, communaute=number) == ["Abel Zoé"]


def _hospital(who: Person) -> None:
    kind = OrganisationKind(code="hospital", name_fr="Hôpital", name_en="Hospital", dormant_months=12)
    made = Organisation(
        name="Hôpital d’essai", search_name="hopital", twin_key="hopital", kind=kind, created_at=now.now()
    )
    db.session.add(Affiliation(person_id=who.id, organisation=made, created_at=now.now()))


def _community(who: Person) -> None:
    made = Community(slug="essai", name="Essai", created_at=now.now())
    db.session.add(CommunityMember(person_id=who.id, community=made, joined_on=date(2026, 1, 1)))


def test_by_presence(alice: FlaskClient, crowd: People) -> None:
    with unit_of_work():
        place = territory("department", "49")
        old, recent = key_event(crowd, place, date(2025, 3, 10)), key_event(crowd, place, date(2026, 10, 1))
        present(old, by_family("Abel"), by_family("Le Goff"))
        present(recent, by_family("Le Goff"))
        present(recent, by_family("Sans-Lieu"), state="absent")
        for name in ("Sans-Lieu", "Le Goff"):
            db.session.add(
                Registration(
                    event_id=recent.id,
                    person_id=by_family(name).id,
                    status="confirmed",
                    created_at=now.now(),
                    queued_at=now.now(),
                )
            )
    assert listed(alice, vu="annee") == ["Le Goff Anne-Lise"]
    assert listed(alice, vu="annee-derniere") == ["Abel Zoé", "Le Goff Anne-Lise"]
    assert listed(alice, pas_vu="12") == ["Abel Zoé"]
    assert listed(alice, pas_vu="jamais") == ["Évrard Élodie", "Sans-Lieu Nadia"]
    assert listed(alice, inscrit="jamais-venu") == ["Sans-Lieu Nadia"]
    assert listed(alice, tri="vu")[:2] == ["Le Goff Anne-Lise", "Abel Zoé"]
    assert listed(alice, tri="pas-vu")[:2] == ["Abel Zoé", "Le Goff Anne-Lise"]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 20), 3, date(2026, 8, 20)),
        (date(2027, 5, 31), 3, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2026, 1, 15), 24, date(2024, 1, 15)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
    ],
)
def test_months_before_a_day(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_seen_three_months_ago_to_the_day_is_seen(alice: FlaskClient, crowd: People) -> None:
    with unit_of_work():
        place = territory("department", "49")
        present(key_event(crowd, place, date(2026, 8, 20)), by_family("Abel"))
        present(key_event(crowd, place, date(2026, 8, 19)), by_family("Le Goff"))
    assert listed(alice, pas_vu="3") == ["Le Goff Anne-Lise"]


def test_what_is_wrong_in_an_address_is_left_out(alice: FlaskClient) -> None:
    assert len(listed(alice, territoire="9" * 30, etape="x", au="hier", tri="x", colonnes="x", page="x")) == 4


def test_the_chosen_columns_are_shown_and_kept(alice: FlaskClient) -> None:
    page = alice.get("/personnes?colonnes=email&colonnes=telephone").text
    assert "elodie@cabinet.example" in page
    assert "colonnes=email,telephone" in page or "colonnes=email%2Ctelephone" in page


def test_by_the_meetings_people_came_to(crowd: People, alice: FlaskClient) -> None:
    """Of a kind, about a theme, in the last twelve months: key events or not."""
    maine_et_loire = territory("department", "49")
    with unit_of_work():
        theme = Theme(code="pain", name_fr="Douleur", name_en="Pain")
        lately = key_event(crowd, maine_et_loire, date(2026, 3, 5), key=False)
        lately.themes.append(theme)
        present(lately, by_family("Abel"))
        present(lately, by_family("Évrard"), state="absent")
        present(key_event(crowd, maine_et_loire, date(2025, 3, 5)), by_family("Le Goff"))
    assert listed(alice, genre="study_morning") == ["Abel Zoé", "Le Goff Anne-Lise"]
    assert listed(alice, theme="pain") == ["Abel Zoé"]
    assert listed(alice, vu="12-mois") == ["Abel Zoé"]
    assert listed(alice, genre="seminar") == []
    assert "Une rencontre sur" in alice.get("/personnes?theme=pain").text


def test_a_filter_is_a_link_and_can_be_taken_off(alice: FlaskClient) -> None:
    page = alice.get("/personnes?profession=70&q=elodie").text
    assert 'href="/personnes?q=elodie"' in page
    assert 'href="/personnes?profession=70"' in page


@pytest.mark.parametrize("path", ["/personnes", f"/personnes?colonnes={ALL_COLUMNS}&etape=contact&tri=vu"])
def test_the_number_of_statements_does_not_grow(
    crowd: People, client: FlaskClient, sign_in: Any, queries: Queries, path: str
) -> None:
    def cost(more: int) -> int:
        with unit_of_work():
            for number in range(more):
                someone = person(f"Prénom{number}", f"Nom{number}")
                member(someone, date(2026, 1, 1), date(2026, 12, 31))
                mandate(someone, "team", date(2026, 1, 1))
        sign_in(crowd.alice)
        client.get(path)
        with queries:
            assert client.get(path).status_code == 200
        return len(queries)

    few = cost(5)
    assert cost(60) == few


@pytest.mark.parametrize(("form", "start"), [("csv", b"\xef\xbb\xbfNom"), ("xlsx", b"PK")])
def test_a_file_holds_the_chosen_columns_and_leaves_a_trace(alice: FlaskClient, form: str, start: bytes) -> None:
    answer = alice.post("/personnes/export", data={"question": "q=abel&colonnes=email&profession=94", "form": form})
    assert answer.data.startswith(start)
    if form == "csv":
        assert answer.data.decode("utf-8-sig").splitlines()[1:] == ["Abel;Zoé;zoe@cabinet.example"]
    entry = db.session.scalars(sa.select(ActivityEntry).filter_by(action="people.exported")).one()
    assert (entry.data["lines"], entry.data["filter"], entry.data["columns"]) == (1, {"profession": "94"}, ["email"])
    assert "abel" not in str(entry.data).lower(), "the log holds no name"


def test_a_file_is_scoped(crowd: People, client: FlaskClient, sign_in: Any) -> None:
    sign_in(crowd.charlie)
    lines = client.post("/personnes/export", data={"question": ""}).data.decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines[1:]] == ["Évrard"]


def test_who_has_a_mission_in_a_part_sees_it_first_and_the_rest_on_demand(
    crowd: People, client: FlaskClient, sign_in: Any
) -> None:
    with unit_of_work():
        account = db.session.get_one(Account, crowd.bob_id)
        place: Territory = territory("region", "52")
        account.grants.append(_grant("regional_coordinator", place))
    sign_in(crowd.bob)
    assert listed(client) == ["Abel Zoé", "Le Goff Anne-Lise"]
    assert len(listed(client, territoire="tous")) == 4


def _grant(role: str, where: Territory) -> Any:
    return Grant(role=role, territory_id=where.id, starts_on=date(2025, 1, 1))


def test_the_zone_of_a_day(alice: FlaskClient, crowd: People) -> None:
    """Seen on 31 December at 11 p.m. in Paris is seen that year."""
    with unit_of_work():
        late = key_event(crowd, territory("department", "49"), date(2025, 12, 31))
        late.starts_at = late.half_days[0].starts_at = datetime(2025, 12, 31, 23, tzinfo=PARIS)
        late.ends_at = late.half_days[0].ends_at = datetime(2026, 1, 1, 1, tzinfo=PARIS)
        present(late, by_family("Abel"))
    assert listed(alice, vu="annee-derniere") == ["Abel Zoé"]
    assert listed(alice, vu="annee") == []
