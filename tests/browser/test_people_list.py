"""The coordinator's daily page: found while typing, narrowed by a link, kept under a name; and its neighbours."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, axe_faults


def test_find_narrow_keep_and_take_back(sign_in: Any, site: Site) -> None:
    page: Page = sign_in("alice")
    page.goto(site.at("/personnes"))
    everybody = _count(page)
    page.locator("#q").press_sequentially("angers")
    expect(page).to_have_url(re.compile(r"\?q=angers$"))
    found = _count(page)
    assert 0 < found < everybody
    page.locator("summary", has_text="Étape").click()
    page.locator(".panel a", has_text="Participant·e").click()
    expect(page.locator("#q")).to_have_value("angers")
    assert 0 < _count(page) < found
    page.locator("summary", has_text="Enregistrer cette liste").click()
    page.locator("#name").fill("Angevins à inviter")
    page.locator(".keep form[method=post] button").click()
    expect(page.locator("h1")).to_have_text("Angevins à inviter")
    page.get_by_role("link", name="Gérer").click()
    page.get_by_role("button", name="Supprimer Angevins à inviter").click()
    page.get_by_role("button", name=re.compile("Annuler")).click()
    expect(page.get_by_role("link", name="Angevins à inviter", exact=True)).to_be_visible()


def test_a_figure_of_the_steps_opens_its_list(sign_in: Any, site: Site) -> None:
    page: Page = sign_in("alice")
    page.goto(site.at("/coordination/etapes"))
    cell = page.locator("table.steps td.up a").first
    people = int(cell.inner_text().replace("\u202f", ""))
    cell.click()
    assert _count(page) == people
    page.locator("table.folding th a").first.click()
    assert axe_faults(page) == []
    expect(page.get_by_role("heading", name="Ce qui s’est passé")).to_be_visible()


def test_a_panel_closes_by_escape_and_by_going_on(sign_in: Any, site: Site) -> None:
    page: Page = sign_in("alice")
    page.goto(site.at("/personnes"))
    for panel in (page.locator(".tabs details"), page.locator(".narrowing > details").first):
        button = panel.locator("summary")
        button.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(panel.locator("a:focus")).to_be_visible()
        page.keyboard.press("Escape")
        expect(panel).not_to_have_attribute("open", re.compile(""))
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
        page.locator("#q").focus()
        expect(panel).not_to_have_attribute("open", re.compile(""))


def _count(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("[data-cop-count] b").inner_text()))
