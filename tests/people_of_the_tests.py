"""The four people of the tests, their territories, and small builders for what they handle.

Alice coordinates the region, Bob animates Maine-et-Loire, Charlie animates Loire-Atlantique and must
see nothing of Bob's, Diane is a professional in Angers with an account and no role.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cop.accounts.models import Account, Grant
from cop.core import clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event, EventKind, HalfDay
from cop.host.models import Host
from cop.people import rules as names
from cop.people.models import Person, PracticeSite
from cop.territories import service as territories
from cop.territories.models import Territory

PARIS = ZoneInfo("Europe/Paris")


@dataclass
class People:
    """Numbers, not rows: each test reads them in its own session."""

    alice_id: int
    bob_id: int
    charlie_id: int
    diane_account_id: int
    diane_id: int
    kind_id: int

    def _account(self, number: int) -> Account:
        return db.session.get_one(Account, number)

    @property
    def alice(self) -> Account:
        return self._account(self.alice_id)

    @property
    def bob(self) -> Account:
        return self._account(self.bob_id)

    @property
    def charlie(self) -> Account:
        return self._account(self.charlie_id)

    @property
    def diane_account(self) -> Account:
        return self._account(self.diane_account_id)

    @property
    def diane(self) -> Person:
        return db.session.get_one(Person, self.diane_id)


def territory(kind: str, code: str) -> Territory:
    return db.session.scalars(sa.select(Territory).filter_by(kind=kind, code=code)).one()


def populate(*, seed: bool) -> People:
    with unit_of_work():
        if seed:
            territories.seed_reference_data(root=("region", "52"))
        region = territory("region", "52")
        db.session.add(
            Host(
                preset="cokillaje",
                name="Cokillaje",
                legal_line="Cokillaje, association loi 1901",
                email="contact@cokillaje.example",
                accent="#a8432b",
                root_territory_id=region.id,
            )
        )
        alice = account("Alice Aubry", "alice@cokillaje.example", "regional_coordinator", region)
        bob = account("Bob Bonnet", "bob@cokillaje.example", "territorial_animator", territory("department", "49"))
        charlie = account(
            "Charlie Caron",
            "charlie@cokillaje.example",
            "territorial_animator",
            territory("department", "44"),
        )
        diane_account = account("Diane Dumas", "diane@cabinet.example")
        diane = person("Diane", "Dumas", email="diane@cabinet.example", account=diane_account)
        kind = EventKind(
            code="study_morning",
            name_fr="Matinée d’études",
            name_en="Study morning",
            duration_minutes=210,
            key_event=True,
        )
        db.session.add(kind)
        db.session.flush()
        return People(alice.id, bob.id, charlie.id, diane_account.id, diane.id, kind.id)


def account(name: str, email: str, role: str | None = None, where: Territory | None = None) -> Account:
    made = Account(email=email, name=name, created_at=clock.now())
    if role:
        made.grants.append(Grant(role=role, territory_id=where.id if where else None, starts_on=date(2025, 1, 1)))
    db.session.add(made)
    db.session.flush()
    return made


def person(
    given_name: str,
    family_name: str,
    *,
    email: str | None = None,
    profession: str | None = "91",
    commune: str | None = "49007",
    account: Account | None = None,
) -> Person:
    made = Person(
        given_name=given_name,
        family_name=family_name,
        search_name=names.search_name(given_name, family_name),
        email=email,
        profession_code=profession,
        account_id=account.id if account else None,
        created_at=clock.now(),
    )
    if commune:
        made.sites.append(PracticeSite(commune_id=territory("commune", commune).id))
    db.session.add(made)
    db.session.flush()
    return made


def event(people: People, title: str = "Écrire sans se faire mal", **values: Any) -> Event:
    """A published study morning in Angers on 14 January 2027, 9:00 to 12:30, of Bob's; add it within a unit of work."""
    starts_at = values.pop("starts_at", datetime(2027, 1, 14, 9, 0, tzinfo=PARIS))
    ends_at = values.pop("ends_at", starts_at + timedelta(hours=3, minutes=30))
    defaults: dict[str, Any] = {
        "slug": title.lower().replace(" ", "-").replace("é", "e"),
        "kind_id": people.kind_id,
        "territory_id": territory("department", "49").id,
        "commune_id": territory("commune", "49007").id,
        "venue_name": "Maison des associations",
        "capacity": 40,
        "status": "published",
        "key_event": True,
        "organiser_id": people.bob_id,
        "changed_at": clock.now(),
        "created_at": clock.now(),
        "published_at": clock.now(),
    }
    made = Event(title=title, starts_at=starts_at, ends_at=ends_at, **{**defaults, **values})
    made.half_days.append(HalfDay(starts_at=starts_at, ends_at=ends_at))
    db.session.add(made)
    db.session.flush()
    return made
