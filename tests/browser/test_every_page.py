"""Every page: one main heading, no axe violation, light and dark, wide and narrow; no scrolling sideways at 360 px.

The pages are those of the application's own map. Where an address needs no argument it is opened; the others are
reached by the links of the pages and of the mails, as somebody would. A page nobody reaches is a fault.
"""

import re
import sqlite3
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from cop.app import create_app
from cop.core import tokens
from cop.core.web import Application
from tests.browser import test_dates, test_import, test_journeys, test_people, test_seats, test_series
from tests.browser.conftest import FOUR_LOOKS, TWO_LOOKS, Site, faults_of
from tests.conftest import settings_for

# Answers that are not pages: a calendar, a file, a stylesheet, a list for a script, the frame of a mail.
NOT_PAGES: Final = {
    "admin.health_json",
    "events.document",
    "events.robots",
    "events.sitemap",
    "events.staff_document",
    "host.appearance",
    "invitations.atom_feed",
    "invitations.event_file",
    "invitations.json_feed",
    "invitations.personal_feed",
    "invitations.public_feed",
    "invitations.rss_feed",
    "mail.body",
    "mail.calendar",
    "mail.source",
    "memberships.receipt",
    "people.find_communes",
    "registrations.calendar_file",
    "registrations.document",
    "retention.register_file",
    "static",
}
# Leads elsewhere: to the mandates of the person; to the page of the event one is asked to.
ELSEWHERE: Final = {"invitations.invited", "mandates.show"}
# Only there once something was done: looked at by the journey that does it.
LOOKED_AT_ON_THE_WAY: Final[dict[str, Callable[..., None]]] = {
    "changes.call_off": test_dates.test_a_half_day_is_called_off_once_the_mail_was_seen,
    "changes.pending": test_dates.test_a_half_day_is_called_off_once_the_mail_was_seen,
    "duplicates.merged": test_people.test_merge_two_and_take_it_back,
    "imports.columns": test_import.test_import_with_errors_mend_undo,
    "imports.show": test_import.test_import_with_errors_mend_undo,
    "joining.sent": test_people.test_join_confirm_pay_and_renew,
    "polls.thanks": test_dates.test_propose_dates_and_answer_without_an_account,
    "registrations.change": test_seats.test_register_with_a_colleague_and_change_an_answer,
    "registrations.done": test_journeys.test_a_newcomer_registers_in_one_page_and_one_press,
    "series.done": test_series.test_register_for_a_cycle_in_one_press,
    "volunteers.before_proposing": test_people.test_a_task_is_proposed_and_accepted,
}
SEEN_BY_EVERYBODY: Final = {
    "accounts.sign_in",
    "events.agenda",
    "events.desk",
    "events.home",
    "events.month",
    "joining.member",
    "network.people",
    "network.person",
    "registrations.event_page",
    "registrations.mine",
    "statistics.engagement",
}
# How many examples of one address are read for their links: the first organisation may have no contact.
EXAMPLES: Final = 8
HREF: Final = re.compile(r'(?:href|src)="([^"#]+)')


@dataclass
class Walk:
    """From link to link: each page once in the browser, its other examples only read for where they lead."""

    site: Site
    adapter: MapAdapter
    visited: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def go(self, page: Page, addresses: Iterable[str], wanted: Set[str] = frozenset()) -> None:
        """Visit what opens; then, while a wanted page was not reached, look for it behind other examples."""
        queue, known, read = deque(addresses), set[str](), defaultdict[str, int](int)
        others: deque[str] = deque()
        while queue or (others and wanted - self.visited.keys()):
            address, first = (queue.popleft(), True) if queue else (others.popleft(), False)
            endpoint = self.endpoint(address)
            if endpoint is None or endpoint in NOT_PAGES:
                continue
            if endpoint not in self.visited:
                text = self.visit(page, endpoint, address)
            elif first:
                others.append(address)
                continue
            elif read[endpoint] < EXAMPLES:
                read[endpoint] += 1
                text = page.request.get(self.site.at(address)).text()
            else:
                continue
            links = dict.fromkeys(link.removeprefix(self.site.url).split("?")[0] for link in HREF.findall(text))
            queue.extend(link for link in links if link not in known)
            known |= links.keys()

    def endpoint(self, address: str) -> str | None:
        if not address.startswith("/"):
            return None
        try:
            return str(self.adapter.match(urlsplit(address).path, "GET")[0])
        except (HTTPException, RequestRedirect):
            return None

    def visit(self, page: Page, endpoint: str, address: str) -> str:
        answer = page.goto(self.site.at(address))
        assert answer
        if answer.status >= 500:
            self.faults.append(f"{address}: answers {answer.status}")
        if answer.status != 200 or urlsplit(page.url).path != urlsplit(address).path:
            return ""  # not for this person, or not now
        self.visited[endpoint] = address
        looks = FOUR_LOOKS if endpoint in SEEN_BY_EVERYBODY else TWO_LOOKS
        self.faults += [f"{address} {fault}" for fault in faults_of(page, looks)]
        return page.content()


@pytest.fixture(scope="module")
def same_site(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Application:
    """The application that runs, for its map and its signature."""
    secret = (site.instance / "secret_key").read_text().strip()
    return create_app(settings_for(tmp_path_factory.mktemp("map"), COP_SECRET_KEY=secret))


def pages_of(application: Application) -> set[str]:
    read = {rule.endpoint for rule in application.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert read >= NOT_PAGES
    return read - NOT_PAGES


def mailed(instance: Path) -> list[str]:
    """The links of a mail of each kind, by which people without an account come."""
    with sqlite3.connect(instance / "cop.sqlite3") as database:
        rows = database.execute(
            "SELECT text FROM mail_body WHERE mail_id IN (SELECT max(id) FROM mail_message GROUP BY kind)"
        ).fetchall()
    found = re.findall(r"https?://[^/\s]+(/[^\s<>\"]+)", "\n".join(text for (text,) in rows))
    return list(dict.fromkeys(found))


# Only some events, and some kinds of them, have these.
RARE: Final = """
    SELECT '/animation/evenements/' || min(event_id) FROM campaign
    UNION SELECT '/animation/evenements/' || min(event.id) FROM event JOIN event_series ON event_series.id = series_id
        WHERE NOT is_cycle
    UNION SELECT '/animation/evenements/' || min(event_id) FROM question
    UNION SELECT '/animation/evenements/' || min(event_id) FROM quota
    UNION SELECT '/administration/types-de-rencontre/' || min(kind_id) FROM question
    UNION SELECT '/administration/types-de-rencontre/' || min(kind_id) FROM quota
"""


def rare(instance: Path) -> list[str]:
    with sqlite3.connect(instance / "cop.sqlite3") as database:
        return [address for (address,) in database.execute(RARE)]


def member(instance: Path) -> int:
    with sqlite3.connect(instance / "cop.sqlite3") as database:
        return int(database.execute("SELECT max(person_id) FROM membership").fetchone()[0])


@pytest.fixture(scope="module")
def walk(browser: Browser, site: Site, signed_in: Any, same_site: Application) -> Walk:
    """Nobody, then Diane by the link of a mail, then Alice, see what is open to each."""
    rules = same_site.url_map.iter_rules()
    plain = [rule.rule for rule in rules if "GET" in (rule.methods or ()) and not rule.arguments]
    done = Walk(site, same_site.url_map.bind("localhost"))
    with same_site.app_context():
        renewal = f"/adhesion/{tokens.sign('membership', str(member(site.instance)))}"
    nobody, diane, alice = (
        browser.new_context(locale="fr-FR", reduced_motion="reduce", storage_state=state).new_page()
        for state in (None, None, signed_in("alice"))
    )
    done.go(nobody, [*plain, renewal, *mailed(site.instance)])
    test_people.ask_for_a_link(diane, site, "diane@cokillaje.example")
    test_people.follow_mail(diane, "/connexion/lien/")
    done.go(diane, [urlsplit(diane.url).path])
    diane.locator("main form button[type=submit]").click()
    done.go(diane, [path for path in plain if path.startswith("/moi")])
    done.go(alice, [*plain, *rare(site.instance)], pages_of(same_site) - ELSEWHERE - LOOKED_AT_ON_THE_WAY.keys())
    for one in (nobody, diane, alice):
        one.context.close()
    return done


def test_no_page_is_forgotten(walk: Walk, same_site: Application) -> None:
    exempt, pages = ELSEWHERE | LOOKED_AT_ON_THE_WAY.keys(), pages_of(same_site)
    assert exempt <= pages
    assert pages - walk.visited.keys() - exempt == set()


def test_every_page_is_sound(walk: Walk) -> None:
    assert not walk.faults, "\n".join(walk.faults)


def test_an_address_that_leads_nowhere(page: Page, site: Site) -> None:
    page.goto(site.at("/nulle-part"))
    assert faults_of(page, FOUR_LOOKS) == []
    page.faults[:] = [f for f in page.faults if "404" not in f]  # type: ignore[attr-defined]


def test_english_is_whole(page: Page, site: Site) -> None:
    page.goto(site.at("/agenda"))
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto(site.at("/"))
    assert page.get_by_role("button", name="Français").is_visible()
    assert "Connexion" not in page.locator("header").inner_text()
