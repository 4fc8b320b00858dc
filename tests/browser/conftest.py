"""A real browser on a real server: the demonstration, served by ``cop serve``, in a folder of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / ".tools" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
# WCAG 2.2 A and AA, and what axe calls best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Most faults of a width or of a light show in one of these two; the pages seen by everybody are looked at in all four.
Look = tuple[Literal["light", "dark"], int]
TWO_LOOKS: Final[Sequence[Look]] = (("light", 1280), ("dark", 360))
FOUR_LOOKS: Final[Sequence[Look]] = (*TWO_LOOKS, ("light", 360), ("dark", 1280))


@dataclass(frozen=True)
class Site:
    """The running demonstration: its address and the password of its accounts."""

    url: str
    password: str
    instance: Path

    def at(self, path: str) -> str:
        return self.url + path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    instance = tmp_path_factory.mktemp("browser-instance")
    port = _free_port()
    url = f"http://localhost:{port}"
    # The runner hands the browser its own libraries; the server needs none of them.
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("COP_", "LD_LIBRARY"))}
    log = (instance / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "cop.commands", "serve", "--demo", "--port", str(port)],
        cwd=ROOT,
        env={**environ, "COP_INSTANCE": str(instance)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_for(url + "/health", process, instance / "serve.log")
        password = json.loads((instance / "demo.json").read_text())["password"]
        yield Site(url, password, instance)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        log.close()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server stopped:\n{log.read_text(errors='replace')[-3000:]}")
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own loopback address
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"no answer from {address}:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=os.environ.get("COP_CHROMIUM"), args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR", reduced_motion="reduce")
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page that fails its test on any console error, and on any request that leaves the site."""
    made = context.new_page()
    faults: list[str] = []
    made.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.on(
        "request",
        lambda request: faults.append(f"left the site: {request.url}") if _leaves(request.url, site) else None,
    )
    made.faults = faults  # type: ignore[attr-defined]
    yield made
    # A form shown again answers 422, which Chromium writes to its console; that is not a fault.
    real = [fault for fault in faults if "status of 422" not in fault]
    assert not real


def _leaves(url: str, site: Site) -> bool:
    return not url.startswith((site.url, "about:", "blob:"))


@pytest.fixture(scope="session")
def signed_in(browser: Browser, site: Site) -> Any:
    """The session of a demo account, opened through the form once: signing in is rate-limited, as it must be."""
    states: dict[str, Any] = {}

    def state(name: str) -> Any:
        if name not in states:
            context = browser.new_context()
            page = context.new_page()
            page.goto(site.at("/connexion"))
            page.locator("#email").fill(f"{name}@cokillaje.example")
            page.locator("#password").fill(site.password)
            page.locator("form:has(#password) button[type=submit]").click()
            page.wait_for_url(lambda url: "/connexion" not in url)
            states[name] = context.storage_state()
            context.close()
        return states[name]

    return state


@pytest.fixture
def sign_in(page: Page, signed_in: Any) -> Any:
    def do(name: str) -> Page:
        page.context.add_cookies(signed_in(name)["cookies"])
        return page

    return do


def mail_to(page: Page, site: Site, address: str, subject: str | re.Pattern[str]) -> None:
    """Open, in the local mailbox, the newest mail to ``address`` (none: to anybody) whose subject says ``subject``. It
    may take a moment to be there, and the reminders that fall due meanwhile may leave it to the next pages. Of somebody
    the demonstration made one does not know which language they read: it depends on the hour it was made at."""
    for turn in range(60):
        page.goto(site.at(f"/demo/courrier?to={address}&page={turn % 6 + 1}"))
        found = page.locator("ul.mails > li", has_text=subject)
        if found.count():
            found.first.locator("a").first.click()
            return
        time.sleep(0.25)
    pytest.fail(f"no mail to {address or 'anybody'} about {subject}")


def axe_faults(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands, one line per rule and place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", RULES
    )
    return [
        f"{violation['id']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window; zero is what reading without scrolling needs."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def faults_of(page: Page, looks: Sequence[Look] = TWO_LOOKS) -> list[str]:
    """What is wrong with the page in each of these lights and widths; it is left wide and light."""
    titles = page.locator("h1").count()
    faults = [] if titles == 1 else [f"{titles} main headings"]
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        faults += [f"{scheme}, {width} px: {fault}" for fault in axe_faults(page)]
        if beyond := overflow(page):
            faults.append(f"{scheme}, {width} px: scrolls sideways by {beyond} px")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    return faults
