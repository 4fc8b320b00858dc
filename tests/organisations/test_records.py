"""The record of a partner, through its pages."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.models import ActivityEntry
from cop.activity.service import COMMAND
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.organisations import service
from cop.organisations.models import Organisation
from tests.organisations.conftest import ANGERS, NANTES, organisation
from tests.people_of_the_tests import People, territory

NEW = "/animation/organisations/nouvelle"


def sent(kinds: dict[str, int], **changed: Any) -> dict[str, Any]:
    return {"name": "Maison de santé des Peupliers", "kind_id": kinds["msp"], "commune": "Angers", **changed}


def count() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Organisation)) or 0


def test_an_organisation_is_added(client: FlaskClient, people: People, kinds: dict[str, int], sign_in: Any) -> None:
    sign_in(people.bob)
    values = sent(
        kinds, acronym="MSPP", phone="02 61 91 00 01", website="www.peupliers.example", finess="49 000 003 1",
        operator="delegation", contract_reference="DSP 2026-04", covers_id=territory("department", "49").id,
    )  # fmt: skip
    answer = client.post(NEW, data=values, follow_redirects=True)
    assert answer.status_code == 200
    made = db.session.scalars(sa.select(Organisation)).one()
    assert (made.title, made.phone, made.website) == (
        "Maison de santé des Peupliers (MSPP)",
        "+33261910001",
        "https://www.peupliers.example",
    )
    assert (made.finess, made.operator, made.contract_reference) == ("490000031", "delegation", "DSP 2026-04")
    for shown in ("Maison de santé des Peupliers (MSPP)", "02\u00a061\u00a091\u00a000\u00a001", "DSP 2026-04"):
        assert shown in answer.text
    acts = db.session.scalars(sa.select(ActivityEntry.action)).all()
    assert "organisation.created" in acts


def test_only_our_territory_and_what_holds_it_can_be_covered(
    client: FlaskClient, people: People, kinds: dict[str, int], sign_in: Any
) -> None:
    page = sign_in(people.bob).get(NEW).text
    assert "Maine-et-Loire" in page
    assert "Pays de la Loire" in page
    assert "Finistère" not in page
    assert "Bretagne" not in page
    count_before = count()
    far = territory("region", "53").id
    assert client.post(NEW, data=sent(kinds, covers_id=far)).status_code == 422
    assert count() == count_before


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Donnez le nom de la structure."),
        ({"kind_id": "0"}, "Choisissez le type de structure."),
        ({"commune": "Nullepart"}, "Aucune commune de notre territoire"),
        ({"finess": "490000032"}, "sa clé ne correspond pas"),
        ({"phone": "12"}, "Ce n’est pas un numéro de téléphone"),
        ({"website": "javascript:alert(1)"}, "Ce n’est pas l’adresse d’un site"),
        ({"email": "contact"}, "adresse"),
        ({"notes": "appeler Léa au 06 39 98 00 01"}, "numéro de téléphone"),
        ({"commune": "Nantes"}, "hors de votre territoire"),
        ({"operator": "rubbish"}, ""),
        ({"covers_id": "999999"}, ""),
    ],
)
def test_what_cannot_be_kept_is_said(
    client: FlaskClient, people: People, kinds: dict[str, int], sign_in: Any, changed: dict[str, str], sentence: str
) -> None:
    sign_in(people.bob)
    values = sent(kinds, **changed)
    answer = client.post(NEW, data=values)
    assert answer.status_code == 422
    assert sentence in answer.text
    if changed.get("name") != "":
        assert "Maison de santé des Peupliers" in answer.text  # what was typed is still there
    assert count() == 0


def test_those_that_resemble_are_shown_first(
    client: FlaskClient, people: People, kinds: dict[str, int], partner: Any, sign_in: Any
) -> None:
    partner("Maison de santé pluriprofessionnelle des Peupliers")
    sign_in(people.bob)
    shown = client.post(NEW, data=sent(kinds, name="Maison de santé Peupliers"))
    assert shown.status_code == 422
    assert "Maison de santé pluriprofessionnelle des Peupliers" in shown.text
    before = count()
    anyway = shown.text.partition('name="anyway"')[2].partition('value="')[2].partition('"')[0]
    again = client.post(NEW, data=sent(kinds, name="Maison de santé Peupliers", anyway=anyway))
    assert again.status_code == 303
    assert count() == before + 1
    # Pressed for one name, "add it" does not hold for another.
    other = client.post(NEW, data=sent(kinds, name="Pôle des Peupliers", anyway=anyway))
    assert other.status_code == 422


def test_a_twin_is_refused_even_when_pressed_twice(
    client: FlaskClient, people: People, kinds: dict[str, int], partner: Any, sign_in: Any
) -> None:
    number = partner("Maison de santé des Peupliers")
    sign_in(people.bob)
    shown = client.post(NEW, data=sent(kinds, name="maison de sante des PEUPLIERS"))
    anyway = shown.text.partition('name="anyway"')[2].partition('value="')[2].partition('"')[0]
    answer = client.post(NEW, data=sent(kinds, name="maison de sante des PEUPLIERS", anyway=anyway))
    assert answer.status_code == 422
    assert "déjà connue" in answer.text
    with unit_of_work():
        assert service.find_or_create("Maison de Santé des Peupliers", "msp", _place(ANGERS), COMMAND).id == number
        assert service.find_or_create("Maison de Santé des Peupliers", "msp", _place(NANTES), COMMAND).id != number
        unknown = service.find_or_create("Ailleurs", "no-such-kind", None, COMMAND)
        assert unknown.kind.code == "other"


def _place(code: str) -> int:
    return territory("commune", code).id


def test_a_record_is_changed_once_by_two_people(
    client: FlaskClient, people: People, kinds: dict[str, int], partner: Any, sign_in: Any
) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    page = f"/animation/organisations/{number}/modifier"
    assert 'name="version" type="hidden" value="1"' in client.get(page).text
    assert client.post(page, data=sent(kinds, name="Centre A", version="1")).status_code == 303
    late = client.post(page, data=sent(kinds, name="Centre B", version="1"))
    assert late.status_code == 422
    assert "Quelqu’un d’autre a modifié" in late.text
    assert 'value="2"' in late.text
    assert client.post(page, data=sent(kinds, name="Centre B", version="2")).status_code == 303
    db.session.rollback()
    assert organisation(number).name == "Centre B"


def test_a_record_is_not_moved_out_of_reach(
    client: FlaskClient, people: People, kinds: dict[str, int], partner: Any, sign_in: Any
) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    page = f"/animation/organisations/{number}/modifier"
    answer = client.post(page, data=sent(kinds, commune="Nantes", version="1"))
    assert answer.status_code == 422
    db.session.rollback()
    assert organisation(number).commune_id == _place(ANGERS)


def test_archived_it_leaves_the_lists_and_comes_back(
    client: FlaskClient, people: People, partner: Any, sign_in: Any
) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    page = f"/animation/organisations/{number}"
    client.post(f"{page}/archiver")
    assert "Centre de la Source" not in client.get("/animation/organisations").text
    assert "Centre de la Source" in client.get("/animation/organisations?archives=1").text
    assert "Restaurer" in client.get(page).text
    client.post(f"{page}/restaurer")
    assert "Centre de la Source" in client.get("/animation/organisations").text


# --- Who sees which -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("commune", "covers", "seen_by_bob", "seen_by_charlie"),
    [
        ("49007", None, True, False),
        ("44109", None, False, True),
        ("44109", ("department", "49"), True, True),
        (None, ("region", "52"), True, True),
        (None, ("epci", "244900015"), True, False),
        (None, None, True, True),
        ("44109", ("region", "52"), True, True),
    ],
)
def test_a_partner_is_seen_where_it_is_and_where_it_works(
    client: FlaskClient,
    people: People,
    partner: Any,
    sign_in: Any,
    commune: str | None,
    covers: tuple[str, str] | None,
    seen_by_bob: bool,
    seen_by_charlie: bool,
) -> None:
    """The list and the page never disagree."""
    number = partner("Le Partenaire", commune=commune, covers=covers)
    for account, seen in ((people.bob, seen_by_bob), (people.charlie, seen_by_charlie), (people.alice, True)):
        sign_in(account)
        assert ("Le Partenaire" in client.get("/animation/organisations").text) is seen
        assert client.get(f"/animation/organisations/{number}").status_code == (200 if seen else 404)
        assert client.get(f"/animation/organisations/{number}/modifier").status_code == (200 if seen else 404)


def test_kinds_are_changed_by_whoever_has_the_right_everywhere(
    client: FlaskClient, people: People, kinds: dict[str, int], sign_in: Any
) -> None:
    sign_in(people.bob)
    assert client.get("/animation/organisations/types").status_code == 404
    sign_in(people.alice)
    values = {"name_fr": "Plateforme territoriale d’appui", "acronym": "PTA", "dormant_months": "3"}
    assert client.post("/animation/organisations/types/nouveau", data=values).status_code == 303
    assert "PTA" in client.get("/animation/organisations/types").text
    wrong = client.post("/animation/organisations/types/nouveau", data={**values, "dormant_months": "0"})
    assert wrong.status_code == 422
    assert "de 1 à 60" in wrong.text
    page = f"/animation/organisations/types/{kinds['cpts']}"
    client.post(page, data={"name_fr": "CPTS", "dormant_months": "4", "archived": "1"})
    offered = client.get(NEW).text
    assert "Plateforme territoriale d’appui" in offered
    assert "Communauté professionnelle territoriale" not in offered
