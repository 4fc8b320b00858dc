"""Who runs an event, who speaks there, which organisations hold it together."""

from datetime import datetime

from cop.accounts import service_origins
from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db, insert_new
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events import mails, queries_team, rules, rules_team
from cop.events.models import Event
from cop.events.models_team import EventMember, EventPartner
from cop.events.rules_team import Part, Role
from cop.organisations.models import Organisation


def add_co_organiser(event: Event, account: Account, *, actor: Actor, now: datetime) -> None:
    """May change this event from now on, as who wrote it may, and is told by mail. Pressed twice, it happens once."""
    rules_team.check_room(queries_team.count_members(event.id))
    key = {"event_id": event.id, "account_id": account.id, "role": Role.CO_ORGANISER.value}
    made = insert_new(EventMember, {**key, "name": "", "organisation": "", "created_at": now}, key=list(key))
    if made is None:
        return
    service_origins.give_from(
        rules_team.origin_of(event.id),
        account,
        rules_team.RIGHTS,
        actor,
        starts_on=clock.today(),
        ends_on=None,
        subject=f"event:{event.id}",
    )
    activity.record(actor, "event.helper_added", event, account=account.id)
    if account.active and account.email and account.id != actor.account_id:
        by = db.session.get(Account, actor.account_id) if actor.account_id else None
        mails.co_organiser(event, account, by.name if by else "", now)


def add_named(
    event: Event,
    role: Role,
    name: str,
    organisation: str = "",
    person_id: int | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> EventMember | None:
    """An animator, a trainer or a speaker, as they are announced; ``None`` when the record is on the list already."""
    rules_team.check_room(queries_team.count_members(event.id))
    if not name:
        raise Refused(_l("Give the name, as it is announced."), "name")
    rules.check_one_line(name, "name")
    rules.check_one_line(organisation, "organisation")
    values = {"event_id": event.id, "role": role.value, "name": name, "organisation": organisation, "created_at": now}
    if person_id is None:
        made: EventMember | None = EventMember(**values)
        db.session.add(made)
        db.session.flush()
    else:
        values["person_id"] = person_id
        made = insert_new(EventMember, values, key=["event_id", "person_id", "role"])
    if made is not None:
        _note(event, "event.team_changed", actor, now)
    return made


def take_off(event: Event, member: EventMember, *, actor: Actor, now: datetime) -> None:
    """Off the list; a co-organiser loses the right that came with it."""
    if member.account_id is not None:
        service_origins.take_back(rules_team.origin_of(event.id), actor, account_id=member.account_id)
        activity.record(actor, "event.helper_removed", event, account=member.account_id)
    else:
        _note(event, "event.team_changed", actor, now)
    db.session.delete(member)
    db.session.flush()


def add_partner(event: Event, organisation: Organisation, part: Part, *, actor: Actor, now: datetime) -> None:
    key = {"event_id": event.id, "organisation_id": organisation.id, "role": part.value}
    if insert_new(EventPartner, {**key, "created_at": now}, key=list(key)) is not None:
        _note(event, "event.partners_changed", actor, now)


def remove_partner(event: Event, partner: EventPartner, *, actor: Actor, now: datetime) -> None:
    db.session.delete(partner)
    _note(event, "event.partners_changed", actor, now)


def copy(source: Event, target: Event, now: datetime) -> None:
    """The same people and partners for an event made from another; rights are given by hand, each time."""
    team = queries_team.team(source.id)
    db.session.add_all(
        EventMember(
            event_id=target.id, role=row.role, name=row.name, organisation=row.organisation, person_id=row.person_id,
            created_at=now,
        )
        for row in team.named
    )  # fmt: skip
    db.session.add_all(
        EventPartner(event_id=target.id, organisation_id=row.organisation_id, role=row.role, created_at=now)
        for row in team.partners
    )
    db.session.flush()


def _note(event: Event, action: str, actor: Actor, now: datetime) -> None:
    """The page kept ready shows the list: it is made anew."""
    event.changed_at = now
    activity.record(actor, action, event)
    db.session.flush()
