"""Who did what: sentences, and who may read them."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from cop.activity import service as activity
from cop.activity.sentences import FAMILIES, SENTENCES
from cop.activity.service import PUBLIC, WORKER, Actor
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from tests.house.world import things
from tests.people_of_the_tests import People, account, event, territory

COP = Path(__file__).resolve().parents[2] / "cop"
PATH = "/administration/journal"


def recorded_codes() -> set[str]:
    """The codes of acts in the source: words with a dot, given to a call together with who acts."""
    calls = (
        node
        for path in COP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and any(re.search(r"\bactor\b", ast.unparse(a).lower()) for a in node.args)
    )
    words = {a.value for call in calls for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return {word for word in words if re.fullmatch(r"[a-z_]+\.[a-z_]+", word)}


def test_every_act_has_its_sentence() -> None:
    codes = recorded_codes()
    assert len(codes) > 15
    assert codes - set(SENTENCES) == set()


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_takes_its_two_names(app: Application, code: str) -> None:
    with app.test_request_context():
        words = str(SENTENCES[code]) % {"who": "Alice", "what": "« Titre »"}
    assert "Alice" in words
    assert "%" not in words


def test_acts_are_told_newest_first_with_names_of_today(sign_in: Any, people: People, clock: Any) -> None:
    with unit_of_work():
        held = event(people, "Écrire & lire")
        activity.record(Actor("account", people.bob_id), "event.published", held)
    clock.advance(minutes=30)
    with unit_of_work():
        held = db.session.merge(held)
        activity.record(PUBLIC, "event.changed", held)
        activity.record(WORKER, "event.somersaulted", held)
    page = sign_in(people.alice).get(PATH).text
    published = page.index("Bob Bonnet a publié")
    assert page.index("Quelqu’un sans compte a modifié") < published
    assert "Écrire &amp; lire" in page
    assert "event.somersaulted" in page, "a code nobody worded is shown, not hidden"


def test_a_registration_leads_to_its_event_and_names_nobody(sign_in: Any, people: People) -> None:
    held = things(people, 1)
    with unit_of_work():
        from cop.registrations.models import Registration

        activity.record(PUBLIC, "registration.confirmed", db.session.get_one(Registration, held.registration_id))
    page = sign_in(people.alice).get(PATH).text
    assert "a fait une inscription à" in page
    assert f'href="/animation/evenements/{held.event_id}"' in page
    assert "Émilie" not in page


def test_one_reads_what_happened_on_ones_territory(sign_in: Any, people: People) -> None:
    """A coordinator of one département: what belongs to no territory is not for her, nor another département's."""
    with unit_of_work():
        coordinator = account(
            "Zoé Zola", "zoe@cokillaje.example", "regional_coordinator", territory("department", "49")
        )
        here = event(people, "Ici")
        elsewhere = event(people, "Ailleurs", territory_id=territory("department", "35").id)
        actor = Actor("account", people.bob_id)
        activity.record(actor, "event.published", here)
        activity.record(actor, "event.published", elsewhere)
        activity.record(actor, "account.changed", people.charlie)
    page = sign_in(coordinator).get(PATH).text
    assert "Ici" in page
    assert "Ailleurs" not in page
    assert "Charlie Caron" not in page


def test_one_who_coordinates_the_whole_organisation_reads_all_but_what_is_done_to_accounts(
    sign_in: Any, people: People
) -> None:
    with unit_of_work():
        actor = Actor("account", people.bob_id)
        activity.record(
            actor, "event.published", event(people, "Plus loin", territory_id=territory("department", "35").id)
        )
        activity.record(actor, "account.changed", people.charlie)
    page = sign_in(people.alice).get(PATH).text
    assert "Plus loin" in page
    assert "Charlie Caron" not in page


def test_what_one_person_did(sign_in: Any, people: People) -> None:
    with unit_of_work():
        held = event(people, "Ici")
        activity.record(Actor("account", people.bob_id), "event.published", held)
        activity.record(Actor("account", people.charlie_id), "event.changed", held)
    page = sign_in(people.alice).get(f"{PATH}?compte={people.bob_id}").text
    assert "Bob Bonnet a publié" in page
    assert "Charlie Caron a modifié" not in page


def test_a_long_log_has_pages(sign_in: Any, people: People, queries: Any) -> None:
    with unit_of_work():
        held = event(people, "Ici")
        for _ in range(120):
            activity.record(PUBLIC, "event.changed", held)
    client = sign_in(people.alice)
    assert client.get(PATH).text.count("Quelqu’un sans compte") == 50
    with queries:
        assert client.get(f"{PATH}?page=3").text.count("Quelqu’un sans compte") == 20
    assert len(queries.statements) < 20
    assert "Rien n’est encore écrit ici" in client.get(f"{PATH}?page=9").text


class TestFamilies:
    """The log read by what one looks for."""

    @pytest.fixture
    def ada(self, people: People) -> Any:
        with unit_of_work():
            made = account("Ada Abel", "ada@cokillaje.example", "administrator", None)
            bob = Actor("account", people.bob_id)
            activity.record(bob, "account.signed_in", people.bob)
            activity.record(bob, "account.role_given", people.charlie)
            activity.record(bob, "statistics.exported", territory("department", "49"))
            activity.record(bob, "import.undone", territory("department", "49"))
            return made

    @pytest.mark.parametrize(
        ("family", "shown"),
        [("connexions", "s’est connecté"), ("droits", "a donné un rôle"), ("exports", "copie des chiffres"),
         ("imports", "annulé")],
    )  # fmt: skip
    def test_each_one_shows_its_acts_only(self, sign_in: Any, ada: Any, family: str, shown: str) -> None:
        page = sign_in(ada).get(f"{PATH}?genre={family}").text
        assert shown in page
        assert page.count("Bob Bonnet") == 1
        assert f'genre={family}" aria-current="true"' in page

    def test_one_of_an_account(self, sign_in: Any, ada: Any, people: People) -> None:
        page = sign_in(ada).get(f"{PATH}?genre=exports&compte={people.charlie_id}").text
        assert "Aucun acte de ce genre" in page

    def test_a_family_nobody_knows_is_all_of_them(self, sign_in: Any, ada: Any) -> None:
        assert sign_in(ada).get(f"{PATH}?genre=recettes").text.count("Bob Bonnet") >= 4

    def test_who_signed_in_is_for_those_who_manage_accounts(self, sign_in: Any, ada: Any, people: People) -> None:
        page = sign_in(people.alice).get(f"{PATH}?genre=connexions").text
        assert "s’est connecté" not in page
        assert "genre=connexions" not in page

    def test_every_export_is_in_its_family(self) -> None:
        exports = {code for code in SENTENCES if "export" in code}
        assert exports == FAMILIES["exports"][1]
