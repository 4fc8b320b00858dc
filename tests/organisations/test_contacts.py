"""Who works there: added once, gone and back, told what is kept, in the directory by their own choice."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.service import COMMAND
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.organisations import queries, queries_story, service
from cop.organisations.models import Affiliation, OrganisationKind
from cop.people.models import Person
from tests.organisations.conftest import NANTES, organisation
from tests.people_of_the_tests import People, person

LIST = "/animation/organisations"
ENTRY = '<th scope="row">Diane Dumas</th>'


def sent(**changed: Any) -> dict[str, Any]:
    return {
        "given_name": "Maud",
        "family_name": "Le Bihan",
        "email": "maud@msp.example",
        "function": "Coordinatrice",
        "source": "person",
        **changed,
    }


def held() -> list[Affiliation]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Affiliation).order_by(Affiliation.id)))


def works_there(people: People, number: int, **values: Any) -> int:
    """Diane works there."""
    with unit_of_work():
        return service.affiliate(people.diane, organisation(number), "Coordination", None, None, COMMAND, **values).id


def test_somebody_is_added_once_and_placed_where_they_work(
    client: FlaskClient, people: People, partner: Any, sign_in: Any
) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    page = f"{LIST}/{number}/contacts/nouveau"
    values = sent(phone="02 61 91 00 02", main_contact="1")
    answer = client.post(page, data=values, follow_redirects=True)
    assert "Maud Le Bihan" in answer.text
    assert "Contact principal" in answer.text
    client.post(page, data=values)
    (one,) = held()
    assert (one.function, one.main_contact, one.person.phone) == ("Coordinatrice", True, "+33261910002")
    assert [site.commune.code for site in one.person.sites] == ["49007"]
    assert "Maud Le Bihan" in client.get(LIST).text


def test_without_an_address_twice_the_same_name_is_one_person(
    client: FlaskClient, people: People, partner: Any, sign_in: Any
) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    for _press in range(2):
        client.post(f"{LIST}/{number}/contacts/nouveau", data=sent(email=""))
    assert len(held()) == 1
    assert db.session.scalar(sa.select(sa.func.count()).where(Person.family_name == "Le Bihan")) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"given_name": ""}, "Indiquez le prénom."),
        ({"source": ""}, "Dites qui nous l’a indiqué"),
        ({"email": "maud"}, "adresse"),
        ({"starts_on": "2026-05-01", "ends_on": "2026-04-30"}, "dernier jour"),
    ],
)
def test_what_cannot_be_kept_is_said(
    client: FlaskClient, people: People, partner: Any, sign_in: Any, changed: dict[str, str], sentence: str
) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    answer = client.post(f"{LIST}/{number}/contacts/nouveau", data=sent(**changed))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Le Bihan" in answer.text
    assert held() == []


def test_named_by_a_partner_they_are_told(
    client: FlaskClient, people: People, partner: Any, sign_in: Any, outbox: Any
) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    answer = client.post(f"{LIST}/{number}/contacts/nouveau", data=sent(source="partner"), follow_redirects=True)
    assert "Avant de" not in answer.text
    assert "20 décembre 2026" in answer.text  # within a month
    assert "maud@msp.example" in answer.text
    assert "un partenaire nous a indiqué" in answer.text  # the mail as it will leave
    assert outbox() == []
    assert "1 contact désigné par un tiers" in client.get(LIST).text
    (one,) = held()
    page = f"{LIST}/{number}/contacts/{one.id}/informer"
    for _press in range(2):
        client.post(page, data={"how": "mail"})
    (mail,) = outbox()
    assert (mail.recipient, mail.subject) == ("maud@msp.example", "Cokillaje vous compte parmi ses contacts")
    assert held()[0].informed_on == date(2026, 11, 20)
    assert "désigné par un tiers" not in client.get(LIST).text


def test_told_otherwise_no_mail_leaves(
    client: FlaskClient, people: People, partner: Any, sign_in: Any, outbox: Any
) -> None:
    number = partner("Centre de la Source")
    sign_in(people.bob)
    client.post(f"{LIST}/{number}/contacts/nouveau", data=sent(source="partner", email=""))
    (one,) = held()
    page = f"{LIST}/{number}/contacts/{one.id}/informer"
    assert "Aucune adresse n’est connue" in client.get(page).text
    refused = client.post(page, data={"how": "mail"}, follow_redirects=True)
    assert "Il n’y a pas d’adresse où écrire" in refused.text
    assert held()[0].informed_on is None
    client.post(page, data={"how": "otherwise"})
    assert held()[0].informed_on == date(2026, 11, 20)
    assert outbox() == []


def test_gone_and_back(client: FlaskClient, people: People, partner: Any, sign_in: Any) -> None:
    number = partner("Centre de la Source")
    one = works_there(people, number)
    sign_in(people.bob)
    page = f"{LIST}/{number}/contacts/{one}"
    client.post(f"{page}/partir")
    assert "1 personne y a travaillé" in client.get(f"{LIST}/{number}").text
    assert held()[0].ends_on == date(2026, 11, 19)
    client.post(f"{page}/revenir")
    assert held()[0].ends_on is None
    client.post(page, data={"function": "Direction", "starts_on": "2026-01-01", "ends_on": "2026-06-30"})
    works_there(people, number)
    client.post(f"{page}/revenir")  # she is there again on another line: nothing to undo
    assert [(row.function, row.ends_on) for row in held()] == [
        ("Direction", date(2026, 6, 30)),
        ("Coordination", None),
    ]
    backwards = client.post(page, data={"starts_on": "2026-06-01", "ends_on": "2026-05-01"})
    assert backwards.status_code == 422


def test_addresses_of_people_are_for_those_who_may_read_them(
    client: FlaskClient, people: People, partner: Any, sign_in: Any
) -> None:
    """A partner of both: Charlie sees that Diane of Angers works there, not how to reach her, unless it is her part."""
    number = partner("Agence", commune=None, covers=("region", "52"))
    one = works_there(people, number)
    sign_in(people.charlie)
    page = client.get(f"{LIST}/{number}").text
    assert "Diane Dumas" in page
    assert "diane@cabinet.example" not in page
    sign_in(people.bob)
    assert "diane@cabinet.example" in client.get(f"{LIST}/{number}").text
    with unit_of_work():
        db.session.get_one(Affiliation, one).main_contact = True
    sign_in(people.charlie)
    assert "diane@cabinet.example" in client.get(f"{LIST}/{number}").text


# --- The directory: by consent --------------------------------------------------------------------


def test_consent_given_and_taken_back(client: FlaskClient, people: People, partner: Any, sign_in: Any) -> None:
    one = works_there(people, partner("CPTS des Trois Rives", kind="cpts", covers=("epci", "244900015")))
    sign_in(people.diane_account)
    assert ENTRY not in client.get("/annuaire-coordination").text
    assert "CPTS des Trois Rives" in client.get("/moi/organisations").text
    client.post(f"/moi/organisations/{one}/annuaire", data={"listed": "1"})
    sign_in(people.charlie)
    page = client.get("/annuaire-coordination").text
    for shown in (ENTRY, "Coordination", "CPTS des Trois Rives", "CU Angers Loire Métropole"):
        assert shown in page
    assert "diane@cabinet.example" not in page
    assert "Diane Dumas" in client.get("/annuaire-coordination?q=trois rives").text
    assert ENTRY not in client.get("/annuaire-coordination?q=nantes").text
    sign_in(people.diane_account)
    client.post(f"/moi/organisations/{one}/annuaire", data={"listed": "0"})
    assert ENTRY not in client.get("/annuaire-coordination").text


def test_nobody_is_listed_by_somebody_else(client: FlaskClient, people: People, partner: Any, sign_in: Any) -> None:
    one = works_there(people, partner("CPTS des Trois Rives"))
    for account in (people.bob, people.alice):
        sign_in(account)
        assert client.post(f"/moi/organisations/{one}/annuaire", data={"listed": "1"}).status_code == 404
    assert held()[0].listed_since is None


def test_whoever_leaves_is_out_of_the_directory(
    client: FlaskClient, people: People, partner: Any, sign_in: Any
) -> None:
    one = works_there(people, partner("CPTS des Trois Rives"))
    sign_in(people.diane_account)
    client.post(f"/moi/organisations/{one}/annuaire", data={"listed": "1"})
    client.post(f"/moi/organisations/{one}/partir")
    assert ENTRY not in client.get("/annuaire-coordination").text
    assert held()[0].listed_since is None


# --- What other slices ask ------------------------------------------------------------------------


def test_the_people_who_work_for(people: People, partner: Any) -> None:
    source, rives = partner("Centre de la Source"), partner("Trois Rives", kind="cpts", commune=NANTES)
    works_there(people, source)
    with unit_of_work():
        other = person("Hugo", "Hamon", email="hugo@cpts.example").id
        gone = person("Inès", "Igual", email="ines@cpts.example").id
        for number, ends_on in ((other, None), (gone, date(2026, 1, 1))):
            who = db.session.get_one(Person, number)
            service.affiliate(who, organisation(rives), "", None, ends_on, COMMAND)

    def asked(**values: Any) -> set[int]:
        return set(db.session.scalars(queries.working_for(**values)))

    assert asked() == {people.diane_id, other}
    assert asked(organisation_id=source) == {people.diane_id}
    assert asked(kind_code="cpts") == {other}
    assert asked(kind_code="cpts", on=date(2025, 12, 1)) == {other, gone}
    assert [one.organisation.name for one in queries.of_person(other)] == ["Trois Rives"]
    assert [one.title for one in queries.matching("rives")] == ["Trois Rives"]
    assert queries.matching("") == []


def test_the_story_of_a_person_tells_it(people: People, partner: Any) -> None:
    number = partner("Centre de la Source")
    works_there(people, number)
    with unit_of_work():
        service.affiliate(people.diane, organisation(number), "", None, date(2026, 11, 20), COMMAND)
    texts = [str(moment.text) for moment in queries_story.moments(people.diane_id)]
    assert texts == [
        "Travaille pour Centre de la Source\u00a0: Coordination.",
        "A quitté Centre de la Source.",
    ]


def test_the_presets_kinds_have_their_acronym_in_full(kinds: dict[str, int]) -> None:
    cpts = db.session.get_one(OrganisationKind, kinds["cpts"])
    assert (cpts.acronym, cpts.name_fr) == ("CPTS", "Communauté professionnelle territoriale de santé")
