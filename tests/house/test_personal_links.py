"""Addresses that speak for a person: what they answer is kept nowhere, and no robot is sent there."""

import re
from typing import Any

import pytest
from werkzeug.routing import Rule

from cop.core import tokens
from cop.core.web import Application
from tests.house.world import browser_of, rules_of, things
from tests.people_of_the_tests import People

pytestmark = pytest.mark.once

# Written words of an address that anybody may know.
KNOWN_TO_ALL = {"community_slug", "cycle_slug", "filename", "month", "rule_code", "slug"}
# Calendars ask for it again and again, and are told in few bytes that nothing changed: it stays in their memory.
ASKED_AGAIN = {"invitations.personal_feed"}


def by_key(app: Application) -> list[tuple[str, Rule]]:
    return [(method, rule) for method, rule in rules_of(app) if any(map(tokens.is_key, rule.arguments))]


def address(rule: Rule, values: dict[str, Any]) -> str:
    built = rule.build(values)
    assert built
    return built[1]


def test_a_word_in_an_address_is_known_to_all_or_a_key(app: Application) -> None:
    """A key under another name would be kept by whatever stands between the page and its reader."""
    words = {
        name for _, rule in rules_of(app) for name, kind in rule._converters.items() if not hasattr(kind, "num_convert")
    }
    assert {name for name in words if not tokens.is_key(name)} <= KNOWN_TO_ALL


def test_no_answer_to_a_personal_link_is_kept(app: Application, people: People) -> None:
    ours = things(people, 1)
    client, seen = browser_of(app, None), set()
    for method, rule in by_key(app):
        wrong = {name: "x" for name in rule.arguments if tokens.is_key(name)}
        for values in (ours.of(rule), {**ours.of(rule), **wrong}):
            answer = client.open(address(rule, values), method=method)
            seen.add(answer.status_code)
            kept = answer.headers["Cache-Control"]
            if rule.endpoint in ASKED_AGAIN and answer.status_code == 200:
                assert "private" in kept
            else:
                assert kept == "private, no-store", f"{method} {rule.rule}: {answer.status_code}"
    assert seen >= {200, 303, 404, 422}, "let in, led on, not found, shown again"


@pytest.mark.parametrize("path", ["/evenements/{0.slug}", "/cycles/{0.cycle_slug}"])
def test_a_public_page_is_one_s_own_by_the_link_of_an_invitation(app: Application, people: People, path: str) -> None:
    ours = things(people, 1)
    page = path.format(ours)
    for key in (ours.guest_token, "x"):
        answer = browser_of(app, None).get(page, query_string={tokens.INVITE: key})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert browser_of(app, None).get(page).headers["Cache-Control"] != "private, no-store"


def test_robots_are_sent_to_none_of_them(app: Application, people: People) -> None:
    closed = [line.removeprefix("Disallow: ") for line in browser_of(app, None).get("/robots.txt").text.splitlines()]
    for _, rule in by_key(app):
        assert any(rule.rule.startswith(path) for path in closed if path.startswith("/")), rule.rule
    found = re.findall("<loc>http://localhost([^<]+)</loc>", browser_of(app, None).get("/sitemap.xml").text)
    assert not [path for path in found if any(path.startswith(one) for one in closed if one.startswith("/"))]
