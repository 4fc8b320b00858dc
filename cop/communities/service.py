"""Communities: founded, described, joined and left."""

from dataclasses import fields
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.communities import mails, queries, rules
from cop.communities.models import Community, CommunityCharter, CommunityMember
from cop.communities.rules import Description
from cop.core import clock
from cop.core.db import change, db, insert_new
from cop.core.errors import Refused
from cop.core.formats import date_long
from cop.core.i18n import _, _l
from cop.people import queries as people_queries
from cop.people import service as people
from cop.people.models import Person

_OPEN = sa.text("left_on IS NULL")


class EditedMeanwhile(Refused):
    """Somebody else changed the community since the form was opened."""


def create(said: Description, charter: str, actor: Actor) -> Community:
    community = Community(created_at=clock.now(), version=1)
    _write(community, said)
    while True:
        community.slug = _free_slug(said.name)
        try:
            with db.session.begin_nested():
                db.session.add(community)
        except IntegrityError:  # another press took the address between the look and the insert
            continue
        break
    publish_charter(community, charter, actor)
    activity.record(actor, "community.created", community)
    return community


def edit(community: Community, said: Description, charter: str, *, version: int, actor: Actor) -> None:
    """Change what it says of itself. Its address stays: people have kept it."""
    claim = sa.update(Community).where(Community.id == community.id, Community.version == version)
    if not change(claim.values(version=version + 1)):
        raise EditedMeanwhile(
            _l("Somebody else changed it while you were writing. What you typed is still here: save again to keep it.")
        )
    db.session.refresh(community)
    _write(community, said)
    publish_charter(community, charter, actor)
    activity.record(actor, "community.changed", community)
    db.session.flush()


def _write(community: Community, said: Description) -> None:
    for part in fields(said):
        setattr(community, part.name, getattr(said, part.name))


def _free_slug(name: str) -> str:
    base = rules.slug_of(name)
    taken = set(db.session.scalars(sa.select(Community.slug).where(Community.slug.startswith(base, autoescape=True))))
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug


def publish_charter(community: Community, text: str, actor: Actor) -> None:
    """New words are a new version, for those who join from now on; who accepted an older one accepted that one."""
    current = queries.charter(community)
    if not text or (current is not None and current.text == text):
        return
    community.charter_version += 1
    db.session.add(
        CommunityCharter(
            community_id=community.id, version=community.charter_version, text=text, published_on=clock.today()
        )
    )
    db.session.flush()
    activity.record(actor, "community.charter_published", community, version=community.charter_version)


def archive(community: Community, actor: Actor) -> None:
    if community.archived_at is None:
        community.archived_at = clock.now()
        activity.record(actor, "community.archived", community)
        db.session.flush()


def restore(community: Community, actor: Actor) -> None:
    if community.archived_at is not None:
        community.archived_at = None
        activity.record(actor, "community.restored", community)
        db.session.flush()


# --- Members --------------------------------------------------------------------------------------


def person_of(account: Account, actor: Actor) -> Person:
    """The record of whoever has signed in, made of the account when there is none yet."""
    known = people_queries.of_account(account.id, account.email)
    if known:
        return known[0]
    given_name, _blank, family_name = account.name.partition(" ")
    return people.find_or_create(given_name, family_name, account.email, language=account.language, actor=actor)


def join(community: Community, person: Person, accepted_version: int, actor: Actor) -> CommunityMember:
    """Enter, having accepted the charter as it was shown. Pressed twice, one enters once."""
    if community.charter_version and accepted_version != community.charter_version:
        raise Refused(_l("The charter has changed since you opened the page: read it again, then accept it."))
    until = queries.last_suspension(community.id, person.id, clock.today())
    if until is not None:
        raise Refused(_("Your membership is suspended until %(day)s.", day=date_long(until)))
    if community.charter_version:
        people.accept(person, community.document, community.charter_version)
    values: dict[str, Any] = {
        "person_id": person.id,
        "community_id": community.id,
        "joined_on": clock.today(),
        "animator": False,
    }
    made = insert_new(CommunityMember, values, ["person_id", "community_id"], _OPEN)
    if made is None:
        return queries.one_membership(community.id, person.id)
    activity.record(actor, "community.joined", community, person=person.id)
    mails.welcome(made, person, community)
    return made


def leave(held: CommunityMember, actor: Actor) -> None:
    if held.left_on is None:
        held.left_on, held.animator = clock.today(), False
        activity.record(actor, "community.left", held.community, person=held.person_id)
        db.session.flush()


def set_animator(held: CommunityMember, *, animator: bool, actor: Actor) -> None:
    """Who animates is named on the page; a right on the community, if any, is given with the mandate."""
    if held.animator is not animator:
        held.animator = animator
        activity.record(actor, "community.animator", held.community, person=held.person_id, animator=animator)
        db.session.flush()


def suspend(held: CommunityMember, until: date | None, actor: Actor) -> None:
    """Keep somebody out until a day. No reason is kept: that would be an opinion about a person."""
    rules.check_suspension(until, clock.today())
    held.suspended_on, held.suspended_until = held.suspended_on or clock.today(), until
    activity.record(actor, "community.suspended", held.community, person=held.person_id)
    db.session.flush()
    mails.suspended(held)


def lift(held: CommunityMember, actor: Actor) -> None:
    """The suspension ends now; undo of :func:`suspend`."""
    if held.suspended_on is not None:
        held.suspended_on = held.suspended_until = None
        activity.record(actor, "community.suspension_lifted", held.community, person=held.person_id)
        db.session.flush()
