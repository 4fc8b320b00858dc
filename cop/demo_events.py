"""What the events of the demonstration go through: one waits for an approval, one is postponed, one has all its people
and papers, one is held by others."""

from datetime import time, timedelta
from functools import partial
from typing import Final

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.demo_world import World
from cop.events import queries, rules, service, service_documents, service_life, service_team
from cop.events.models import Event, EventKind
from cop.events.rules_documents import SeenBy
from cop.events.rules_team import Part, Role
from cop.organisations.models import Organisation

# The smallest file that a reader of PDF opens: one empty page.
PAPER: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n"
)
OBJECTIVES: Final = (
    "Repérer ce qui relève de chaque profession\nSavoir à qui adresser, et comment\nRepartir avec un outil commun"
)
SUBMITTED: Final = (
    "Coordonner les parcours : une journée pour commencer",
    "Ce que chaque profession attend des autres, et ce qu’une région peut décider ensemble.",
    "public",
)
ACCESS: Final = "Entrée par la cour, deuxième porte\nBus 4, arrêt Mairie ; parking gratuit à 200 m\nSalle de plain-pied"


def fill(world: World) -> None:
    coming = _coming(world)
    _announce_elsewhere(world)
    if len(coming) < 3:
        return
    _prepare(world, coming[0])
    _postpone(world, coming[1])
    _submit(world, coming[2])


def _number(account: Account) -> int:
    """Read without asking the database: the account may be of a session that is over."""
    number: int = sa.inspect(account).identity[0]
    return number


def _coming(world: World) -> list[int]:
    """Published events of Bob's in more than three weeks, soonest first: nothing of the next days is touched."""
    statement = (
        sa.select(Event.id)
        .join(EventKind, EventKind.id == Event.kind_id)
        .where(
            Event.status == rules.PUBLISHED,
            Event.organiser_id == _number(world.bob),
            Event.starts_at > world.now + timedelta(weeks=3),
            EventKind.attendance != "headcount",
        )
        .order_by(Event.starts_at, Event.id)
    )
    return list(db.session.scalars(statement))


def _prepare(world: World, event_id: int) -> None:
    """Who speaks, with whom, what is given out."""
    event, actor, now = queries.get(event_id), Actor("account", _number(world.bob)), clock.now()
    event.objectives, event.venue_access = OBJECTIVES, ACCESS if event.mode != "online" else ""
    add = partial(service_team.add_named, event, actor=actor, now=now)
    add(Role.ANIMATOR, "Agathe Moulin", "orthophoniste")
    add(Role.SPEAKER, "Youssef Kerrien", "médecin généraliste, CPTS")
    helper = db.session.get_one(Account, _number(world.charlie))
    service_team.add_co_organiser(event, helper, actor=actor, now=now)
    partners = db.session.scalars(sa.select(Organisation).order_by(Organisation.id).limit(2)).all()
    for organisation, part in zip(partners, (Part.ORGANISES, Part.HOSTS), strict=False):
        service_team.add_partner(event, organisation, part, actor=actor, now=now)
    join = partial(service_documents.join_file, event, actor=actor, now=now)
    join("Programme détaillé.pdf", PAPER, "Programme détaillé", SeenBy.EVERYBODY)
    join("Support de travail.pdf", PAPER, "Support de travail", SeenBy.REGISTERED)
    address = "https://ressources.example/recommandations"
    service_documents.join_link(event, "Les recommandations", address, SeenBy.REGISTERED, actor=actor, now=now)


def _postpone(world: World, event_id: int) -> None:
    actor = Actor("account", _number(world.bob))
    service_life.postpone(queries.get(event_id), "La salle est indisponible ce jour-là.", actor=actor, now=clock.now())


def _submit(world: World, event_id: int) -> None:
    """A regional seminar is read by the coordination before it is announced."""
    kind = (
        db.session.scalar(
            sa.select(EventKind).where(EventKind.half_days > 1).order_by(EventKind.position, EventKind.id).limit(1)
        )
        or queries.get(event_id).kind
    )
    kind.approval = True
    actor, now = Actor("account", _number(world.bob)), clock.now()
    event = service.duplicate(queries.get(event_id), actor=actor, now=now)
    event.kind_id = kind.id
    event.title, event.summary, event.audience = SUBMITTED
    db.session.flush()
    db.session.expire(event, ["kind"])
    service.publish(event, actor=actor, now=now)


def _announce_elsewhere(world: World) -> None:
    """National days held by others: in the agenda so that people know, registered for there."""
    day = (world.now + timedelta(days=70)).date()
    day += timedelta(days=(3 - day.weekday()) % 7)  # a Thursday
    hours = [
        (clock.at_local(day + timedelta(days=n), start), timedelta(minutes=minutes))
        for n in range(2)
        for start, minutes in ((time(9, 30), 180), (time(14), 150))
    ]
    public = sa.select(EventKind).where(EventKind.audience == "public", EventKind.archived.is_(False))
    kind = db.session.scalars(public.order_by(EventKind.position, EventKind.id).limit(1)).first()
    if kind is None:
        return
    description = rules.Description(
        title="Journées nationales de la coordination",
        half_days=tuple(rules.Span(start, start + length) for start, length in hours),
        territory_id=world.root.id,
        venue_name="Maison des associations de solidarité",
        venue_address="10 rue des Terres-au-Curé, Paris",
        summary="Deux jours entre coordinateurs de toutes les régions. D’autres les organisent et y inscrivent.",
        outside_url="https://journees-nationales.example/inscription",
    )
    actor, now = Actor("account", _number(world.alice)), clock.now()
    service.publish(service.create(kind, description, actor=actor, now=now), actor=actor, now=now)
