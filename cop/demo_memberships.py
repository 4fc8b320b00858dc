"""The members of the demonstration: who paid last year, this year, has still to pay, and was reminded."""

from datetime import date, time, timedelta
from typing import Final

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.demo_world import World
from cop.memberships import queries, service, service_payments, service_receipts, service_renewal
from cop.memberships.models import Membership, MembershipKind
from cop.memberships.rules import Method, OfferedTo
from cop.memberships.service_payments import Paid
from cop.organisations.models import Affiliation
from cop.people.models import Person

MOST: Final = 60
_METHODS: Final = (Method.CHEQUE, Method.CHEQUE, Method.TRANSFER, Method.CARD, Method.CASH)


def fill(world: World) -> None:
    """An organisation that nobody joins (a contract, a training) keeps its empty pages."""
    offered = queries.kinds_offered()
    if not offered:
        return
    people = list(_people(world))
    world.rng.shuffle(people)
    for number, person in enumerate(people[:MOST]):
        _history(world, person, offered[1 if number % 7 == 3 and len(offered) > 1 else 0], number)
    diane = db.session.scalar(sa.select(Person).where(Person.account_id == world.diane.id))
    if diane is not None:
        _year(world, diane, offered[0], 0)
    _structures(world)
    world.travelling.freeze(world.now)
    service_renewal.switch(True, Actor("account", world.alice.id))


def _people(world: World) -> sa.ScalarResult[Person]:
    """Those with an address, in a steady order; Diane apart, who is always a member."""
    known = sa.select(Person).where(Person.email.is_not(None), Person.anonymised_at.is_(None))
    return db.session.scalars(known.where(Person.account_id.is_distinct_from(world.diane.id)).order_by(Person.email))


def _history(world: World, person: Person, kind: MembershipKind, number: int) -> None:
    """Two in three were members last year; of all, most are this year, some are awaited, a few did not come back."""
    if number % 3:
        _year(world, person, kind, 1)
    if number % 10 < 7:
        _year(world, person, kind, 0)
    elif number % 10 < 9:
        _at(world, _day(world, 0))
        service.renew(person, kind.id, _alice(world))


def _year(world: World, person: Person, kind: MembershipKind, ago: int, organisation_id: int | None = None) -> None:
    day = _day(world, ago)
    _at(world, day)
    made = service.renew(person, kind.id, _alice(world), organisation_id=organisation_id)
    if queries.settled_of(made) < made.amount_cents:
        _pay(world, made, day)


def _pay(world: World, membership: Membership, day: date) -> None:
    actor, key = _alice(world), f"demo:{membership.id}:{len(membership.payments)}"
    remaining = membership.amount_cents - queries.settled_of(membership)
    if world.rng.random() < 0.04:
        service_payments.exempt(membership, "Décision du bureau", key, actor)
        return
    method = world.rng.choice(_METHODS)
    number = str(world.rng.randrange(1_000_000, 9_999_999)) if method == Method.CHEQUE else ""
    part = remaining // 2 if world.rng.random() < 0.05 else remaining
    service_payments.record(
        membership, Paid(key=key, method=method, amount_cents=part, paid_on=day, number=number), actor
    )
    if part == remaining and world.rng.random() < 0.5:
        service_receipts.issue(membership, actor)


def _structures(world: World) -> None:
    """A few of the organisations some people work for, represented by them."""
    kinds = queries.kinds_offered(OfferedTo.ORGANISATION)
    first = sa.select(sa.func.min(Affiliation.id)).where(Affiliation.ends_on.is_(None))
    rows = sa.select(Affiliation).where(Affiliation.id.in_(first.group_by(Affiliation.organisation_id)))
    for affiliation in db.session.scalars(rows.order_by(Affiliation.id).limit(4)) if kinds else ():
        _year(world, affiliation.person, kinds[0], 0, affiliation.organisation_id)


def _day(world: World, ago: int) -> date:
    """A day of the winter for the years gone by; of the first months, or lately, for this one."""
    today = clock.local_date(world.now)
    if ago:
        return date(today.year - ago, 1, 10) + timedelta(days=world.rng.randrange(80))
    return date(today.year, 1, 1) + timedelta(days=world.rng.randrange(max(1, min(120, today.timetuple().tm_yday))))


def _at(world: World, day: date) -> None:
    world.travelling.freeze(clock.nearest_local(day, time(10, 30)))


def _alice(world: World) -> Actor:
    return Actor("account", world.alice.id)
