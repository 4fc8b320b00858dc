"""Cycles and regular meetings, as people use them in a browser."""

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, axe_faults, faults_of


def test_register_for_a_cycle_in_one_press(page: Page, site: Site) -> None:
    page.goto(site.at("/agenda"))
    page.get_by_role("link", name="séminaire 1").first.click()
    page.get_by_role("link", name="Voir le cycle et s’inscrire").click()
    expect(page.get_by_text("3 séminaires, 6 jours, 12 demi-journées, une seule inscription")).to_be_visible()
    page.get_by_label("Prénom").fill("Nour")
    page.get_by_label("Nom", exact=True).fill("Nicolas")
    page.get_by_label("Adresse électronique").fill("nour.nicolas@cabinet.example")
    page.get_by_label("Profession").select_option(label="Orthophoniste")
    page.get_by_label("J’exerce en dehors de ce territoire").check()
    page.locator("form:has(#given_name)").get_by_role("button", name="S’inscrire").last.click()
    expect(page.get_by_role("heading", name="Vous êtes inscrit·e au cycle entier")).to_be_visible()
    assert faults_of(page) == []


def test_repeat_a_meeting(browser: Browser, site: Site, signed_in: Any) -> None:
    page = browser.new_context(locale="fr-FR", storage_state=signed_in("alice")).new_page()
    page.goto(site.at("/agenda"))
    page.get_by_role("link", name="Le 3e jeudi").first.click()
    page.get_by_role("link", name="Gérer cet événement").click()
    page.get_by_role("link", name="tous les mois, le 3e jeudi").click()
    page.get_by_role("link", name="Ajouter des dates").click()
    page.get_by_label("Nombre de rencontres").fill("3")
    page.get_by_role("button", name="Voir les dates").click()
    expect(page.get_by_role("group", name="3 dates").get_by_role("checkbox")).to_have_count(3)
    assert axe_faults(page) == []
    page.get_by_role("checkbox").first.uncheck()
    page.get_by_role("button", name="Les garder en brouillon").click()
    expect(page.get_by_text("2 rencontres sont créées.")).to_be_visible()
    page.get_by_role("link", name="Modifier").first.click()
    page.get_by_label("Lieu").first.fill("Médiathèque")
    page.get_by_role("button", name="Voir ce qui changerait").click()
    expect(page.get_by_role("heading", name="rencontres changeraient")).to_be_visible()
    assert axe_faults(page) == []
    page.context.close()
