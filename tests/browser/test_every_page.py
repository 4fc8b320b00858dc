"""Every page: zero axe violation, light and dark, wide and narrow; no scrolling sideways at 360 px."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site, axe_faults, overflow

PUBLIC = [
    "/",
    "/agenda",
    "/connexion",
    "/donnees-personnelles",
    "/mes-donnees",
    "/mentions-legales",
    "/accessibilite",
    "/nulle-part",
]
STAFF = [
    "/animation",
    "/coordination",
    "/coordination/adhesions",
    "/coordination/adhesions/reglages",
    "/coordination/adhesions/renouvellement",
    "/coordination/adhesions/tarifs",
    "/moi/adhesion",
    "/administration/etat",
    "/demo/courrier",
    "/moi",
    "/moi/securite",
    "/moi/donnees",
    "/moi/donnees/effacer",
    "/personnes/doublons",
    "/personnes/demandes",
    "/administration/conservation",
    "/administration/conservation/registration/rapport",
    "/administration/conservation/registre",
]


def _check(page: Page, path: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert axe_faults(page) == [], f"{path} {scheme} {width}"
            assert overflow(page) == 0, f"{path} scrolls sideways at {width} px"


def _visit(page: Page, site: Site, path: str) -> None:
    page.goto(site.at(path))
    assert page.locator("h1").count() == 1
    _check(page, path)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(page: Page, site: Site, path: str) -> None:
    _visit(page, site, path)
    page.faults[:] = [f for f in page.faults if "404" not in f]  # type: ignore[attr-defined]


def test_an_event_page(page: Page, site: Site) -> None:
    page.goto(site.at("/agenda"))
    page.locator("ol.programme a").first.click()
    assert re.search(r"/evenements/", page.url)
    _check(page, page.url)


@pytest.mark.parametrize("path", STAFF)
def test_staff_pages(sign_in: Any, site: Site, path: str) -> None:
    _visit(sign_in("alice"), site, path)


def test_staff_pages_of_an_event(sign_in: Any, site: Site) -> None:
    page = sign_in("alice")
    page.goto(site.at("/animation"))
    page.locator("main a[href*='/animation/evenements/']:not([href*=nouveau])").first.click()
    tabs = page.locator("main nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(tabs) >= 3
    for path in tabs:
        _visit(page, site, path)


def test_english_is_whole(page: Page, site: Site) -> None:
    page.goto(site.at("/agenda"))
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto(site.at("/"))
    assert page.get_by_role("button", name="Français").is_visible()
    assert "Connexion" not in page.locator("header").inner_text()
