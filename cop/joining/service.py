"""From a form to a member or a volunteer: applied, confirmed by a mailed link, approved where that is wanted.

Until the address is proven nothing is written on anybody's record: anybody can type anybody's name.
"""

from datetime import datetime

import sqlalchemy as sa

from cop.accounts import service_management as accounts
from cop.activity import service as activity
from cop.activity.service import PUBLIC, Actor
from cop.core.db import db, insert_new
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.joining import mails, queries, rules
from cop.joining.models import Application
from cop.joining.rules import Kind, State, Typed
from cop.memberships import queries as memberships
from cop.memberships import service as membership_service
from cop.organisations import queries as organisations
from cop.organisations import service as organisation_service
from cop.people import rules as names
from cop.people import service as people
from cop.people import service_own
from cop.people.models import Person
from cop.volunteers import service as volunteers
from cop.volunteers.service import Said


def apply(
    kind: Kind,
    given_name: str,
    family_name: str,
    email: str,
    typed: Typed,
    *,
    language: str,
    charter_version: int,
    notice_version: int,
    now: datetime,
) -> Application:
    """Keep what was typed, and mail the link that confirms the address. Sent again, the latest form counts."""
    address = names.normalise_email(email)
    given, family = names.one_line(given_name)[:100], names.one_line(family_name)[:100]
    key = rules.waiting_key(kind, address, names.search_name(given, family))
    content = {
        "given_name": given,
        "family_name": family,
        "email": address,
        "typed": typed.as_json(),
        "language": language,
        "charter_version": charter_version,
        "notice_version": notice_version,
        "created_at": now,
    }
    fresh = {"kind": kind.value, "state": State.UNCONFIRMED.value, "waiting_key": key, "revision": 1, **content}
    application = insert_new(Application, fresh, key=["waiting_key"])
    if application is not None:
        mails.confirm_address(application)
        return application
    return _again(key, content, typed, now)


def _again(key: str, content: dict[str, object], typed: Typed, now: datetime) -> Application:
    application = queries.waiting_under(key)
    if application is None:  # answered at this very moment
        raise Refused(_l("Your request was being answered just now. Please look at your mails."))
    if application.state == State.TO_APPROVE:
        mails.still_waiting(application, now)
    elif not rules.is_same_press(application.typed, typed, application.created_at, now):
        for name, value in content.items():
            setattr(application, name, value)
        application.revision += 1
        db.session.flush()
        mails.confirm_address(application)
    return application


def confirm(application: Application, revision: int, now: datetime) -> None:
    """The address is its reader's. They come in at once, or wait for an answer."""
    db.session.refresh(application, with_for_update=True)
    rules.check_confirm(application.state, revision=revision, current=application.revision)
    application.confirmed_at = now
    if queries.needs_approval(application.kind):
        application.state = State.TO_APPROVE
        db.session.flush()
        activity.record(PUBLIC, "application.confirmed", application)
        mails.received(application)
        return
    _let_in(application, PUBLIC, now)
    mails.welcome(application, approved=False)


def accept(application: Application, *, actor: Actor, now: datetime) -> Person:
    db.session.refresh(application, with_for_update=True)
    rules.check_decide(application.state)
    person = _let_in(application, actor, now)
    mails.welcome(application, approved=True)
    return person


def refuse(application: Application, word: str, *, actor: Actor, now: datetime) -> None:
    """Say no, with a word to the person. What they had typed is not kept."""
    db.session.refresh(application, with_for_update=True)
    rules.check_decide(application.state)
    mails.refused(application, word)
    _answer(application, State.REFUSED, actor, now)
    activity.record(actor, "application.refused", application)


def _answer(application: Application, state: State, actor: Actor, now: datetime) -> None:
    """What was typed has gone to the person's record, or nowhere; an organisation nobody knows is left to read."""
    typed = rules.typed_from(application.typed)
    left = typed.organisation if state == State.ACCEPTED else ""
    application.typed = {"organisation": left} if left else {}
    application.state, application.waiting_key = state, None
    application.decided_at, application.decided_by_id = now, actor.account_id
    db.session.flush()


def _let_in(application: Application, actor: Actor, now: datetime) -> Person:
    typed = rules.typed_from(application.typed)
    person = people.find_or_create(
        application.given_name,
        application.family_name,
        email=application.email,
        profession_code=typed.profession_code or None,
        rpps=typed.rpps,
        language=application.language,
        notice_version=application.notice_version,
        now=now,
        proven=True,
    )
    person.phone = person.phone or typed.phone or None
    service_own.add_sites(person, typed.sites)
    application.person_id = person.id
    db.session.expire(application, ["person"])
    _open_account(person)
    people.accept(person, f"charter:{application.kind}", application.charter_version, now)
    people.accept(person, "notice", application.notice_version, now)
    if _affiliate(person, typed.organisation):
        application.typed = {**application.typed, "organisation": ""}
    _enrol(person, application.kind, typed)
    _answer(application, State.ACCEPTED, actor, now)
    activity.record(actor, "application.accepted", application, person=person.id)
    return person


def _open_account(person: Person) -> None:
    """An account opened by mailed links, tied to the record; of a shared mailbox it stays the first one's."""
    if person.account_id is not None or not person.email:
        return
    account = accounts.open_account(person.email, person.full_name, PUBLIC, language=person.language, tell=False)
    if db.session.scalar(sa.select(Person.id).where(Person.account_id == account.id)) is None:
        person.account_id = account.id
        db.session.flush()


def _affiliate(person: Person, organisation: str) -> bool:
    """Tie the person to the organisation of that very name; a name nobody knows stays a text for the team."""
    wanted = names.search_name(organisation)
    found = [
        one
        for one in (organisations.matching(organisation) if wanted else ())
        if wanted in {names.search_name(one.name), names.search_name(one.acronym)}
    ]
    if len(found) != 1:
        return False
    organisation_service.affiliate(person, found[0], "", None, None, PUBLIC)
    return True


def _enrol(person: Person, kind: str, typed: Typed) -> None:
    if kind == Kind.MEMBER:
        # A kind withdrawn since leaves the choice to the coordination: nobody is turned away for it.
        if typed.membership_kind_id in {one.id for one in memberships.kinds_offered()}:
            membership_service.request(person, typed.membership_kind_id or 0, PUBLIC, source="member")
        return
    if typed.territory_id is not None:
        said = Said(frozenset(typed.skill_ids), frozenset(typed.slots), typed.territory_id)
        volunteers.enrol(person, said, PUBLIC)


def forget(application_id: int, now: datetime) -> None:
    """Delete what was never confirmed, and what was refused long ago."""
    if application_id in queries.to_forget(now):
        db.session.delete(queries.get(application_id))
