"""The matrix: who gets in where. Every address of the application has its line."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from flask import Flask

from cop.accounts.models import Account
from cop.accounts.sign_in import UndeclaredAccess
from cop.accounts.sign_in import init_app as guard
from cop.core import page_cache
from cop.core.access import Permission, declared
from cop.core.db import db
from cop.core.web import Application
from tests import photograph
from tests.house.world import FORBIDDEN, IN, LOGIN, MISSING, Things, ada, browser_of, door, rules_of, things
from tests.people_of_the_tests import People
from tests.reference import reference

PEOPLE: Final = ("nobody", "diane", "charlie", "bob", "alice", "ada")

# What is Bob's: Charlie, next door, does not learn that it exists, nor does a member.
OF_BOB: Final = (LOGIN, MISSING, MISSING, IN, IN, IN)
ANY_ANIMATOR: Final = (LOGIN, FORBIDDEN, IN, IN, IN, IN)
# A list Bob saved for himself: not even the coordination opens it.
BOB_S_LIST: Final = (LOGIN, FORBIDDEN, MISSING, IN, MISSING, MISSING)
COORDINATION: Final = (LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, IN, IN)
# About somebody of Bob's, for the coordination only.
COORDINATION_OF_BOB: Final = (LOGIN, MISSING, MISSING, FORBIDDEN, IN, IN)
ADMINISTRATION: Final = (LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, IN)
MEMBERS: Final = (LOGIN, IN, IN, IN, IN, IN)
EVERYBODY: Final = (IN,) * 6
# Of one's own account only: the numbers tried are somebody else's.
NOT_MINE: Final = (LOGIN, *(MISSING,) * 5)

# Of the organisation as a whole: an animator has no business there, and is told nothing.
OF_THE_WHOLE: Final = (LOGIN, MISSING, MISSING, MISSING, IN, IN)
# About what is Bob's, and yet not for him to change.
BOBS_BUT_NOT_HIS: Final = (LOGIN, MISSING, MISSING, FORBIDDEN, IN, IN)

MATRIX: Final = {
    "account_management.create": ADMINISTRATION,
    "account_management.do_create": ADMINISTRATION,
    "account_management.give_role": ADMINISTRATION,
    "account_management.index": ADMINISTRATION,
    "account_management.reset_factor": ADMINISTRATION,
    "account_management.restore": ADMINISTRATION,
    "account_management.show": ADMINISTRATION,
    "account_management.suspend": ADMINISTRATION,
    "account_management.withdraw_role": ADMINISTRATION,
    "accounts.ask_passkey": EVERYBODY,
    "accounts.change_password": MEMBERS,
    "accounts.change_profile": MEMBERS,
    "accounts.link": EVERYBODY,
    "accounts.link_sent": EVERYBODY,
    "accounts.profile": MEMBERS,
    "accounts.sign_in": EVERYBODY,
    "accounts.sign_in_post": EVERYBODY,
    "accounts.use_link": EVERYBODY,
    "accounts.use_passkey": EVERYBODY,
    "admin.health": COORDINATION,
    "admin.health_json": EVERYBODY,
    "admin.journal": COORDINATION,
    "attendance.add": OF_BOB,
    "attendance.close": OF_BOB,
    "attendance.count": OF_BOB,
    "attendance.excuse": OF_BOB,
    "attendance.mark": OF_BOB,
    "attendance.remove": OF_BOB,
    "attendance.reopen": OF_BOB,
    "attendance.sheet": OF_BOB,
    "changes.call_off": OF_BOB,
    "changes.hold_after_all": OF_BOB,
    "changes.pending": OF_BOB,
    "changes.tell_nobody": OF_BOB,
    "changes.tell_now": OF_BOB,
    "campaigns.campaign": OF_BOB,
    "campaigns.chase": OF_BOB,
    "campaigns.choose": OF_BOB,
    "campaigns.decline": EVERYBODY,
    "campaigns.drop": OF_BOB,
    "campaigns.guests": OF_BOB,
    "campaigns.launch": OF_BOB,
    "campaigns.may_come": EVERYBODY,
    "campaigns.prepare": OF_BOB,
    "campaigns.restore": OF_BOB,
    "campaigns.resume": OF_BOB,
    "campaigns.stop": OF_BOB,
    "campaigns.write": OF_BOB,
    "campaigns.write_again": OF_BOB,
    "carpool.answer": EVERYBODY,
    "carpool.of_event": OF_BOB,
    "carpool.share": EVERYBODY,
    "carpool.show": EVERYBODY,
    "carpool.withdraw": EVERYBODY,
    "communities.archive": OF_BOB,
    "communities.create": ANY_ANIMATOR,
    "communities.edit": OF_BOB,
    "communities.index": EVERYBODY,
    "communities.join": MEMBERS,
    "communities.leave": MEMBERS,
    "communities.lift": OF_BOB,
    "communities.manage": OF_BOB,
    "communities.restore": OF_BOB,
    "communities.set_animator": OF_BOB,
    "communities.show": EVERYBODY,
    "communities.staff_index": ANY_ANIMATOR,
    "communities.suspend": OF_BOB,
    "data_requests.answer": COORDINATION_OF_BOB,
    "data_requests.choose": COORDINATION_OF_BOB,
    "data_requests.erase": COORDINATION_OF_BOB,
    "data_requests.index": COORDINATION,
    "data_requests.note": COORDINATION_OF_BOB,
    "data_requests.show": COORDINATION_OF_BOB,
    "data_requests.take": COORDINATION_OF_BOB,
    "duplicates.find": COORDINATION,
    "duplicates.index": COORDINATION,
    "duplicates.merge": COORDINATION_OF_BOB,
    "duplicates.merged": COORDINATION_OF_BOB,
    "duplicates.reopen": COORDINATION_OF_BOB,
    "duplicates.show": COORDINATION_OF_BOB,
    "duplicates.tell_apart": COORDINATION_OF_BOB,
    "duplicates.undo": COORDINATION_OF_BOB,
    "event_kinds.archive": OF_THE_WHOLE,
    "event_kinds.create": OF_THE_WHOLE,
    "event_kinds.edit": OF_THE_WHOLE,
    "event_kinds.index": OF_THE_WHOLE,
    "event_kinds.move": OF_THE_WHOLE,
    "event_kinds.question_add": OF_THE_WHOLE,
    "event_kinds.question_edit": OF_THE_WHOLE,
    "event_kinds.question_move": OF_THE_WHOLE,
    "event_kinds.question_remove": OF_THE_WHOLE,
    "event_kinds.question_restore": OF_THE_WHOLE,
    "event_kinds.questions": OF_THE_WHOLE,
    "event_kinds.quota": OF_THE_WHOLE,
    "event_kinds.quotas": OF_THE_WHOLE,
    "event_kinds.raise_quota": OF_THE_WHOLE,
    "event_kinds.remove_quota": OF_THE_WHOLE,
    "events.add_document": OF_BOB,
    "events.add_helper": OF_BOB,
    "events.add_link": OF_BOB,
    "events.add_member": OF_BOB,
    "events.add_partner": OF_BOB,
    "events.agenda": EVERYBODY,
    "events.cancel": OF_BOB,
    "events.close": OF_BOB,
    "events.create": ANY_ANIMATOR,
    "events.desk": ANY_ANIMATOR,
    "events.duplicate": OF_BOB,
    "events.edit": OF_BOB,
    "events.embedded": EVERYBODY,
    "events.embedding": EVERYBODY,
    "events.home": EVERYBODY,
    "events.manage": OF_BOB,
    "events.month": EVERYBODY,
    "events.past": EVERYBODY,
    "events.postpone": OF_BOB,
    "events.publish": OF_BOB,
    "events.question_add": OF_BOB,
    "events.question_edit": OF_BOB,
    "events.question_move": OF_BOB,
    "events.question_remove": OF_BOB,
    "events.question_restore": OF_BOB,
    "events.question_settings": OF_BOB,
    "events.questions": OF_BOB,
    "events.remove_document": OF_BOB,
    "events.remove_link": OF_BOB,
    "events.remove_member": OF_BOB,
    "events.remove_partner": OF_BOB,
    "events.reopen": OF_BOB,
    "events.review": BOBS_BUT_NOT_HIS,
    "events.robots": EVERYBODY,
    "events.sitemap": EVERYBODY,
    "events.staff_document": OF_BOB,
    "events.team": OF_BOB,
    "events.template": OF_BOB,
    "host.accessibility": EVERYBODY,
    "host.appearance": EVERYBODY,
    "host.choose_language": EVERYBODY,
    "host.legal": EVERYBODY,
    "host.privacy": EVERYBODY,
    "imports.apply": COORDINATION,
    "imports.choose_sheet": COORDINATION,
    "imports.columns": COORDINATION,
    "imports.create": COORDINATION,
    "imports.discard": COORDINATION,
    "imports.index": COORDINATION,
    "imports.match": COORDINATION,
    "imports.refused": COORDINATION,
    "imports.show": COORDINATION,
    "imports.undo": COORDINATION,
    "imports.upload": COORDINATION,
    "inbox.dismiss": COORDINATION,
    "inbox.received": COORDINATION,
    "invitations.atom_feed": EVERYBODY,
    "invitations.change_feed": (LOGIN, IN, MISSING, MISSING, MISSING, MISSING),  # the team is nobody's guest here
    "invitations.event_file": EVERYBODY,
    "invitations.feed": MEMBERS,
    "invitations.invited": EVERYBODY,
    "invitations.json_feed": EVERYBODY,
    "invitations.public_feed": EVERYBODY,
    "invitations.rss_feed": EVERYBODY,
    "joining.accept": COORDINATION_OF_BOB,
    "joining.application": COORDINATION_OF_BOB,
    "joining.confirm": EVERYBODY,
    "joining.index": COORDINATION,
    "joining.member": EVERYBODY,
    "joining.refuse_application": COORDINATION_OF_BOB,
    "joining.save_settings": OF_THE_WHOLE,
    "joining.sent": EVERYBODY,
    "joining.settings": OF_THE_WHOLE,
    "joining.show": EVERYBODY,
    "joining.volunteer": EVERYBODY,
    "mail.body": COORDINATION,
    "mail.calendar": COORDINATION,
    "mail.mailbox": COORDINATION,
    "mail.message": COORDINATION,
    "mail.source": COORDINATION,
    "mandates.add_decision": COORDINATION,
    "mandates.add_kind": OF_THE_WHOLE,
    "mandates.add_project": COORDINATION,
    "mandates.approach": OF_THE_WHOLE,
    "mandates.archive_kind": OF_THE_WHOLE,
    "mandates.choose": COORDINATION,
    "mandates.decisions": ANY_ANIMATOR,
    "mandates.edit": BOBS_BUT_NOT_HIS,
    "mandates.edit_decision": OF_THE_WHOLE,
    "mandates.edit_kind": OF_THE_WHOLE,
    "mandates.edit_project": BOBS_BUT_NOT_HIS,
    "mandates.elect": OF_THE_WHOLE,
    "mandates.end": BOBS_BUT_NOT_HIS,
    "mandates.export": ANY_ANIMATOR,
    "mandates.give": BOBS_BUT_NOT_HIS,
    "mandates.index": ANY_ANIMATOR,
    "mandates.kinds": OF_THE_WHOLE,
    "mandates.move": OF_THE_WHOLE,
    "mandates.of_person": OF_BOB,
    "mandates.projects": ANY_ANIMATOR,
    "mandates.put_back": BOBS_BUT_NOT_HIS,
    "mandates.remove": BOBS_BUT_NOT_HIS,
    "mandates.reopen": BOBS_BUT_NOT_HIS,
    "mandates.seat": OF_THE_WHOLE,
    "mandates.seats": OF_THE_WHOLE,
    "mandates.show": OF_BOB,
    "memberships.ask": BOBS_BUT_NOT_HIS,
    "memberships.cancel_payment": BOBS_BUT_NOT_HIS,
    "memberships.create_kind": OF_THE_WHOLE,
    "memberships.create_step": OF_THE_WHOLE,
    "memberships.edit_kind": OF_THE_WHOLE,
    "memberships.edit_step": OF_THE_WHOLE,
    "memberships.end": BOBS_BUT_NOT_HIS,
    "memberships.exempt": BOBS_BUT_NOT_HIS,
    "memberships.export": ANY_ANIMATOR,
    "memberships.index": ANY_ANIMATOR,
    "memberships.kinds": OF_THE_WHOLE,
    "memberships.launch_renewal": OF_THE_WHOLE,
    "memberships.make_own_receipt": NOT_MINE,
    "memberships.make_receipt": BOBS_BUT_NOT_HIS,
    "memberships.make_receipt_by_link": EVERYBODY,
    "memberships.mine": MEMBERS,
    "memberships.pay": BOBS_BUT_NOT_HIS,
    "memberships.person": OF_BOB,
    "memberships.personal": EVERYBODY,
    "memberships.receipt": OF_BOB,
    "memberships.renew": NOT_MINE,
    "memberships.renew_by_link": EVERYBODY,
    "memberships.renewal": OF_THE_WHOLE,
    "memberships.renewal_step": OF_THE_WHOLE,
    "memberships.resume": BOBS_BUT_NOT_HIS,
    "memberships.settings": OF_THE_WHOLE,
    "memberships.show": OF_BOB,
    "memberships.switch_renewal": OF_THE_WHOLE,
    "my_data.choose": MEMBERS,
    "my_data.confirm": MEMBERS,
    "my_data.do_erase": MEMBERS,
    "my_data.erase": MEMBERS,
    "my_data.show": MEMBERS,
    "my_data.take": MEMBERS,
    "network.change_segment": BOB_S_LIST,
    "network.delete_segment": BOB_S_LIST,
    "network.edit_person": OF_BOB,
    "network.export": ANY_ANIMATOR,
    "network.export_steps": ANY_ANIMATOR,
    "network.keep_segment": ANY_ANIMATOR,
    "network.new_person": ANY_ANIMATOR,
    "network.people": ANY_ANIMATOR,
    "network.person": OF_BOB,
    "network.segment": BOB_S_LIST,
    "network.segments": ANY_ANIMATOR,
    "network.steps": ANY_ANIMATOR,
    "network.undo_segment": BOB_S_LIST,
    "organisations.add_contact": OF_BOB,
    "organisations.add_kind": OF_THE_WHOLE,
    "organisations.archive": OF_BOB,
    "organisations.choose_directory": NOT_MINE,
    "organisations.create": ANY_ANIMATOR,
    "organisations.directory": MEMBERS,
    "organisations.edit": OF_BOB,
    "organisations.edit_contact": OF_BOB,
    "organisations.edit_kind": OF_THE_WHOLE,
    "organisations.end_contact": OF_BOB,
    "organisations.export": ANY_ANIMATOR,
    "organisations.index": ANY_ANIMATOR,
    "organisations.inform": OF_BOB,
    "organisations.kinds": OF_THE_WHOLE,
    "organisations.leave": NOT_MINE,
    "organisations.log": OF_BOB,
    "organisations.mine": MEMBERS,
    "organisations.mobilised": ANY_ANIMATOR,
    "organisations.put_exchange_back": OF_BOB,
    "organisations.remove_exchange": OF_BOB,
    "organisations.reopen_contact": OF_BOB,
    "organisations.restore": OF_BOB,
    "organisations.seen_today": OF_BOB,
    "organisations.show": OF_BOB,
    "people.change_profile": (LOGIN, IN, MISSING, MISSING, MISSING, MISSING),  # the team has no record of its own here
    "people.find_communes": EVERYBODY,
    "people.my_profile": MEMBERS,
    "polls.add_people": OF_BOB,
    "polls.answer": EVERYBODY,
    "polls.answer_by_link": EVERYBODY,
    "polls.close": OF_BOB,
    "polls.create": ANY_ANIMATOR,
    "polls.delete": OF_BOB,
    "polls.edit": OF_BOB,
    "polls.index": ANY_ANIMATOR,
    "polls.keep_date": OF_BOB,
    "polls.open_poll": OF_BOB,
    "polls.prolong": OF_BOB,
    "polls.remind": OF_BOB,
    "polls.remove_person": OF_BOB,
    "polls.show": OF_BOB,
    "polls.thanks": EVERYBODY,
    "privacy.ask": EVERYBODY,
    "privacy.asked": EVERYBODY,
    "privacy.do_ask": EVERYBODY,
    "registrations.accept": EVERYBODY,
    "registrations.add": OF_BOB,
    "registrations.answers": OF_BOB,
    "registrations.bring_back_answer": OF_BOB,
    "registrations.calendar_file": EVERYBODY,
    "registrations.cancel": EVERYBODY,
    "registrations.change": EVERYBODY,
    "registrations.come_back": EVERYBODY,
    "registrations.dismiss_answer": OF_BOB,
    "registrations.done": EVERYBODY,
    "registrations.event_page": EVERYBODY,
    "registrations.export": OF_BOB,
    "registrations.give_seat": OF_BOB,
    "registrations.keep_the_date": OF_BOB,
    "registrations.list_for_event": OF_BOB,
    "registrations.mine": MEMBERS,
    "registrations.move_registration": OF_BOB,
    "registrations.offer_seat": OF_BOB,
    "registrations.quota": OF_BOB,
    "registrations.quotas": OF_BOB,
    "registrations.raise_quota": OF_BOB,
    "registrations.register": EVERYBODY,
    "registrations.registration": OF_BOB,
    "registrations.remove_quota": OF_BOB,
    "registrations.send_again": OF_BOB,
    "registrations.set_waiting_list": OF_BOB,
    "registrations.say_yes": EVERYBODY,
    "registrations.show": EVERYBODY,
    "registrations.take_answer": OF_BOB,
    "registrations.withdraw": OF_BOB,
    "reminders.add": OF_THE_WHOLE,
    "reminders.edit": OF_THE_WHOLE,
    "reminders.of_event": OF_BOB,
    "reminders.of_kind": OF_THE_WHOLE,
    "reminders.say": OF_BOB,
    "reminders.switch": OF_THE_WHOLE,
    "retention.change": ADMINISTRATION,
    "retention.index": ADMINISTRATION,
    "retention.register": ADMINISTRATION,
    "retention.register_file": ADMINISTRATION,
    "retention.report": ADMINISTRATION,
    "retention.switch_off": ADMINISTRATION,
    "retention.switch_on": ADMINISTRATION,
    "retention.take": ADMINISTRATION,
    "second_factor.ask_passkey": MEMBERS,
    "second_factor.prove": MEMBERS,
    "second_factor.show": MEMBERS,
    "security.add_passkey": MEMBERS,
    "security.ask_passkey": MEMBERS,
    "security.end_others": MEMBERS,
    "security.end_session": NOT_MINE,
    "security.offer_codes": MEMBERS,
    "security.remove_codes": MEMBERS,
    "security.remove_passkey": NOT_MINE,
    "security.renew_recovery_codes": MEMBERS,
    "security.set_up_codes": MEMBERS,
    "security.show": MEMBERS,
    "series.add_person": OF_BOB,
    "series.add_seminar": OF_BOB,
    "series.cancel": OF_BOB,
    "series.cancel_mine": EVERYBODY,
    "series.change_cycle": OF_BOB,
    "series.come_back": EVERYBODY,
    "series.create_cycle": ANY_ANIMATOR,
    "series.cycle": OF_BOB,
    "series.cycle_page": EVERYBODY,
    "series.cycles": ANY_ANIMATOR,
    "series.done": EVERYBODY,
    "series.edit": OF_BOB,
    "series.extend": OF_BOB,
    "series.my_cycle": EVERYBODY,
    "series.publish_cycle": OF_BOB,
    "series.put_back": OF_BOB,
    "series.register": EVERYBODY,
    "series.remove_person": OF_BOB,
    "series.remove_seminar": OF_BOB,
    "series.repeat": OF_BOB,
    "series.show": OF_BOB,
    "series.take_out": OF_BOB,
    "statistics.engagement": ANY_ANIMATOR,
    "statistics.export": ANY_ANIMATOR,
    "statistics.people": ANY_ANIMATOR,
    "volunteers.accept": EVERYBODY,
    "volunteers.answer": EVERYBODY,
    "volunteers.before_proposing": OF_BOB,
    "volunteers.cancel_task": OF_BOB,
    "volunteers.change": OF_BOB,
    "volunteers.change_mine": NOT_MINE,
    "volunteers.change_skill": OF_THE_WHOLE,
    "volunteers.confirm_hours": OF_BOB,
    "volunteers.confirm_mine": NOT_MINE,
    "volunteers.create_task": ANY_ANIMATOR,
    "volunteers.decline": EVERYBODY,
    "volunteers.export_hours": ANY_ANIMATOR,
    "volunteers.hours": ANY_ANIMATOR,
    "volunteers.index": ANY_ANIMATOR,
    "volunteers.mine": MEMBERS,
    "volunteers.note_hours": NOT_MINE,
    "volunteers.pause_mine": NOT_MINE,
    "volunteers.propose": OF_BOB,
    "volunteers.remove_hours": NOT_MINE,
    "volunteers.set_status": OF_BOB,
    "volunteers.show": OF_BOB,
    "volunteers.show_task": OF_BOB,
    "volunteers.skills": OF_THE_WHOLE,
    "volunteers.tasks": ANY_ANIMATOR,
}
# Signing out leads to the page of signing in, which the walk would take for a closed door.
APART: Final = {"accounts.sign_out"}
# What is behind the door may be nothing: this feed's secret address is nobody's, these mails are shown when they
# are kept instead of sent, this export answers a question only.
EMPTY_BEHIND: Final = {
    # Nobody else has the address of the application.
    "joining.release_address": COORDINATION_OF_BOB,
    # The token of the walk is a registration's: as an opposition link it is nobody's.
    **dict.fromkeys(("privacy.oppose", "privacy.oppose_post", "privacy.want_again"), EVERYBODY),
    "invitations.personal_feed": EVERYBODY,
    **{name: line for name, line in MATRIX.items() if name.startswith("mail.")},
    # The document of the walk is for those who run the event.
    **dict.fromkeys(("events.document", "registrations.document"), EVERYBODY),
    # No template, an event like the others.
    "events.put_back_template": OF_BOB,
    "events.remove_template": OF_BOB,
}
# Pressed without its value, it answers that there is nothing here.
VALUES: Final[dict[str, Callable[[Things], dict[str, Any]]]] = {
    "attendance.mark": lambda _held: {"present": "1"},
    "attendance.excuse": lambda held: {"person": held.person_id},
    "event_kinds.move": lambda _held: {"to": "up"},
    "joining.save_settings": lambda _held: {"kind": "member"},
    "registrations.export": lambda _held: {"kind": "csv"},
    "reminders.switch": lambda _held: {"active": "0"},
    "volunteers.confirm_hours": lambda held: {"person": held.person_id, "hours": "1"},
    "volunteers.pause_mine": lambda _held: {"status": "paused"},
    "volunteers.set_status": lambda _held: {"status": "paused"},
    "data_requests.take": lambda _held: {"kind": "json"},
    "my_data.take": lambda _held: {"kind": "json"},
    "memberships.make_receipt_by_link": lambda held: {"membership": held.membership_id},
    "memberships.renew_by_link": lambda held: {"member": f"p{held.person_id}"},
}


def _no_values(_held: Things) -> dict[str, Any]:
    return {}


def test_every_address_has_its_line(app: Application) -> None:
    known = {*MATRIX, *APART, *EMPTY_BEHIND}
    assert {rule.endpoint for _, rule in rules_of(app)} == known


def test_a_route_that_declares_nothing_stops_the_application() -> None:
    app = Flask(__name__)
    app.add_url_rule("/open-by-mistake", "mistake", lambda: "")
    with pytest.raises(UndeclaredAccess, match="mistake"):
        guard(app)


def test_nothing_but_reading_and_posting(app: Application) -> None:
    assert {method for method, _ in rules_of(app)} == {"GET", "POST"}


def test_every_permission_is_asked_for_somewhere(app: Application) -> None:
    asked = {declared(view).permission for view in app.view_functions.values() if declared(view)}  # type: ignore[union-attr]
    assert set(Permission) <= asked


@pytest.mark.once  # what the pages ask of the database, their own tests ask of both
@pytest.mark.parametrize("who", PEOPLE)
def test_the_matrix(app: Application, people: People, who: str) -> None:
    """A press that is let in may change what it is about: everything is put back before the next address."""
    administrator = ada(people)
    accounts: dict[str, Any] = {
        "nobody": None,
        "diane": people.diane_account_id,
        "charlie": people.charlie_id,
        "bob": people.bob_id,
        "alice": people.alice_id,
        "ada": administrator,
    }
    column, wrong, held = PEOPLE.index(who), [], things(people, 1)
    before = photograph.take()
    for method, rule in rules_of(app):
        if rule.endpoint in APART:
            continue
        account = db.session.get(Account, accounts[who]) if accounts[who] else None
        client = browser_of(app, account)
        path = rule.build(held.of(rule))
        assert path
        answer = client.open(path[1], method=method, data=VALUES.get(rule.endpoint, _no_values)(held))
        expected = {**MATRIX, **EMPTY_BEHIND}[rule.endpoint][column]
        got = door(answer)
        if rule.endpoint in EMPTY_BEHIND and expected == IN:
            expected = MISSING
        broken = (
            answer.status_code >= 500 and rule.endpoint != "admin.health_json"
        )  # no worker runs here, and it says so
        if got != expected or broken:
            wrong.append(f"{method} {rule.rule}: {answer.status_code} ({got}), not {expected}")
        if method == "POST" and got == IN:
            _come_back_to(before)
    assert not wrong, "\n".join(wrong)


def _come_back_to(before: photograph.Rows) -> None:
    db.session.remove()
    page_cache.pages.clear()
    photograph.empty()
    assert reference.there, "an address changed the reference data: they are not in the photograph"
    photograph.put_back(before)


def test_the_demonstration_opens_its_mailbox_and_nothing_else(app: Application) -> None:
    needs = {endpoint: declared(view) for endpoint, view in app.view_functions.items()}
    opened = {endpoint for endpoint, need in needs.items() if need and need.open_in_demo}
    assert opened == {"mail.body", "mail.calendar", "mail.mailbox", "mail.message", "mail.source"}


def test_signing_out_is_for_everybody(app: Application, people: People) -> None:
    for account in (None, people.diane_account):
        assert browser_of(app, account).post("/deconnexion").location == "/connexion"
