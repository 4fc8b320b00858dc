"""At the door: one press each, the count follows, and nothing is lost when the network goes."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site


@pytest.fixture
def door(sign_in: Any, site: Site) -> Page:
    """The list of the meeting that is going on."""
    page: Page = sign_in("alice")
    page.goto(site.at("/animation"))
    addresses = page.locator("main a[href*='/animation/evenements/']").evaluate_all(
        "links => links.map(link => link.getAttribute('href').match(/evenements.(\\d+)/)?.[1])"
    )
    for number in dict.fromkeys(filter(None, addresses)):
        page.goto(site.at(f"/animation/evenements/{number}/presences"))
        if page.locator("#expected .checkin button:enabled[aria-pressed=false]").count() > 1:
            return page
    pytest.fail("no list of the demonstration is open")


def _count(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("#tally b").inner_text()))


def test_a_press_stays_on_the_page_and_the_count_follows(door: Page) -> None:
    before, address = _count(door), door.url
    line = door.locator("#expected .checkin li:has(button[aria-pressed=false])").first
    number = line.get_attribute("id")
    line.get_by_role("button").press("Enter")
    pressed = door.locator(f"#{number} button")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(pressed).to_be_focused()
    assert (_count(door), door.url) == (before + 1, address)
    pressed.click()
    expect(door.locator(f"#{number} button")).to_have_attribute("aria-pressed", "false")
    assert _count(door) == before


def test_typing_narrows_the_list_without_asking_the_server(door: Page) -> None:
    names = door.locator("#expected .checkin b").all_inner_texts()
    lines = door.locator("#expected li:visible")
    door.get_by_label("Chercher dans la liste").fill(names[-1].upper())
    expect(lines.first).to_contain_text(names[-1])  # the last one comes first once the others are hidden
    assert lines.count() < len(names)
    door.get_by_label("Chercher dans la liste").fill("")
    expect(lines).to_have_count(len(names))


def test_without_network_the_line_says_so_and_waits(door: Page) -> None:
    before = _count(door)
    line = door.locator("#expected .checkin li:has(button[aria-pressed=false])").first
    number = line.get_attribute("id")
    door.context.set_offline(True)
    line.get_by_role("button").click()
    expect(door.locator(f"#{number} .failed")).to_contain_text("pas de réseau")
    assert _count(door) == before
    door.context.set_offline(False)
    door.locator(f"#{number} button").click()
    expect(door.locator(f"#{number} button")).to_have_attribute("aria-pressed", "true")
    assert _count(door) == before + 1
    door.locator(f"#{number} button").click()
    expect(door.locator(f"#{number} button")).to_have_attribute("aria-pressed", "false")
    door.faults[:] = [fault for fault in door.faults if "ERR_INTERNET" not in fault]  # type: ignore[attr-defined]
