"""In a process of its own: one published event with room for everybody, in the instance of the environment."""

from datetime import timedelta

import sqlalchemy as sa

from benchmarks.servers import SLUG
from cop.app import create_app
from cop.core import clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event, EventKind, HalfDay
from cop.territories.models import Territory


def publish() -> None:
    angers = db.session.scalars(sa.select(Territory).filter_by(kind="commune", code="49007")).one()
    kind = db.session.scalars(sa.select(EventKind).order_by(EventKind.position)).first()
    starts_at = clock.now() + timedelta(days=30)
    event = Event(
        slug=SLUG,
        kind=kind,
        title="Matinée d’études : ce que nous changeons lundi",
        summary="Un repérage précoce change le parcours.",
        programme="9 h Accueil\n9 h 20 Ce que disent les recommandations\n10 h 30 Ateliers",
        territory=angers,
        commune=angers,
        venue_name="Maison des associations",
        capacity=100_000,
        status="published",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        created_at=clock.now(),
        changed_at=clock.now(),
        published_at=clock.now(),
    )
    event.half_days.append(HalfDay(starts_at=event.starts_at, ends_at=event.ends_at))
    db.session.add(event)


if __name__ == "__main__":
    with create_app().app_context(), unit_of_work():
        publish()
