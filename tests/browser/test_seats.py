"""Seats, as those who come use them: with a colleague and what the form asks; and one that is offered in a mail."""

import re
import sqlite3

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, axe_faults, faults_of, mail_to
from tests.browser.test_journeys import fill_in

# An event with a form of its own, seats left, and the door open to all.
ASKS = """
    SELECT slug FROM event JOIN question ON question.event_id = event.id
    WHERE takes_colleagues AND asks_arrangement AND audience = 'public' AND seats_taken + 2 <= capacity
        AND starts_at > datetime('now')
    ORDER BY starts_at
"""
OFFERED = "SELECT recipient FROM mail_message WHERE kind = 'registrations.offer'"


def _found(site: Site, query: str) -> str:
    with sqlite3.connect(site.instance / "cop.sqlite3") as database:
        return str(database.execute(query).fetchone()[0])


def test_register_with_a_colleague_and_change_an_answer(page: Page, site: Site) -> None:
    page.goto(site.at(f"/evenements/{_found(site, ASKS)}"))
    fill_in(page, "tifenn.kervella@cabinet.example")
    page.get_by_label("Prénom").fill("Tifenn")
    page.get_by_label("Nom", exact=True).fill("Kervella")
    page.get_by_label("En covoiturage").check()
    page.get_by_label("Qu’est-ce qui faciliterait").fill("Une place près de l’écran")
    page.get_by_role("button", name="Inscrire aussi un·e collègue").click()
    colleague = page.get_by_role("group", name="Collègue 1")
    colleague.get_by_label("Prénom").fill("Yvon")
    colleague.get_by_label("Nom", exact=True).fill("Madec")
    colleague.get_by_label("Adresse électronique").fill("yvon.madec@cabinet.example")
    colleague.get_by_label("Profession").select_option("91")
    expect(page.get_by_label("En covoiturage")).to_be_checked()
    assert faults_of(page) == []
    page.get_by_role("button", name="S’inscrire et recevoir l’invitation").click()
    expect(page.get_by_role("heading", name="Vous êtes inscrit·e")).to_be_visible()
    expect(page.get_by_text(re.compile("^Yvon Madec a une place"))).to_be_visible()
    assert axe_faults(page) == []

    mail_to(page, site, "yvon.madec@cabinet.example", "")
    expect(page.locator("main")).to_contain_text("Tifenn Kervella")
    mail_to(page, site, "tifenn.kervella@cabinet.example", "")
    page.locator("a[href*='/inscription/']").first.click()
    expect(page.get_by_text("En covoiturage")).to_be_visible()
    page.get_by_role("link", name="Modifier mes réponses").click()
    page.get_by_label("À pied ou à vélo").check()
    assert faults_of(page) == []
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("À pied ou à vélo")).to_be_visible()


def test_a_seat_that_is_offered_is_taken(page: Page, site: Site) -> None:
    mail_to(page, site, _found(site, OFFERED), re.compile("Une place pour vous|A seat for you"))
    page.locator("a[href*='/inscription/']").first.click()
    expect(page.get_by_text("Une place vous est proposée")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Oui, je la prends").click()
    expect(page.get_by_text("Votre place est confirmée")).to_be_visible()
    mail_to(page, site, _found(site, OFFERED), re.compile("Vous êtes inscrit|You are registered"))
    assert "METHOD:REQUEST" in page.locator("pre", has_text="BEGIN:VCALENDAR").first.inner_text()
