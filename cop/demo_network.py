"""What the staff of the demonstration kept of its people: lists asked for every month, and records typed twice."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from cop.activity.service import Actor
from cop.core.db import db
from cop.demo_people import plain
from cop.demo_world import World
from cop.duplicates import service as duplicates
from cop.network import rules_filter, service
from cop.people import service_record
from cop.people.models import Person
from cop.people.service_record import Record, Site

# Name, question, shown to colleagues.
_LISTS: Final = (
    ("À relancer\u00a0: pas vues depuis six mois", "pas_vu=6&tri=pas-vu&colonnes=profession,lieu,email,vu", True),
    ("Inscrites, jamais venues", "inscrit=jamais-venu&colonnes=profession,lieu,email,depuis", True),
    ("Participent sans adhérer", "etape=participant&vu=annee&colonnes=profession,lieu,email,venues,vu", False),
    ("Conseil d’administration", "instance=board&colonnes=email,telephone,mandats,adhesion", True),
)


def fill(world: World) -> None:
    for name, question, shared in _LISTS:
        service.keep(world.alice, name, rules_filter.of_query(question).canonical, shared=shared)
    _typed_twice(world)


def _typed_twice(world: World) -> None:
    """Three people somebody typed again from a paper list: another address, an initial, the names swapped."""
    for number, person in enumerate(_known(3)):
        given, family = person.given_name, person.family_name
        again: tuple[dict[str, Any], ...] = (
            {
                "given_name": given,
                "family_name": family,
                "email": f"{plain(family)}.{plain(given)}@mail-demo.example",
            },
            {"given_name": f"{given[0]}.", "family_name": family, "rpps": person.rpps or ""},
            {"given_name": family, "family_name": given, "profession_code": person.profession_code},
        )
        world.travelling.freeze(world.now - timedelta(days=33 - 9 * number))
        said = Record(**again[number], sites=(Site(person.sites[0].commune_id),))
        service_record.create(said, Actor("account", world.bob.id))
    world.travelling.freeze(world.now)
    duplicates.find(world.now)


def _known(most: int) -> list[Person]:
    """Professionals with a number and a single given name, always the same ones."""
    plainly = (Person.rpps.is_not(None), Person.account_id.is_(None), ~Person.given_name.contains("-"))
    return list(
        db.session.scalars(sa.select(Person).where(*plainly, Person.sites.any()).order_by(Person.id).limit(most))
    )
