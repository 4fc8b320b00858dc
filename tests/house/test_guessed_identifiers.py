"""Numbers tried in addresses: what is next door looks like what does not exist, and nothing of it shows or moves."""

from typing import Any, ClassVar, Final

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

from cop.core.db import db
from cop.core.web import Application
from tests.house.world import MISSING, Things, browser_of, door, rules_of, things
from tests.people_of_the_tests import People, territory

NUMBERS: Final = {
    "event_id",
    "campaign_id",
    "half_day_id",
    "poll_id",
    "option_id",
    "voter_id",
    "event_kind_id",
    "document_id",
    "event_member_id",
    "event_partner_id",
    "link_id",
    "question_id",
    "kind_question_id",
    "reminder_rule_id",
    "journey_id",
    "quota_id",
    "kind_quota_id",
    "person_id",
    "registration_id",
    "request_id",
    "skill_id",
    "task_id",
    "hours_id",
    "application_id",
    "pair_id",
    "merge_id",
    "answer_id",
    "series_id",
    "cycle_id",
    "seminar_id",
    "inbox_id",
    "account_id",
    "grant_id",
    "organisation_id",
    "affiliation_id",
    "exchange_id",
    "organisation_kind_id",
    "community_id",
    "member_id",
    "message_id",
    "session_id",
    "passkey_id",
    "mandate_id",
    "kind_id",
    "decision_id",
    "project_id",
    "candidate_id",
    "segment_id",
    "import_id",
    "membership_id",
    "payment_id",
    "receipt_id",
    "membership_kind_id",
    "renewal_step_id",
}
# The whole organisation's: the neighbour's are one's own.
OF_ALL: Final = {"reminder_rule_id"}
# A link with a token is the person's own key: whoever holds it comes in.
KEYS: Final = {"token"}
NOBODY_HAS: Final = (0, 999_999, 2**31, 2**63, 10**30)
# What a press needs besides its address, so that it would do its work if it were let in.
PRESSED: Final = {"present": "1", "reason": "x", "headcount": "3", "given_name": "X", "family_name": "Y"}


def numbered(app: Application) -> list[tuple[str, Rule]]:
    return [(method, rule) for method, rule in rules_of(app) if rule.arguments & NUMBERS]


def address(rule: Rule, held: Things, **other: Any) -> str:
    built = rule.build({**held.of(rule), **{name: value for name, value in other.items() if name in rule.arguments}})
    assert built
    return built[1]


def picture() -> dict[str, list[Any]]:
    """Every row of the tables a press may change."""
    db.session.rollback()
    tables = ("event", "half_day", "registration", "attendance", "account", "account_grant", "person", "invitation")
    return {name: db.session.execute(sa.select(db.metadata.tables[name])).all() for name in tables}


def test_the_neighbour_s_things_do_not_exist(app: Application, people: People) -> None:
    """Bob, with every number that is Charlie's."""
    theirs = things(people, 1, "44")
    client, before = browser_of(app, people.bob), picture()
    for method, rule in numbered(app):
        if rule.arguments & KEYS:
            continue
        path = address(rule, theirs)
        answer = client.open(path, method=method, data=PRESSED)
        assert answer.status_code in {403, 404}, f"{method} {path}: {answer.status_code}"
        assert "Essai-1" not in answer.text
        assert "Rencontre 1" not in answer.text
    assert picture() == before


def test_the_neighbour_s_things_are_not_reached_through_ones_own_event(app: Application, people: People) -> None:
    """Bob's own event in the address, and one number of Charlie's after it."""
    ours, theirs = things(people, 1, "49"), things(people, 2, "44")
    client, before = browser_of(app, people.bob), picture()
    for method, rule in numbered(app):
        for name in sorted(rule.arguments & NUMBERS - {"event_id"} - OF_ALL):
            path = address(rule, ours, **{name: getattr(theirs, name)})
            answer = client.open(path, method=method, data={**PRESSED, "person": str(theirs.person_id)})
            # Taking away what is not there is done already, and goes back to one's own list.
            assert answer.status_code in {303, 403, 404, 422}, f"{method} {path}: {answer.status_code}"
            shown = client.get(answer.location) if answer.status_code == 303 else answer
            assert "Essai-2" not in shown.text, path
            assert picture() == before, path


def test_a_person_named_in_the_form_is_of_the_event(app: Application, people: People) -> None:
    """The excuse names its person in the form: not in the address, and no more reachable for that."""
    ours, theirs = things(people, 1, "49"), things(people, 2, "44")
    client, before = browser_of(app, people.bob), picture()
    path = f"/animation/evenements/{ours.event_id}/presences/{ours.half_day_id}/excuser"
    answer = client.post(path, data={"person": str(theirs.person_id)})
    assert answer.status_code in {404, 422}
    assert "Essai-2" not in answer.text
    assert picture() == before


@pytest.mark.parametrize("number", NOBODY_HAS, ids=str)
def test_a_number_nobody_has_is_missing(app: Application, people: People, number: int) -> None:
    ours = things(people, 1)
    client, before = browser_of(app, people.alice), picture()
    for method, rule in numbered(app):
        for name in sorted(rule.arguments & NUMBERS):
            path = address(rule, ours, **{name: number})
            answer = client.open(path, method=method, data=PRESSED)
            assert answer.status_code in {303, 403, 404, 422}, f"{method} {path}: {answer.status_code}"
    assert picture() == before


class Questions(ImmutableMultiDict[str, str]):
    """What an address asks after its question mark; notes which names the page reads."""

    read: ClassVar[set[str]] = set()

    def get(self, key: str, *arguments: Any, **options: Any) -> Any:
        self.read.add(key)
        return super().get(key, *arguments, **options)

    def getlist(self, key: str, *arguments: Any, **options: Any) -> Any:
        self.read.add(key)
        return super().getlist(key, *arguments, **options)


def read_by(client: Any, path: str) -> set[str]:
    Questions.read.clear()
    client.get(path)
    return set(Questions.read)


def test_a_number_too_large_in_a_question_breaks_nothing(
    app: Application, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every question a page reads: all at once, then one by one where that is refused and hides what comes after."""
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Questions)
    ours, seen = things(people, 1), set()
    client = browser_of(app, people.alice)
    for method, rule in rules_of(app):
        if method == "GET" and rule.endpoint != "admin.health_json":
            path, names = address(rule, ours), read_by(client, address(rule, ours))
            together = client.get(path, query_string=dict.fromkeys(names, 10**30))
            assert together.status_code < 500, path
            for name in names if together.status_code != 200 else ():
                assert client.get(path, query_string={name: 10**30}).status_code < 500, f"{path}?{name}"
            seen |= names
    assert seen >= {"page", "territoire", "demi_journee", "compte", "kind", "type", "theme", "genre"}


def test_a_territory_next_door_is_missing_from_the_figures(app: Application, people: People) -> None:
    number = territory("department", "44").id
    client = browser_of(app, people.bob)
    assert door(client.get(f"/coordination?territoire={number}")) == MISSING
    assert door(client.get(f"/coordination/mobilises?territoire={number}")) == MISSING
    assert door(client.post("/coordination/export", data={"territoire": number})) == MISSING
