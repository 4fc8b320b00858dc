"""A campaign, in a browser: one person is asked, says that they cannot come, thinks again."""

import os
import subprocess
import sys
from typing import Any

from playwright.sync_api import Browser, Page, expect

from cop.commands_serve import demonstration
from tests.browser.conftest import ROOT, Site, faults_of, mail_to
from tests.browser.test_journeys import open_event


def _write_the_mails(site: Site) -> None:
    """What the worker does once a minute, which is long to wait for."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("COP_", "LD_LIBRARY"))}
    environ |= {"COP_INSTANCE": str(site.instance), "COP_PUBLIC_URL": site.url}
    demonstration(environ)
    subprocess.run(
        [sys.executable, "-m", "cop.commands", "jobs", "run", "campaigns.write"],
        cwd=ROOT,
        env=environ,
        check=True,
        capture_output=True,
    )


def test_ask_somebody_who_declines_and_thinks_again(browser: Browser, site: Site, signed_in: Any, page: Page) -> None:
    staff = browser.new_context(locale="fr-FR", reduced_motion="reduce", storage_state=signed_in("alice")).new_page()
    title = open_event(staff, site)
    staff.get_by_role("link", name="Gérer cet événement").click()
    staff.get_by_role("link", name="Invités").first.click()
    staff.get_by_role("link", name="Inviter des personnes").first.click()
    line = staff.locator("table.ticked tbody tr:has(input:enabled)").first
    address = line.get_by_role("cell").first.inner_text()
    line.get_by_role("checkbox").check()
    staff.get_by_role("button", name="Écrire aux personnes cochées").click()
    staff.locator("#words_fr").fill("On y parle de ce que vous nous demandiez.")
    staff.get_by_role("button", name="Garder, et voir le courriel").click()
    expect(staff.locator("#mail ~ *").first).to_be_visible()
    assert faults_of(staff) == []
    staff.get_by_role("button", name="Envoyer à 1 personne").click()
    expect(staff.locator("h1")).to_contain_text(title)
    assert faults_of(staff) == []

    _write_the_mails(site)
    mail_to(page, site, address, title)
    page.locator("a[href*='/invite/']").first.click()
    expect(page.locator("#email")).to_have_value(address)
    assert faults_of(page) == []
    page.get_by_role("button", name="Je ne pourrai pas venir").click()
    expect(page.get_by_text("Vous avez dit que vous ne pourrez pas venir.")).to_be_visible()
    page.get_by_role("button", name="Je viendrai peut-être, finalement").click()
    expect(page.get_by_role("button", name="Je ne pourrai pas venir")).to_be_visible()
    staff.context.close()
