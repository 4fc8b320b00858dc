"""The second factor in a real browser: a passkey on Chromium's own virtual device, and an application of codes."""

import re
import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, faults_of

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
WHO = "charlie@cokillaje.example"


def sign_in(page: Page, site: Site) -> None:
    page.goto(site.at("/connexion?next=/moi/securite"))
    page.locator("#email").fill(WHO)
    page.locator("#password").fill(site.password)
    page.locator("form:has(#password) button[type=submit]").click()


def sign_out(page: Page) -> None:
    page.locator("header").get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Vous êtes déconnecté")).to_be_visible()


@pytest.fixture
def device(page: Page) -> Iterator[Page]:
    """The page's browser, with a device that keeps passkeys and whose owner always agrees."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield page
    tools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made["authenticatorId"]})


def test_a_passkey_is_added_then_signs_in_alone(device: Page, site: Site) -> None:
    page = device
    sign_in(page, site)
    expect(page.locator("h1")).to_have_text("Sécurité")
    assert faults_of(page) == []
    page.get_by_label("Nom de la clé").fill("Poste de l’accueil")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.locator("h1")).to_have_text("Vos codes de secours")
    expect(page.locator("ol.codes li")).to_have_count(10)
    assert faults_of(page) == []
    page.get_by_role("link", name="Je les ai gardés").click()
    expect(page.get_by_text("Poste de l’accueil ajoutée")).to_be_visible()
    sign_out(page)

    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    page.wait_for_url(lambda url: "/connexion" not in url)
    page.goto(site.at("/moi/securite"))
    expect(page.get_by_text("par clé d’accès")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name=re.compile("Retirer Poste de l’accueil")).click()
    expect(page.get_by_text("La clé d’accès est retirée.")).to_be_visible()


def test_an_application_of_codes_is_set_up_then_asked_for(page: Page, site: Site) -> None:
    sign_in(page, site)
    page.get_by_role("link", name="Mettre une application en place").click()
    expect(page.locator("svg.qr")).to_be_visible()
    assert faults_of(page) == []
    generator = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    code = page.get_by_label("Code de l’application")
    # The code of the period before is taken here, the present one after: each is good once.
    code.fill(generator.at(int(time.time()) - 30))
    page.get_by_role("button", name="Confirmer").click()
    recovery = page.locator("ol.codes li").first.inner_text()
    page.get_by_role("link", name="Je les ai gardés").click()
    sign_out(page)

    sign_in(page, site)
    expect(page.locator("h1")).to_have_text("Encore une étape")
    assert faults_of(page) == []
    page.goto(site.at("/animation"))
    expect(page.locator("h1")).to_have_text("Encore une étape")
    code.fill("000000")
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator("#code-error")).to_contain_text("pas le bon")
    assert faults_of(page) == []
    code.fill(generator.now())
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator("h1")).not_to_have_text("Encore une étape")
    sign_out(page)

    sign_in(page, site)
    page.locator("#recovery").fill(recovery)
    page.get_by_role("button", name="Utiliser ce code").click()
    expect(page.get_by_text("Il vous en reste 9 sur 10")).to_be_visible()
    page.get_by_role("button", name=re.compile("Retirer")).click()
    expect(page.get_by_text("L’application de codes est retirée.")).to_be_visible()
