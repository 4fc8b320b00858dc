"""Rows that are inserted unless they exist: the key decides, and what was written is not read back."""

from cop.core import clock
from cop.core.db import db, insert_if_absent, insert_new
from cop.core.unit_of_work import unit_of_work
from cop.invitations.models import STILL_REQUESTED, Invitation
from cop.people.models import Person
from tests.conftest import Queries
from tests.people_of_the_tests import People, event

VALUES = {"given_name": "Ève", "family_name": "Éluard", "search_name": "eve eluard", "email_key": "eve@cabinet.example"}


def test_the_row_is_an_object_of_the_session_at_once(people: People, queries: Queries) -> None:
    with unit_of_work():
        with queries:
            made = insert_new(Person, {**VALUES, "created_at": clock.now()}, key=["email_key"])
            assert made is not None
            assert (made.full_name, made.created_at) == ("Ève Éluard", clock.now())
            assert db.session.get(Person, made.id) is made
        assert [statement.split()[0] for statement in queries.statements if "BEGIN" not in statement] == ["INSERT"]
        assert (made.language, made.rpps, made.sites) == ("fr", None, []), "what was not said is read when asked for"
        made.family_name = "Autre"
    assert db.session.get_one(Person, made.id).family_name == "Autre"


def test_the_second_one_changes_nothing(people: People) -> None:
    values = {**VALUES, "created_at": clock.now()}
    with unit_of_work():
        assert insert_if_absent(Person, values, key=["email_key"])
    with unit_of_work():
        assert not insert_if_absent(Person, {**values, "given_name": "Autre"}, key=["email_key"])
        assert insert_new(Person, {**values, "given_name": "Autre"}, key=["email_key"]) is None
    assert db.session.query(Person).filter_by(email_key="eve@cabinet.example").one().given_name == "Ève"


def test_a_partial_key_counts_only_the_rows_it_is_about(people: People) -> None:
    with unit_of_work():
        values = {
            "event_id": event(people).id,
            "person_id": people.diane_id,
            "told_sequence": 0,
            "told_revision": 0,
            "last_told_at": clock.now(),
            "created_at": clock.now(),
        }

        def invite(uid: str, state: str) -> bool:
            row = {**values, "uid": uid, "state": state}
            return insert_new(Invitation, row, ["event_id", "person_id"], STILL_REQUESTED) is not None

        assert invite("a", "cancelled")
        assert invite("b", "cancelled")
        assert invite("c", "requested")
        assert not invite("d", "requested")
