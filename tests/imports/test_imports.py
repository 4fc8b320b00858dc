"""From the file to the record and back: nothing is half-done, and everything is told."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from cop.activity.models import ActivityEntry
from cop.core import jobs, spreadsheets
from cop.core.changes_journal import RowChange
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.host.rules_retention import RULES
from cop.imports import service_work
from cop.imports.models import ColumnMapping, Import, ImportedPerson, ImportLine
from cop.network import service_import
from cop.people.models import Acceptance, Person, PracticeSite
from tests.conftest import Browser
from tests.core.sheets_of_the_tests import xlsx
from tests.imports.conftest import FORGET, WORK, Desk, plain
from tests.people_of_the_tests import People

LIST = (
    "Nom;Prénom;Courriel;Métier;Ville;CP\n"
    "Lévêque;Zoé;zoe@cabinet.example;Orthophoniste;Angers;49000\n"
    "Noël;Ève;eve@cabinet.example;Infirmières;Cholet;49300\n"
    "Petit;Luc;luc@cabinet;Kiné;Angers;49000\n"
    "Dumas;Diane;diane@cabinet.example;Orthophoniste;Angers;49000\n"
)


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalars(sa.select(sa.func.count()).select_from(model)).one()


def test_from_the_file_to_the_record_and_back(desk: Desk) -> None:
    before = count(Person), count(PracticeSite)
    assert desk.check(LIST).state == "checked"
    assert desk.held.counts == {"create": 2, "refused": 1, "same": 1}
    assert (count(Person), count(PracticeSite)) == before, "checking changes nothing"
    assert desk.refusals() == {4: "« luc@cabinet » n’est pas une adresse e-mail complète : nom@domaine."}
    page = desk.page()
    assert "Importer 2 lignes" in page
    assert "luc@cabinet" in page
    assert "Zoé Lévêque" in desk.page(lignes="create")

    desk.press("importer")
    assert "Import en cours" in desk.page()
    held = desk.work()
    assert held.state == "applied"
    assert held.counts == {"create": 2, "refused": 1, "same": 1}
    zoé = db.session.scalars(sa.select(Person).filter_by(email="zoe@cabinet.example")).one()
    assert (zoé.full_name, zoé.profession_code, zoé.sites[0].commune.name) == ("Zoé Lévêque", "91", "Angers")
    assert count(ImportedPerson) == 2
    assert held.content is None, "the file is not kept once it is imported"

    desk.press("annuler")
    assert desk.work().state == "undone"
    assert (count(Person), count(PracticeSite), count(ImportedPerson)) == (*before, 0)
    assert desk.held.left == []
    assert count(RowChange) == 0
    acts = sa.select(ActivityEntry.action).where(ActivityEntry.subject_type == "import").order_by(ActivityEntry.id)
    assert db.session.scalars(acts).all() == ["import.uploaded", "import.applied", "import.undone"]


def test_the_refused_lines_are_mended_and_sent_again(desk: Desk) -> None:
    desk.bring(LIST)
    for kind in ("xlsx", "csv"):
        answer = desk.press("refus", format=kind)
        table = spreadsheets.read(answer.data, f"refus.{kind}")
        assert table.headings == ["Nom", "Prénom", "Courriel", "Métier", "Ville", "CP", "Motif du refus"]
        (line,) = table.lines()
        assert line.cells[:3] == ["Petit", "Luc", "luc@cabinet"]
    mended = xlsx([table.headings, [cell.replace("luc@cabinet", "luc@cabinet.example") for cell in line.cells]])
    desk.send(mended, "refus.xlsx")
    assert desk.held.mapping == ["given_name" if h == "Prénom" else m for h, m in zip(
        table.headings, ["family_name", "given_name", "email", "profession", "commune", "postal_code", ""], strict=True
    )]  # fmt: skip
    desk.match()
    assert desk.work().counts == {"create": 1}


def test_the_guess_is_corrected_and_remembered(desk: Desk) -> None:
    content = "Bidule;Chose;Mail\nLévêque;Zoé;zoe@cabinet.example\n"
    desk.send(content)
    assert desk.held.mapping == ["", "", "email"]
    answer = desk.match()
    assert answer.status_code == 422
    assert "quelle colonne contient les noms" in answer.text
    answer = desk.match(["family_name", "family_name", "email"])
    assert answer.status_code == 422
    assert "choisissez-en une" in answer.text
    assert desk.match(["family_name", "given_name", "email"]).status_code == 303
    assert desk.work().counts == {"create": 1}
    desk.send("MAIL;chose;bidule\nzoe@cabinet.example;Zoé;Lévêque\n", "autre.csv")
    assert desk.held.mapping == ["email", "given_name", "family_name"], "the same headings, in another order"
    assert count(ColumnMapping) == 1


def test_a_made_up_field_is_refused(desk: Desk) -> None:
    desk.send(LIST)
    assert desk.match(["password", "", "", "", "", ""]).status_code == 422


def test_what_somebody_changed_since_stays(desk: Desk) -> None:
    desk.bring(LIST)
    with unit_of_work():
        zoé = db.session.scalars(sa.select(Person).filter_by(email="zoe@cabinet.example")).one()
        zoé.phone = "+33241000000"
        ève = db.session.scalars(sa.select(Person).filter_by(email="eve@cabinet.example")).one()
        db.session.add(Acceptance(person_id=ève.id, document="notice", version=1, accepted_at=zoé.created_at))
    desk.press("annuler")
    assert desk.work().state == "undone"
    assert sorted(map(plain, desk.held.left)) == [
        "Zoé Lévêque reste : modifié depuis.",
        "Ève Noël reste : autre chose en dépend maintenant.",
    ]
    assert "Zoé Lévêque reste" in desk.page()


def test_a_failure_in_the_middle_takes_everything_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"Nom{n};Prénom;p{n}@cabinet.example\n" for n in range(250))
    desk.check(f"Nom;Prénom;E-mail\n{rows}")
    before = count(Person)
    done, write = [], service_import.write

    def fail(works: Any, *more: Any) -> None:
        write(works, *more)
        done.append(count_now())
        if len(done) == 3:
            raise RuntimeError("the disk is full")

    def count_now() -> int:
        return db.session.scalars(sa.select(sa.func.count()).select_from(Person)).one()

    monkeypatch.setattr("cop.network.import_people.write", fail)
    desk.press("importer")
    outcome = jobs.run(WORK)
    assert outcome.errors == 1
    assert len(done) == 3
    assert done[1] == before + 200, "two hundreds were there"
    held = desk.held
    assert held.state == "failed"
    assert count(Person) == before
    assert "Rien n’a été gardé" in desk.page()


def test_a_worker_that_dies_is_replaced_by_one_that_goes_on(desk: Desk, clock: Any) -> None:
    """The process ends without a word after the first hundred: nothing catches that."""
    rows = "".join(f"Nom{n};Prénom;p{n}@cabinet.example\n" for n in range(250))
    desk.check(f"Nom;Prénom;E-mail\n{rows}Nom3;Prénom;p3@cabinet.example\n")
    assert desk.held.counts == {"create": 250, "refused": 1}
    desk.press("importer")
    notes, note = [], service_work._note

    def die(*values: Any, **more: Any) -> None:
        note(*values, **more)
        notes.append(1)
        if len(notes) == 2:
            raise KeyboardInterrupt

    service_work._note = die
    try:
        with pytest.raises(KeyboardInterrupt):
            jobs.run(WORK)
    finally:
        service_work._note = note
    assert (desk.held.state, desk.held.progress) == ("applying", 100)
    jobs.run(WORK)
    assert desk.held.progress == 100, "another worker has it in hand"
    clock.advance(minutes=3)
    held = desk.work()
    assert (held.state, held.progress, held.counts) == ("applied", 251, {"create": 250, "refused": 1})
    assert count(ImportedPerson) == 250


def test_what_is_checked_twice_is_counted_once(desk: Desk) -> None:
    desk.check(LIST)
    desk.match(replace="y")
    assert desk.held.state == "checking"
    assert desk.work().counts == {"create": 2, "refused": 1, "same": 1}
    assert len(desk.lines("refused")) == 1


def test_a_second_press_does_nothing(desk: Desk) -> None:
    desk.check(LIST)
    desk.press("importer")
    answer = desk.client.post(f"/coordination/imports/{desk.number}/importer", follow_redirects=True)
    assert "n’en est plus là" in answer.text
    desk.work()
    desk.press("importer")
    desk.work()
    assert desk.held.state == "applied"
    assert count(ImportedPerson) == 2


def test_an_import_may_be_undone_for_thirty_days(desk: Desk, people: People, clock: Any) -> None:
    desk.bring(LIST)
    clock.advance(days=RULES["change"].usual + 1)
    desk.come_back(people)
    assert "Annuler cet import" not in desk.page()
    answer = desk.client.post(f"/coordination/imports/{desk.number}/annuler", follow_redirects=True)
    assert "plus de 30" in plain(answer.text)
    assert desk.held.state == "applied"


def test_files_are_forgotten(desk: Desk, people: People, clock: Any) -> None:
    desk.check(LIST)
    clock.advance(days=RULES["import"].usual)
    jobs.run(FORGET)
    assert desk.held.content
    clock.advance(days=1)
    jobs.run(FORGET)
    desk.come_back(people)
    assert desk.held.content is None
    assert count(ImportLine) == 0
    desk.press("importer")
    desk.work()
    assert desk.held.state == "failed"
    assert "envoyez-le de nouveau" in desk.page()


def test_the_names_of_those_who_stayed_are_forgotten_too(desk: Desk, people: People, clock: Any) -> None:
    desk.bring(LIST)
    with unit_of_work():
        db.session.scalars(sa.select(Person).filter_by(email="zoe@cabinet.example")).one().phone = "+33241000000"
    desk.press("annuler")
    assert "Lévêque" in str(desk.work().left)
    clock.advance(days=RULES["import"].usual)
    jobs.run(FORGET)
    assert desk.held.left
    clock.advance(days=1)
    jobs.run(FORGET)
    assert desk.held.left == []


def test_a_file_is_forgotten_on_demand(desk: Desk) -> None:
    desk.check(LIST)
    answer = desk.client.post(f"/coordination/imports/{desk.number}/oublier", follow_redirects=True)
    assert "Le fichier est oublié" in answer.text
    assert (count(Import), count(ImportLine)) == (0, 0)


def test_no_list_was_imported_yet(desk: Desk) -> None:
    page = desk.client.get("/coordination/imports").text
    assert "Aucune liste" in page
    desk.bring(LIST)
    assert "liste.csv" in desk.client.get("/coordination/imports").text


def test_the_list_takes_the_same_number_of_queries(desk: Desk, queries: Any) -> None:
    def asked() -> int:
        with queries:
            assert desk.client.get("/coordination/imports").status_code == 200
        return len(queries)

    desk.send(LIST)
    few = asked()
    for _ in range(12):
        desk.send(LIST)
    assert asked() == few


# --- Bad files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "vide.csv", "vide"),
        (b"PK\x03\x04nothing", "liste.xlsx", "abîmé"),
        (b"Nom;Ville\n", "liste.csv", "aucune ligne en dessous"),
        (b"%PDF-1.4\x00", "liste.pdf", "pas un tableau"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(desk: Desk, content: bytes, name: str, words: str) -> None:
    answer = desk.send(content, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Annuaire de la fédération" in answer.text, "what was typed is still there"
    assert count(Import) == 0


def test_a_file_is_needed_and_where_it_comes_from(desk: Desk) -> None:
    answer = desk.client.post("/coordination/imports/nouveau", data={"target": "people"})
    assert answer.status_code == 422
    assert "Choisissez un fichier" in answer.text
    assert desk.send(LIST, source="  ").status_code == 422
    assert "à venir" in desk.send(LIST, informed_on="2031-01-01").text


def test_files_of_ten_megabytes_are_taken_and_no_larger(desk: Desk) -> None:
    line = "Nom{};Prénom;p{}@cabinet.example;" + "x" * 400 + "\n"
    large = "Nom;Prénom;E-mail;Divers\n" + "".join(line.format(n, n) for n in range(10_000))
    assert 4_000_000 < len(large) < 10_000_000
    assert desk.send(large).status_code == 303
    assert desk.held.lines_count == 10_000
    answer = desk.send(b"x" * (10 * 1024 * 1024 + 10))
    assert answer.status_code == 422
    assert "10 Mo" in plain(answer.text)
    answer = desk.send(b"x" * (12 * 1024 * 1024))
    assert answer.status_code == 413
    assert "trop lourd" in answer.text


def test_other_pages_take_no_large_file(desk: Desk) -> None:
    _boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(b"x" * 3_000_000), "x.csv")})
    kind = f"multipart/form-data; boundary={_boundary}"
    assert desk.client.post("/connexion", data=body, content_type=kind).status_code == 413


def test_names_that_act_on_pages_and_spreadsheets_do_not(desk: Desk) -> None:
    desk.check('Nom;Prénom;E-mail\n"<script>alert(1)</script>";=1+1;x\n=cmd();Zoé;\n')
    page = desk.page()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    taken = desk.press("refus", format="csv").data.decode()
    assert "'=1+1" in taken


def test_another_sheet_is_read(desk: Desk) -> None:
    from tests.core.sheets_of_the_tests import book

    def fill(made: Any) -> None:
        for name in ("Adhérents", "Contacts"):
            made.add_worksheet(name).write_column(0, 0, ["Nom", name])

    desk.send(book(fill), "liste.xlsx")
    page = plain(desk.client.get(f"/coordination/imports/{desk.number}/colonnes").text)
    assert "Lire cette feuille" in page
    desk.press("feuille", sheet="Contacts")
    assert desk.held.sheet == "Contacts"
    desk.match()
    desk.work()
    assert [line.who for line in desk.lines("create")] == ["Contacts"]


def test_columns_about_health_are_not_read(desk: Desk) -> None:
    content = "Nom;Prénom;E-mail;Diagnostic;Date de naissance;Remarques\nPetit;Luc;luc@;Grippe;01/02/1990;malade\n"
    desk.send(content)
    page = desk.client.get(f"/coordination/imports/{desk.number}/colonnes").text
    assert "Grippe" not in page
    assert "parler de santé" in page
    answer = desk.match(["family_name", "given_name", "email", "function", "", ""])
    assert answer.status_code == 422
    desk.match()
    desk.work()
    (line,) = desk.lines("refused")
    assert line.cells == ["Petit", "Luc", "luc@", "", "", ""]
    assert "Grippe" not in desk.press("refus", format="csv").data.decode()


# --- Who may --------------------------------------------------------------------------------------


def test_another_coordinator_of_a_part_does_not_see_the_list(people: People, desk: Desk, app: Any) -> None:
    from tests.house.world import browser_of
    from tests.people_of_the_tests import account, territory

    desk.check(LIST)
    with unit_of_work():
        other = account("Élodie", "elodie@cokillaje.example", "regional_coordinator", territory("department", "44"))
    browser: Browser = browser_of(app, other)
    assert browser.get(f"/coordination/imports/{desk.number}").status_code == 404
    assert "liste.csv" not in browser.get("/coordination/imports").text


def test_rights_on_a_part_bring_in_that_part_only(people: People, app: Any) -> None:
    from tests.house.world import browser_of
    from tests.people_of_the_tests import account, territory

    with unit_of_work():
        other = account("Élodie", "elodie@cokillaje.example", "regional_coordinator", territory("department", "44"))
    theirs = Desk(browser_of(app, other))
    theirs.check(
        "Nom;Prénom;E-mail;Commune\nLévêque;Zoé;zoe@cabinet.example;Nantes\nNoël;Ève;eve@cabinet.example;Angers\n"
        "Dumas;Diane;diane@cabinet.example;Nantes\nPetit;Luc;;\n"
    )
    assert theirs.held.counts == {"create": 1, "refused": 3}
    assert list(theirs.refusals().values()) == [
        "Angers est hors du territoire dont vous vous occupez.",
        "Cette personne est connue hors de votre territoire : demandez à la coordination.",
        "Dites où cette personne exerce : vos droits portent sur un territoire.",
    ]
