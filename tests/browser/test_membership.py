"""A membership, from the cheque on the desk to the renewal at home."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, axe_faults, mail_to


def test_a_cheque_is_recorded_and_its_receipt_handed_out(sign_in: Any, site: Site) -> None:
    page: Page = sign_in("alice")
    page.goto(site.at("/coordination/adhesions?liste=attente"))
    page.locator("main table").last.locator("tbody th a").first.click()
    page.get_by_role("radio", name="Chèque").check()
    page.get_by_label("Montant", exact=True).fill("-3")
    page.get_by_role("button", name="Enregistrer ce règlement").click()
    expect(page.get_by_text("ne peut pas être négatif").first).to_be_visible()
    expect(page.get_by_role("radio", name="Chèque")).to_be_checked()
    assert axe_faults(page) == []

    remaining = page.locator("dl.facts div", has_text="Reste").locator("dd").inner_text()
    page.get_by_label("Montant", exact=True).fill(remaining)
    page.get_by_role("button", name="Enregistrer ce règlement").click()
    expect(page.locator("h1 ~ p, .heading p").get_by_text(re.compile("À jour|Terminée"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Établir le reçu").click()
    assert re.fullmatch(r"recu-cotisation-\d{4}-\d{4}\.pdf", download.value.suggested_filename)
    page.reload()
    expect(page.get_by_role("link", name=re.compile("Reçu n°"))).to_be_visible()
    assert axe_faults(page) == []


def test_renewal_is_looked_at_launched_and_answered(sign_in: Any, site: Site) -> None:
    page: Page = sign_in("alice")
    page.goto(site.at("/coordination/adhesions/renouvellement"))
    assert axe_faults(page) == []
    page.get_by_role("link", name=re.compile("jours? avant la fin")).first.click()
    expect(page.get_by_role("heading", name="Ce qu’il dit")).to_be_visible()
    launch = page.locator("summary", has_text="L’envoyer à")
    if launch.count():  # nobody is near the end of a period for part of the year
        launch.click()
        page.get_by_role("button", name=re.compile("L’envoyer à")).click()
        expect(page.get_by_text(re.compile("courriels? (est|sont) en route"))).to_be_visible()
        expect(page.get_by_role("heading", name="Les courriels de cette étape")).to_be_visible()
        assert axe_faults(page) == []
        mail_to(page, site, "", re.compile("dhésion|embership"))
        page.locator("a[href*='/adhesion/']").first.click()
        expect(page.get_by_role("heading", name=re.compile("^Renouveler")).first).to_be_visible()
        assert axe_faults(page) == []
        page.get_by_role("button", name="Demander cette adhésion").first.click()
        expect(page.get_by_text("En attente de règlement").first).to_be_visible()
        assert axe_faults(page) == []
