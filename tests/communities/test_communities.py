"""Communities of practice, through their pages."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.service import COMMAND
from cop.communities import queries, service
from cop.communities.models import Community, CommunityCharter, CommunityMember
from cop.communities.rules import Description, slug_of
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.people.models import Acceptance
from tests.people_of_the_tests import PARIS, People, event, territory

STAFF = "/animation/communautes"
PAGE = "/communautes/gestes-d-ecriture"


@pytest.fixture
def community(people: People) -> int:
    """Held in Maine-et-Loire, with a charter."""
    with unit_of_work():
        said = Description(
            name="Gestes d’écriture",
            practice="Écrire sans se faire mal",
            rhythm="un jeudi sur huit",
            every_weeks=8,
            territory_id=territory("department", "49").id,
        )
        return service.create(said, "Nous apprenons les uns des autres.", COMMAND).id


def members() -> list[CommunityMember]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(CommunityMember).order_by(CommunityMember.id)))


def join(client: FlaskClient, **changed: str) -> Any:
    return client.post(f"{PAGE}/rejoindre", data={"charter": "1", "accept": "1", **changed}, follow_redirects=True)


def test_a_community_is_founded_and_has_its_page(client: FlaskClient, people: People, sign_in: Any) -> None:
    sign_in(people.bob)
    values = {"name": "Premiers mois", "practice": "Le tout-petit", "territory_id": territory("department", "49").id}
    assert client.post(f"{STAFF}/nouvelle", data={**values, "charter": "Charte"}).status_code == 303
    assert "Premiers mois" in client.get("/communautes").text
    page = client.get("/communautes/premiers-mois")
    assert "Le tout-petit" in page.text
    assert "Charte" in page.text
    client.post(f"{STAFF}/nouvelle", data=values)
    assert client.get("/communautes/premiers-mois-2").status_code == 200


@pytest.mark.parametrize(
    "changed", [{"name": ""}, {"every_weeks": "0"}, {"every_weeks": "x"}, {"territory_id": "0"}], ids=str
)
def test_what_cannot_be_kept_is_said(client: FlaskClient, people: People, sign_in: Any, changed: Any) -> None:
    """An animator holds no community for the whole organisation either."""
    sign_in(people.bob)
    values = {"name": "Premiers mois", "territory_id": territory("department", "49").id, **changed}
    answer = client.post(f"{STAFF}/nouvelle", data=values)
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Community)) == 0


def test_joining_is_one_press_once_the_charter_is_accepted(
    client: FlaskClient, people: People, community: int, sign_in: Any, outbox: Any
) -> None:
    assert "Se connecter et rejoindre" in client.get(PAGE).text
    assert client.post(f"{PAGE}/rejoindre").location.startswith("/connexion")
    sign_in(people.diane_account)
    assert "cochez que vous l’acceptez" in join(client, accept="").text
    assert "La charte a changé" in join(client, charter="7").text
    assert members() == []
    for _press in range(2):
        assert "Bienvenue" in join(client).text
    (one,) = members()
    assert (one.person_id, one.joined_on, one.left_on) == (people.diane_id, date(2026, 11, 20), None)
    accepted = db.session.scalars(sa.select(Acceptance)).one()
    assert (accepted.document, accepted.version) == (f"charter:community:{community}", 1)
    (mail,) = outbox()
    assert mail.subject == "Bienvenue dans la communauté Gestes d’écriture"


def test_new_words_are_a_new_version_and_the_old_ones_stay(
    client: FlaskClient, people: People, community: int, sign_in: Any
) -> None:
    sign_in(people.diane_account)
    join(client)
    sign_in(people.bob)
    values = {
        "name": "Gestes d’écriture", "territory_id": territory("department", "49").id, "version": "1",
        "charter": "Nous apprenons, et chacun prépare une rencontre.",
    }  # fmt: skip
    assert client.post(f"{STAFF}/{community}/modifier", data=values).status_code == 303
    texts = db.session.scalars(sa.select(CommunityCharter.text).order_by(CommunityCharter.version)).all()
    assert texts == ["Nous apprenons les uns des autres.", values["charter"]]
    client.post(f"{STAFF}/{community}/modifier", data={**values, "version": "2", "rhythm": "le lundi"})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CommunityCharter)) == 2
    late = client.post(f"{STAFF}/{community}/modifier", data={**values, "version": "2"})
    assert late.status_code == 422
    assert [one.version for one in db.session.scalars(sa.select(Acceptance))] == [1]


def test_names_are_for_members_who_have_signed_in(
    client: FlaskClient, people: People, community: int, sign_in: Any
) -> None:
    sign_in(people.diane_account)
    join(client)
    assert "Diane Dumas" in client.get(PAGE).text
    for account, seen in ((people.bob, True), (people.charlie, False)):
        sign_in(account)
        assert (">Diane Dumas" in client.get(PAGE).text or "Diane Dumas," in client.get(PAGE).text) is seen
    anonymous = client.application.test_client().get(PAGE).text
    assert "Diane" not in anonymous
    assert "1 membre" in anonymous


def test_leaving_and_coming_back_keep_both_periods(
    client: FlaskClient, people: People, community: int, sign_in: Any, clock: Any
) -> None:
    sign_in(people.diane_account)
    join(client)
    client.post(f"{PAGE}/quitter")
    assert "Rejoindre la communauté" in client.get(PAGE).text
    clock.set("2026-11-25 10:00")
    sign_in(people.diane_account)
    join(client)
    assert [(one.joined_on.day, one.left_on and one.left_on.day) for one in members()] == [(20, 20), (25, None)]
    texts = [str(moment.text) for moment in queries.moments(people.diane_id)]
    assert sorted(texts) == [
        "A quitté la communauté «\u00a0Gestes d’écriture\u00a0».",
        *["A rejoint la communauté «\u00a0Gestes d’écriture\u00a0»."] * 2,
    ]


def test_a_suspension_has_an_end_a_mail_and_no_words(
    client: FlaskClient, people: People, community: int, sign_in: Any, outbox: Any, clock: Any
) -> None:
    sign_in(people.diane_account)
    join(client)
    (one,) = members()
    page = f"{STAFF}/{community}/membres/{one.id}"
    sign_in(people.bob)
    for until, sentence in (
        ("", "une suspension a une fin"),
        ("2026-11-19", "Ce jour est passé"),
        ("2028-01-01", "un an au plus"),
    ):
        wrong = client.post(f"{page}/suspendre", data={"until": until})
        assert wrong.status_code == 422
        assert sentence in wrong.text
    client.post(f"{page}/suspendre", data={"until": "2026-12-24"})
    assert "24/12/2026" in client.get(f"{STAFF}/{community}").text
    assert "suspendue jusqu’au jeudi 24 décembre 2026" in outbox()[-1].text
    sign_in(people.diane_account)
    shown = client.get(PAGE).text
    assert "suspendue jusqu’au" in shown
    assert "Qui en fait partie" not in shown
    client.post(f"{PAGE}/quitter")
    assert "Votre participation est suspendue jusqu’au" in join(client).text  # leaving does not lift it
    clock.set("2026-12-25 10:00")
    sign_in(people.diane_account)
    assert "Bienvenue" in join(client).text


def test_a_suspension_is_lifted_and_animators_are_named(
    client: FlaskClient, people: People, community: int, sign_in: Any
) -> None:
    sign_in(people.diane_account)
    join(client)
    (one,) = members()
    page = f"{STAFF}/{community}/membres/{one.id}"
    sign_in(people.bob)
    client.post(f"{page}/suspendre", data={"until": "2026-12-24"})
    client.post(f"{page}/retablir")
    client.post(f"{page}/animer", data={"animator": "1"})
    (one,) = members()
    assert (one.suspended_on, one.suspended_until, one.animator) == (None, None, True)
    assert "anime" in client.get(PAGE).text


def test_the_page_lists_next_and_past_meetings(
    client: FlaskClient, people: People, community: int, sign_in: Any
) -> None:
    with unit_of_work():
        event(people, "À venir", slug="a-venir", community_id=community)
        event(people, "Entre membres", slug="entre-membres", community_id=community, audience="members")
        event(people, "Brouillon", slug="brouillon", community_id=community, status="draft")
        event(people, "Ailleurs", slug="ailleurs")
        before = datetime(2026, 3, 5, 9, 0, tzinfo=PARIS)
        event(
            people,
            "Passée",
            slug="passee",
            community_id=community,
            starts_at=before,
            ends_at=before + timedelta(hours=3),
        )
    shown = client.get(PAGE).text
    assert "À venir" in shown
    assert "1 rencontre passée" in shown
    for hidden in ("Entre membres", "Brouillon", "Ailleurs"):
        assert hidden not in shown
    sign_in(people.diane_account)
    join(client)
    assert "Entre membres" in client.get(PAGE).text
    sign_in(people.bob)
    assert "À venir" in client.get(f"{STAFF}/{community}").text


def test_an_event_is_given_its_community_in_its_form(
    client: FlaskClient, people: People, community: int, sign_in: Any
) -> None:
    with unit_of_work():
        number = event(people, "À venir", slug="a-venir").id
    sign_in(people.bob)
    page = f"/animation/evenements/{number}/modifier"
    assert "Gestes d’écriture" in client.get(page).text
    values = {
        "title": "À venir", "mode": "onsite", "commune": "Angers", "venue_name": "Salle", "version": "1",
        "territory_id": territory("department", "49").id, "audience": "public", "community_id": str(community),
        "day-0": "2027-01-14", "starts-0": "09:00", "ends-0": "12:30", "number-0": "", "capacity": "40",
    }  # fmt: skip
    text = client.get(page).text
    fields = {name: value for name, value in values.items() if not name.endswith("-0")}
    for name in ("day", "starts", "ends", "number"):
        for part in text.split("<input")[1:]:
            if f'name="{name}' in part or f'name="half_days-0-{name}"' in part:
                key = part.partition('name="')[2].partition('"')[0]
                fields[key] = part.partition('value="')[2].partition('"')[0]
                break
    assert client.post(page, data=fields).status_code == 303
    assert "À venir" in client.get(PAGE).text
    assert client.post(page, data={**fields, "version": "2", "community_id": "999999"}).status_code == 422


def test_archived_it_is_no_longer_public(client: FlaskClient, people: People, community: int, sign_in: Any) -> None:
    sign_in(people.bob)
    client.post(f"{STAFF}/{community}/archiver")
    assert client.get(PAGE).status_code == 404
    assert "Gestes" not in client.get("/communautes").text
    client.post(f"{STAFF}/{community}/restaurer")
    assert client.get(PAGE).status_code == 200


def test_the_address_of_a_community() -> None:
    assert slug_of("Gestes d’écriture") == "gestes-d-ecriture"
    assert slug_of("Œuvrer à plusieurs !") == "oeuvrer-a-plusieurs"
    assert slug_of("★") == "communaute"
