"""Five hundred people from a spreadsheet with twenty errors: looked at, imported, mended, taken back."""

import re
from pathlib import Path
from typing import Any

import xlsxwriter
from playwright.sync_api import Page, expect

from cop.core import spreadsheets
from tests.browser.conftest import Site, faults_of

WAIT = 90_000  # the worker looks every few seconds, and machines are slow


def test_import_with_errors_mend_undo(site: Site, page: Page, sign_in: Any, tmp_path: Path) -> None:
    sign_in("alice")
    send(page, site, tmp_path / "liste.csv", five_hundred())
    expect(page.locator("h1")).to_have_text("Faire correspondre les colonnes")
    expect(page.get_by_label("Métier")).to_have_value("profession")
    assert faults_of(page) == []
    page.get_by_role("button", name="Vérifier la liste").click()
    expect(page.get_by_role("button", name="Importer 480 lignes")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("n’est pas une adresse e-mail complète").first).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Importer 480 lignes").click()
    undo = page.get_by_role("button", name="Annuler cet import")
    expect(undo).to_be_visible(timeout=WAIT)
    assert faults_of(page) == []
    first = page.url

    with page.expect_download() as taken:
        page.get_by_role("button", name="Récupérer les lignes refusées (XLSX)").click()
    taken.value.save_as(tmp_path / "refus.xlsx")
    mend(tmp_path / "refus.xlsx", tmp_path / "corrige.xlsx")
    send(page, site, tmp_path / "corrige.xlsx")
    page.get_by_role("button", name="Vérifier la liste").click()
    page.get_by_role("button", name="Importer 20 lignes").click(timeout=WAIT)
    expect(undo).to_be_visible(timeout=WAIT)
    second = page.url

    assert found(page, site) == 500
    for address in (second, first):
        page.goto(address)
        undo.click()
        expect(page.get_by_text("Annulé", exact=True)).to_be_visible(timeout=WAIT)
    assert found(page, site) == 0


def found(page: Page, site: Site) -> int:
    """How many of the list are among the people now."""
    page.goto(site.at("/personnes?q=listel"))
    return int(re.sub(r"\D", "", page.locator("[data-cop-count] b").inner_text() or "0"))


def five_hundred() -> str:
    lines = ["Nom;Prénom;Courriel;Métier;Ville"]
    lines += [f"Listel{n};Anne;listel{n}@cabinet.example;Infirmière;Angers" for n in range(480)]
    lines += [f"Listel{n};Anne;listel{n}@cabinet;Infirmière;Angers" for n in range(480, 500)]
    return "\n".join(lines)


def send(page: Page, site: Site, path: Path, text: str = "") -> None:
    if text:
        path.write_text(text, encoding="cp1252")
    page.goto(site.at("/coordination/imports/nouveau"))
    page.get_by_label("Des personnes").check()
    page.get_by_label("Fichier").set_input_files(path)
    page.get_by_label("D’où vient cette liste").fill("Annuaire de la fédération")
    page.get_by_role("button", name="Envoyer le fichier").click()


def mend(taken: Path, mended: Path) -> None:
    """The addresses completed, in a spreadsheet."""
    table = spreadsheets.read(taken.read_bytes(), taken.name)
    with xlsxwriter.Workbook(mended) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, table.headings)
        for number, line in enumerate(table.lines(), start=1):
            cells = [spreadsheets.text_of(cell) for cell in line.cells]
            sheet.write_row(number, 0, [f"{cell}.example" if cell.endswith("@cabinet") else cell for cell in cells])
