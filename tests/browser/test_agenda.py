"""The agenda in a real browser: data the content policy lets through, and a frame in somebody else's page."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Site, axe_faults, faults_of

OTHER = "<!doctype html><html lang='fr'><title>Ailleurs</title><h1>Ailleurs</h1><a href='#'>Avant</a>{}</html>"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing: who asks for what is not looked at."""


@pytest.fixture
def elsewhere(site: Site, tmp_path: Path) -> Iterator[str]:
    """A page of another site, with the line copied from the agenda."""
    address = escape(site.at("/agenda/integre?nombre=5"))
    line = f'<iframe src="{address}" title="Agenda" width="100%" height="600"></iframe>'
    (tmp_path / "index.html").write_text(OTHER.format(line), encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


def test_an_event_is_data_and_no_fault(page: Page, site: Site) -> None:
    """The page fails on any complaint of the console: a block of data is none."""
    page.goto(site.at("/agenda"))
    page.locator(".programme .title a").first.click()
    found = page.locator('script[type="application/ld+json"]').text_content()
    assert json.loads(found or "")["@type"] == "Event"
    page.goto(site.at("/agenda/integrer?apparence=clair"))
    expect(page.frame_locator("iframe").locator(".programme .title a").first).to_be_visible()


def test_the_agenda_in_the_page_of_another_site(context: BrowserContext, site: Site, elsewhere: str) -> None:
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(elsewhere)
    frame = page.frame_locator("iframe")
    expect(frame.locator(".programme .title a").first).to_be_visible()
    assert context.cookies() == []
    page.get_by_role("link", name="Avant").focus()
    page.keyboard.press("Tab")
    expect(frame.locator(".programme .title a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.startswith(site.at("/evenements/")))
    assert [fault for fault in faults if "favicon" not in fault and "404" not in fault] == []
    page.goto(site.at("/agenda/integre?apparence=sombre"))
    assert faults_of(page) == []


def test_a_month_by_keyboard_and_on_a_phone(page: Page, site: Site) -> None:
    page.goto(site.at("/agenda/mois/2026-12"))
    page.get_by_role("link", name="Janvier 2027").press("Enter")
    page.wait_for_url(lambda url: url.endswith("/agenda/mois/2027-01"))
    assert page.locator(".day:not(.free) h3").count() > 0
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.locator(".day.free").first.is_hidden()
    assert axe_faults(page) == []
    page.get_by_text("S’abonner à l’agenda").click()
    assert axe_faults(page) == []
