"""Dates, in a browser: a poll from the proposal to the answer, and a half-day called off with its mail seen before."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import Browser, Page, expect

from cop.core import clock
from tests.browser.conftest import Site, axe_faults, faults_of


def test_propose_dates_and_answer_without_an_account(browser: Browser, site: Site, signed_in: Any, page: Page) -> None:
    staff = browser.new_context(locale="fr-FR", reduced_motion="reduce", storage_state=signed_in("alice")).new_page()
    staff.goto(site.at("/animation"))
    staff.get_by_role("link", name="Sondages de dates").click()
    staff.get_by_role("link", name="Proposer des dates").click()
    staff.get_by_role("link", name="Matinée d’études").click()
    staff.get_by_label("Titre de la rencontre").fill("Oralité, trouvons une date")
    for row in range(2):
        staff.locator(f"#day_{row}").fill((clock.today() + timedelta(days=40 + 7 * row)).isoformat())
    staff.locator("#closes_on").fill((clock.today() + timedelta(days=15)).isoformat())
    staff.get_by_role("button", name="Enregistrer, puis choisir").click()
    staff.get_by_role("button", name="Ouvrir sans écrire à personne").click()
    link = staff.locator("a[href*='/sondages/']:not([href*='animation'])").first.inner_text()

    page.goto(link)
    first = page.get_by_role("group").filter(has_text="0 oui").first
    first.get_by_label("oui", exact=True).check()
    page.get_by_label("Prénom").fill("Nour")
    page.get_by_label("Nom de famille").fill("Nicolas")
    page.get_by_label("Adresse électronique").fill("nour.nicolas@cabinet.example")
    assert faults_of(page) == []
    page.get_by_role("button", name="Envoyer ma réponse").click()
    expect(page.get_by_role("heading", name="Merci")).to_be_visible()
    assert faults_of(page) == []

    staff.reload()
    expect(staff.get_by_text("Convient au plus grand nombre")).to_be_visible()
    assert axe_faults(staff) == []
    staff.get_by_role("link", name="Retenir cette date").first.click()
    assert axe_faults(staff) == []
    staff.get_by_label("Garder un brouillon à compléter").check()
    staff.get_by_role("button", name="Retenir cette date").click()
    expect(staff.get_by_role("heading", name="Oralité, trouvons une date")).to_be_visible()
    staff.context.close()


def test_a_half_day_is_called_off_once_the_mail_was_seen(browser: Browser, site: Site, signed_in: Any) -> None:
    page = browser.new_context(locale="fr-FR", reduced_motion="reduce", storage_state=signed_in("alice")).new_page()
    page.goto(site.at("/animation?territoire=tous"))
    page.get_by_role("link", name="Séminaire régional").first.click()
    page.get_by_role("link", name="Annuler cette demi-journée").last.click()
    expect(page.get_by_text("n’a pas lieu").first).to_be_visible()
    assert axe_faults(page) == []
    page.get_by_label("Motif").fill("La salle est prise.")
    page.get_by_role("button", name="Annuler et prévenir tout le monde").click()
    page.get_by_role("link", name="Voir qui, et le courriel").click()
    expect(page.get_by_role("heading", name="Qui est prévenu du changement")).to_be_visible()
    expect(page.get_by_text("La salle est prise.")).to_be_visible()
    assert faults_of(page) == []
    page.go_back()
    page.get_by_role("button", name="La maintenir finalement").click()
    expect(page.get_by_text("La demi-journée a finalement lieu")).to_be_visible()
    page.context.close()
