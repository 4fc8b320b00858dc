"""Lists of people: who a line is about, what it adds, and why it is refused."""

from typing import Any

import pytest
import sqlalchemy as sa

from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.imports.models import ImportedPerson
from cop.imports.queries import moments
from cop.network import rules_import
from cop.organisations.models import Affiliation, Organisation
from cop.people.models import Person
from tests.core.sheets_of_the_tests import book
from tests.imports.conftest import Desk, desk, plain  # noqa: F401
from tests.people_of_the_tests import People, person

RPPS, OTHER_RPPS = "10003456786", "10101010105"


def one(**values: Any) -> Person:
    db.session.rollback()
    return db.session.scalars(sa.select(Person).filter_by(**values)).one()


def test_every_column(desk: Desk) -> None:  # noqa: F811
    held = desk.bring(
        "Prénom;NOM;E-Mail;Téléphone;Profession;Lieu d’exercice;Code postal;N° RPPS;Structure;Fonction\n"
        "Zoé;LE GOFF;Zoe@Cabinet.example;02 41 00 00 00;Masseuse-kinésithérapeute;ANGERS;49000;"
        f"{RPPS};MSP du Lac;Gérante\n"
    )
    assert held.counts == {"create": 1}, desk.refusals()
    zoé = one(family_name="Le Goff")
    assert (zoé.given_name, zoé.email, zoé.email_key) == ("Zoé", "zoe@cabinet.example", "zoe@cabinet.example")
    assert (zoé.phone, zoé.profession_code, zoé.rpps) == ("+33241000000", "70", RPPS)
    assert [(site.commune.name, site.source) for site in zoé.sites] == [("Angers", "import")]
    job = db.session.scalars(sa.select(Affiliation)).one()
    assert (job.person_id, job.function, job.source) == (zoé.id, "Gérante", "import")
    assert db.session.get_one(Organisation, job.organisation_id).name == "MSP du Lac"
    (moment,) = moments(zoé.id)
    assert plain(str(moment.text)) == "Connu par une liste importée : Annuaire de la fédération."
    desk.press("annuler")
    assert desk.work().left == []
    db.session.rollback()
    assert db.session.scalars(sa.select(Organisation)).all() == []
    assert db.session.scalars(sa.select(Affiliation)).all() == []


def test_numbers_of_a_workbook(desk: Desk) -> None:  # noqa: F811
    """Numbers as spreadsheets keep them: an RPPS number, a telephone and a postal code without their zeros."""

    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["Nom", "RPPS", "Tél", "CP", "Ville"])
        sheet.write_row(1, 0, ["Petit", int(RPPS), 241000000, 49000.0, "Angers"])

    held = desk.check(book(fill), "liste.xlsx")
    assert held.counts == {"create": 1}, desk.refusals()
    desk.press("importer")
    desk.work()
    petit = one(family_name="Petit")
    assert (petit.rpps, petit.phone) == (RPPS, "+33241000000")


def test_what_is_on_record_is_completed_and_not_overwritten(desk: Desk, people: People) -> None:  # noqa: F811
    content = (
        "Nom;Prénom;E-mail;Téléphone;Profession;Commune\n"
        "Dumas;Diane;diane@cabinet.example;0241000000;Infirmière;Cholet\n"
    )
    desk.check(content)
    (line,) = desk.lines("change")
    assert line.changes == [["Téléphone", "", "02\u00a041\u00a000\u00a000\u00a000"]]
    assert plain(line.reason) == "Gardé tel qu’enregistré : Profession."
    desk.match(replace="y")
    desk.work()
    (line,) = desk.lines("change")
    assert [[plain(part) for part in change] for change in line.changes] == [
        ["Téléphone", "", "02 41 00 00 00"],
        ["Profession", "Orthophoniste", "Infirmier"],
        ["Commune d’exercice", "Angers", "Angers, Cholet"],
    ]
    desk.press("importer")
    desk.work()
    diane = people.diane
    assert (diane.phone, diane.profession_code) == ("+33241000000", "60")
    assert [site.commune.name for site in diane.sites] == ["Angers", "Cholet"]
    desk.press("annuler")
    desk.work()
    assert (people.diane.phone, people.diane.profession_code, len(people.diane.sites)) == (None, "91", 1)


def test_people_are_recognised_by_number_then_address_then_name_and_commune(desk: Desk, people: People) -> None:  # noqa: F811
    with unit_of_work():
        numbered = person("Anne", "Aubin", email="anne@cabinet.example")
        numbered.rpps = RPPS
        person("Noé", "Noël", email=None)
    desk.check(
        "Nom;Prénom;E-mail;Tél;RPPS;Ville\n"
        f"Aubin;Anne;nouvelle@cabinet.example;0241000001;{RPPS};\n"
        "Dumas;Diane;DIANE@cabinet.example;0241000002;;\n"
        "NOËL;Noé;;0241000003;;Angers\n"
        "Noël;Noé;;0241000004;;Cholet\n"
    )
    assert desk.held.counts == {"change": 3, "create": 1}, desk.refusals()
    changed = {line.number: plain(line.reason) for line in desk.lines("change")}
    assert changed == {
        2: "Gardé tel qu’enregistré : Adresse e-mail.",
        3: "",
        4: "Semble être Noé Noël, connu·e dans la même commune.",
    }


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (";Zoé;;;;", "pas de nom de famille"),
        ("Petit;Luc;luc;;;", "nom@domaine"),
        ("Petit;Luc;;12;;", "numéro de téléphone"),
        ("Petit;Luc;;;10003456787;", "ne correspond pas"),
        ("Petit;Luc;;;1,00035E+10;", "arrondi par le tableur"),
        ("Petit;Luc;;;;49000", "Plusieurs communes répondent à « 49000 »"),
        ("Petit;Luc;;;;Trifouilly", "« Trifouilly » n’est pas connue ici"),
        (f"Martin;Léa;;;{RPPS};", "celui de Anne Aubin"),
        (f"Aubin;Anne;diane@cabinet.example;;{RPPS};", "celui de Anne Aubin, l’adresse est celle de Diane Dumas"),
        ("Martin;Léa;diane@cabinet.example;;;", "Cette adresse est celle de Diane Dumas"),
    ],
)
def test_why_a_line_is_refused(desk: Desk, people: People, line: str, words: str) -> None:  # noqa: F811
    with unit_of_work():
        person("Anne", "Aubin", email="anne@cabinet.example").rpps = RPPS
    desk.check(f"Nom;Prénom;E-mail;Tél;RPPS;Ville\n{line}\n")
    assert desk.held.counts == {"refused": 1}
    assert words in desk.refusals()[2]


def test_an_address_that_looks_mistyped_is_told(desk: Desk) -> None:  # noqa: F811
    desk.check("Nom;Prénom;E-mail\nPetit;Luc;luc@gmial.com\n")
    (line,) = desk.lines("create")
    assert plain(line.reason) == "Relisez l’adresse : luc@gmial.com, peut-être luc@gmail.com ?"


def test_an_unknown_profession_is_told(desk: Desk) -> None:  # noqa: F811
    desk.check("Nom;Prénom;Profession\nPetit;Luc;Sourcier\nPetit;Léa;\n")
    assert desk.held.counts == {"refused": 1, "create": 1}
    assert "« Sourcier » n’est pas une profession connue" in desk.refusals()[2]


def test_somebody_twice_in_the_file(desk: Desk) -> None:  # noqa: F811
    desk.check(
        "Nom;Prénom;E-mail;RPPS;Ville\n"
        f"Petit;Luc;luc@cabinet.example;{RPPS};Angers\n"
        "PETIT;Luc;luc@cabinet.example;;Angers\n"
        "Grand;Léa;luc@cabinet.example;;\n"
        f"Grand;Léo;;{RPPS};\n"
        "Sans;Rien;;;Angers\n"
        "Sans;Rien;;;Cholet\n"
        "Sans;Rien;;;Angers\n"
    )
    assert desk.refusals() == {
        3: "La même personne est déjà à la ligne 2.",
        4: "Cette adresse est à la ligne 2, pour quelqu’un d’autre : donnez à chacun la sienne.",
        5: "Ce numéro RPPS est à la ligne 2, sous un autre nom.",
        8: "La même personne est déjà à la ligne 6.",
    }


def test_all_that_is_wrong_on_a_line_is_said_at_once(desk: Desk, people: People) -> None:  # noqa: F811
    desk.check("Nom;Prénom;E-mail;Profession;Ville\nPetit;Luc;luc@cabinet;Sourcier;Atlantis\n")
    said = desk.refusals()[2]
    for words in ("« luc@cabinet » n’est pas une adresse", "« Sourcier » n’est pas une profession", "« Atlantis »"):
        assert words in said


def test_somebody_twice_in_the_file_under_two_marks(desk: Desk, people: People) -> None:  # noqa: F811
    """Once by number, once by address; and once with, once without an address, far from one another."""
    with unit_of_work():
        person("Anne", "Aubin", email="anne@cabinet.example").rpps = RPPS
    others = "".join(f"Autre{n};Léo;autre{n}@cabinet.example;;Angers;\n" for n in range(120))
    held = desk.bring(
        "Nom;Prénom;E-mail;RPPS;Ville;Tél\n"
        f"Aubin;Anne;;{RPPS};;0241000000\n"
        "Aubin;Anne;anne@cabinet.example;;;0241000001\n"
        f"Petit;Luc;;;Angers;\n{others}"
        "Petit;Luc;luc@cabinet.example;;Angers;\n"
    )
    assert desk.refusals() == {3: "La même personne est déjà à la ligne 2."}
    assert held.state == "applied"
    assert one(search_name="luc petit").email == "luc@cabinet.example"
    desk.press("annuler")
    assert desk.work().left == []
    db.session.rollback()
    assert db.session.scalars(sa.select(Person).filter_by(search_name="luc petit")).all() == []


def test_two_people_of_one_name_in_one_commune(desk: Desk, people: People) -> None:  # noqa: F811
    with unit_of_work():
        person("Noé", "Noël")
        person("Noé", "Noël")
        person("Léa", "Lys", email="lea@cabinet.example")
    desk.check("Nom;Prénom;E-mail;Ville\nNoël;Noé;;Angers\nLys;Léa;autre@cabinet.example;Angers\n")
    assert desk.refusals() == {
        2: "Plusieurs personnes de ce nom sont connues dans cette commune : donnez une adresse ou un numéro RPPS."
    }
    (line,) = desk.lines("create")
    assert "sous une autre adresse" in line.reason


def test_one_mailbox_for_two_numbers(desk: Desk, people: People) -> None:  # noqa: F811
    with unit_of_work():
        known = person("Anne", "Aubin", email="cabinet@cabinet.example")
        known.rpps, known.email_key = RPPS, "cabinet@cabinet.example"
    desk.bring(f"Nom;Prénom;E-mail;RPPS\nMartin;Léa;cabinet@cabinet.example;{OTHER_RPPS}\n")
    assert desk.held.counts == {"create": 1}, desk.refusals()
    assert one(rpps=OTHER_RPPS).email_key is None


def test_an_organisation_we_know_is_joined_once(desk: Desk) -> None:  # noqa: F811
    content = (
        "Nom;Prénom;E-mail;Ville;Structure\n"
        "A{0};Bé;a{0}@x.example;Angers;MSP du Lac\n"
        "C{0};Dé;c{0}@x.example;Angers;msp du lac\n"
    )
    desk.bring(content.format(1))
    desk.bring(content.format(2))
    db.session.rollback()
    assert db.session.scalars(sa.select(sa.func.count()).select_from(Organisation)).one() == 1
    assert db.session.scalars(sa.select(sa.func.count()).select_from(Affiliation)).one() == 4
    assert desk.check(content.format(2)).counts == {"same": 2}


def test_names_with_letters_that_cannot_be_seen(desk: Desk) -> None:  # noqa: F811
    desk.bring("Nom;Prénom;E-mail\nPe\u200btit\u202e;Luc\u2066;luc@x.example\n")
    assert one(email="luc@x.example").full_name == "Luc Petit"


def test_a_person_s_list_goes_with_the_import(desk: Desk) -> None:  # noqa: F811
    desk.bring("Nom;Prénom;E-mail\nPetit;Luc;luc@x.example\n")
    assert db.session.scalars(sa.select(ImportedPerson.import_id)).all() == [desk.number]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("60", "60"),
        ("Infirmier", "60"),
        ("INFIRMIÈRES", "60"),
        ("infirmier(e)", "60"),
        ("infirmier·e", "60"),
        ("Infirmier/ère", "60"),
        ("Infirmière libérale", "60"),
        ("kiné", "70"),
        ("Masseuse-kinésithérapeute", "70"),
        ("masseurs kinésithérapeutes", "70"),
        ("Psychomotricienne", "96"),
        ("Diététicienne", "95"),
        ("Sage-femme", "50"),
        ("sages femmes", "50"),
        ("Médecin généraliste", "10"),
        ("Speech and language therapist", "91"),
        ("aide-soignante à domicile", None),
    ],
)
def test_professions_as_people_write_them(written: str, code: str | None) -> None:
    rows = [
        ("10", "Médecin", "Physician"),
        ("50", "Sage-Femme", "Midwife"),
        ("60", "Infirmier", "Nurse"),
        ("70", "Masseur-Kinésithérapeute", "Physiotherapist"),
        ("91", "Orthophoniste", "Speech and language therapist"),
        ("95", "Diététicien", "Dietitian"),
        ("96", "Psychomotricien", "Psychomotor therapist"),
    ]
    assert rules_import.professions_by_key(rows).get(rules_import.profession_key(written)) == code


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        (("Zoé", "LE GOFF", ""), ("Zoé", "Le Goff")),
        (("Zoé", "", ""), ("Zoé", "")),
        (("", "", "DUPONT Jean"), ("Jean", "Dupont")),
        (("", "", "Jean-Paul DE LA TOUR"), ("Jean-Paul", "De La Tour")),
        (("", "", "Dupont, Jean"), ("Jean", "Dupont")),
        (("", "", "Jean Dupont"), ("Jean", "Dupont")),
        (("", "", "Dr Jean Dupont"), ("Jean", "Dupont")),
        (("Mme Zoé", "O’Neil", ""), ("Zoé", "O’Neil")),
        (("", "", "Madonna"), ("", "Madonna")),
    ],
)
def test_names_from_two_columns_or_one(columns: tuple[str, str, str], names: tuple[str, str]) -> None:
    assert rules_import.names(*columns) == names


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("Angers (49000)", ("Angers", "49000")),
        ("49000 ANGERS", ("ANGERS", "49000")),
        ("Cholet Cedex 1", ("Cholet", "")),
        ("Saumur", ("Saumur", "")),
    ],
)
def test_communes_as_people_write_them(written: str, place: tuple[str, str]) -> None:
    assert rules_import.place(written) == place


@pytest.mark.parametrize(("written", "code"), [("1000", "01000"), ("49 000", "49000"), ("4900A", ""), ("490", "")])
def test_postal_codes_without_their_zero(written: str, code: str) -> None:
    assert rules_import.postal_code(written) == code
