"""A campaign of the demonstration: people were asked a week ago to a coming event, and have answered in all ways; a
chase of those who did not waits as a draft."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from cop.activity.service import PUBLIC, Actor
from cop.campaigns import queries, queries_audience, service, service_writing
from cop.campaigns.models import Campaign, Recipient
from cop.campaigns.service import Written
from cop.core import clock
from cop.core.db import db
from cop.demo_world import World, mails_have_left
from cop.events.models import Event, EventKind
from cop.invitations.models_guests import Guest
from cop.mail import service_inbox
from cop.mail.models import MailMessage
from cop.mail.reading import Bounce, Incoming, Kind
from cop.network import queries as network
from cop.network.rules_filter import of_query
from cop.registrations import queries as registrations
from cop.registrations import service as registering
from cop.registrations.rules import HEADCOUNT

_ASKED: Final = timedelta(days=7)
_MOST: Final = 32
_WORDS: Final = (
    "Cette rencontre répond à une demande de plusieurs d’entre vous : on y vient avec une situation, on en repart avec"
    " des appuis et des noms.\n\nCafé d’accueil dès l’ouverture des portes, et **covoiturage bienvenu**."
)


def fill(world: World) -> None:
    """Nothing when no coming event can be registered for, or nobody is left to ask."""
    event = _event(world)
    if event is None:
        return
    world.travelling.freeze(world.now - _ASKED)
    campaign = _campaign(world, event)
    if campaign is None:
        return
    _answers(world, event, _sent(world, campaign))
    world.travelling.freeze(world.now - timedelta(hours=2))
    service.prepare(event, world.alice, clock.now(), chase=True)


def _event(world: World) -> Event | None:
    """The next one people register for, far enough ahead for a campaign to make sense."""
    named = sa.select(EventKind.id).where(EventKind.attendance != HEADCOUNT)
    coming = sa.select(Event).where(Event.status == "published", Event.kind_id.in_(named), Event.audience == "public")
    far = coming.where(Event.starts_at > world.now + timedelta(days=8), Event.published_at < world.now - _ASKED)
    found: Event | None = db.session.scalar(far.order_by(Event.starts_at, Event.id).limit(1))
    return found


def _campaign(world: World, event: Event) -> Campaign | None:
    now = clock.now()
    people = network.people(of_query(f"territoire={event.territory_id}"), world.alice)
    audience = queries_audience.audience(event, people, chase=False, now=now)
    picked = [one.id for one in audience.to_write][:: max(1, len(audience.to_write) // _MOST)][:_MOST]
    if not picked:
        return None
    made = service.prepare(event, world.alice, now, picked=picked)
    service.write(made, Written("Invitation : {rencontre}", _WORDS), made.version)
    stamp = queries_audience.of_campaign(made, world.alice, now).stamp
    service.launch(made, world.alice, stamp, actor=Actor("account", world.alice.id), now=now)
    return made


def _sent(world: World, campaign: Campaign) -> Sequence[Guest]:
    """Written, and all have left."""
    now = clock.now()
    while queries.progress(campaign).unwritten:
        service_writing.write_slice(campaign.id, now)
    world.travelling.freeze(now + timedelta(hours=2))
    mails_have_left(clock.now())
    service.finish(campaign, clock.now())
    asked = sa.select(Guest).where(Guest.event_id == campaign.event_id, Guest.asked_at.is_not(None))
    guests = db.session.scalars(asked.order_by(Guest.id)).all()
    for guest in guests[7:8]:  # of those who say nothing
        _lose(campaign, guest)
    return guests


def _lose(campaign: Campaign, guest: Guest) -> None:
    """Their mail comes back: the mailbox is full."""
    theirs = sa.select(MailMessage).join(Recipient, Recipient.mail_id == MailMessage.id)
    theirs = theirs.where(Recipient.campaign_id == campaign.id, Recipient.person_id == guest.person_id)
    lost: MailMessage | None = db.session.scalar(theirs)
    if lost is not None:
        report = Bounce(lost.recipient.lower(), "failed", "5.2.2", lost.message_id)
        service_inbox.keep(Incoming(Kind.BOUNCE, bounces=(report,)), f"demo:{lost.id}", clock.now())


def _answers(world: World, event: Event, guests: Sequence[Guest]) -> None:
    """Of ten: four register (one of ten cancels), one declines, two open the page only, three say nothing."""
    for place, guest in enumerate(guests):
        world.travelling.freeze(world.now - _ASKED + timedelta(hours=3 + 4 * place))
        now, step = clock.now(), place % 10
        if step < 7:
            guest.opened_at = now
        if step < 4:
            registering.register(event, guest.person, now=now, actor=PUBLIC)
        elif step == 4:
            guest.declined_at = now
        if step == 3:
            world.travelling.freeze(now + timedelta(hours=2))
            mails_have_left(now := clock.now())
            registering.cancel(registrations.of(event.id, guest.person_id), now=now, actor=PUBLIC, by_person=True)
    db.session.flush()
