"""The coordinator's page with everything opened, and the same page for another period."""

from typing import Any

from tests.browser.conftest import Site, axe_faults, overflow


def test_definitions_and_events_open_without_fault(sign_in: Any, site: Site) -> None:
    page = sign_in("alice")
    page.goto(site.at("/coordination"))
    for summary in page.locator("main details > summary").all():
        summary.click()
    assert page.get_by_text("Effectifs").first.is_visible()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe_faults(page) == []
        assert overflow(page) == 0
    page.get_by_label("Période").select_option("annee-derniere")
    page.get_by_role("button", name="Montrer").click()
    assert "periode=annee-derniere" in page.url
    assert page.locator("h1").count() == 1
