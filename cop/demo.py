"""A small believable community, to see the application with: built through the services, and nobody in it exists.

The same at each loading but for its dates, which stand around the present moment, and for its password.
"""

import json
import secrets
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import sqlalchemy as sa

from cop import (
    demo_campaigns,
    demo_carpool,
    demo_events,
    demo_joining,
    demo_mandates,
    demo_memberships,
    demo_network,
    demo_organisations,
    demo_polls,
    demo_questions,
    demo_register,
    demo_seats,
    demo_series,
    demo_templates,
    demo_volunteers,
)
from cop.accounts import passwords
from cop.accounts import service_management as accounts_service
from cop.accounts.models import Account
from cop.activity.service import COMMAND
from cop.core import clock
from cop.core.db import db
from cop.core.settings import current_settings
from cop.core.unit_of_work import unit_of_work
from cop.demo_life import Life, Setting
from cop.demo_people import PAST_DAYS, Member, Names, Numbers, Place, community
from cop.demo_plan import Planned, plan
from cop.demo_register import Practitioner
from cop.demo_world import World, mails_have_left
from cop.events.models import EventKind, Theme
from cop.mail.models import MailMessage
from cop.presets import loader
from cop.territories import service_register
from cop.territories.models import CommunePostalCode, Profession, Territory, TerritoryKind, TerritoryPart

FOLDER: Final = Path(__file__).resolve().parent
DEFAULT: Final = "cokillaje"
Progress = Callable[[str, float], None]

# What people are to the organisation beside coming to its events, each part in its own file, in this order.
PARTS: Final[tuple[Callable[[World], None], ...]] = (
    demo_organisations.fill,
    demo_mandates.fill,
    demo_memberships.fill,
    demo_volunteers.fill,
    demo_joining.fill,
    demo_series.fill,
    demo_network.fill,
    demo_campaigns.fill,
    demo_carpool.fill,
    demo_events.fill,
    demo_templates.fill,
    demo_questions.fill,
    demo_seats.fill,
    demo_polls.fill,
)
_EASTERN: Final = frozenset({"49", "53", "72"})


@dataclass(frozen=True, slots=True)
class Staff:
    alice: Account
    bob: Account
    charlie: Account
    diane: Account


def load(progress: Progress | None = None, preset: str = DEFAULT) -> None:
    """Fill an empty, migrated database. Interrupted, it leaves no organisation behind, and may be begun again."""
    tell = progress or (lambda _words, _share: None)
    names, numbers, rng = _names(preset), Numbers(), Random(f"demo:{preset}")
    world = _toml(preset)
    tell("territories", 0.0)
    with unit_of_work():
        loader.seed_reference(loader.read(preset))
    with unit_of_work(write=False):
        places, labels = _places(), _labels(world)
    diane = _diane(world, places, numbers)
    members = [diane, *community(world, places, names, numbers, rng)]
    tell("register", 0.0)
    _import_register(demo_register.practitioners(world, members, places, names, numbers, rng), labels, rng)
    password_hash = passwords.hashed(_password(world["domain"]))
    with unit_of_work(), clock.clock.travel() as travelling:
        now = clock.now()
        travelling.freeze(now - timedelta(days=PAST_DAYS + 60))
        root = loader.apply(preset).root_territory
        staff = _open_accounts(world["domain"], root, password_hash)
        kinds = {kind.code: kind for kind in db.session.scalars(sa.select(EventKind))}
        planned = plan(world, kinds, now, rng)
        travelling.freeze(now)
        life = Life(_setting(now, root, staff, list(labels)), rng, names, members)
        life.live(planned, travelling, lambda share: tell("life", share))
        travelling.freeze(now)
        life.person(diane, now).account = staff.diane
        for fill in PARTS:
            four = (staff.alice, staff.bob, staff.charlie, staff.diane)
            fill(World(preset, now, root, *four, travelling, Random(f"{fill.__module__}:{preset}")))
            travelling.freeze(now)
        mails_have_left(now)
        _forget_old_mails(now)
    tell("done", 1.0)


def accounts() -> list[tuple[str, str, str]]:
    """Address, password and role of those who may sign in; empty when this is not a demonstration."""
    path = _secrets()
    if not path.exists():
        return []
    kept = json.loads(path.read_text(encoding="utf-8"))
    return [(email, kept["password"] if staff else "(link by mail)", words) for email, staff, words in kept["accounts"]]


# --- The pieces ---------------------------------------------------------------------------------------


def _toml(name: str) -> dict[str, Any]:
    with (FOLDER / f"demo_{name.replace('-', '_')}.toml").open("rb") as file:
        return tomllib.load(file)


def _names(preset: str) -> Names:
    words = _toml("names")
    return Names(words["given"], words["family"], Random(f"names:{preset}"))


def _secrets() -> Path:
    return current_settings().instance / "demo.json"


def _password(domain: str) -> str:
    """Made once for each installation: a password known to all would be tried on real ones."""
    path = _secrets()
    if path.exists():
        return str(json.loads(path.read_text(encoding="utf-8"))["password"])
    words = _toml("names")["words"]
    password = "-".join([*(secrets.choice(words) for _ in range(3)), f"{secrets.randbelow(900) + 100}"])
    who = [
        (f"alice@{domain}", True, "coordinates the whole territory, administers the site"),
        (f"bob@{domain}", True, "animates a part of it"),
        (f"charlie@{domain}", True, "animates another part"),
        (f"diane@{domain}", False, "a professional: ask for a link, read it among the outgoing mails"),
    ]
    path.touch(mode=0o600)
    path.write_text(json.dumps({"password": password, "accounts": who}, indent=2), encoding="utf-8")
    return password


def _places() -> list[Place]:
    """The communes of the organisation, the smallest left out where there are hundreds."""
    root = sa.select(Territory.id).where(Territory.is_root).scalar_subquery()
    postal = sa.select(sa.func.min(CommunePostalCode.postal_code)).where(CommunePostalCode.commune_id == Territory.id)
    rows = db.session.execute(
        sa.select(Territory.code, Territory.name, Territory.id, Territory.population, postal.scalar_subquery())
        .join(TerritoryPart, TerritoryPart.descendant_id == Territory.id)
        .where(TerritoryPart.ancestor_id == root, Territory.kind == TerritoryKind.COMMUNE)
        .order_by(Territory.population.desc(), Territory.code)
        .limit(150)
    )
    return [
        Place(code, name, code[:2], number, postal_code, people) for code, name, number, people, postal_code in rows
    ]


def _labels(world: Mapping[str, Any]) -> dict[str, str]:
    rows = db.session.execute(sa.select(Profession.code, Profession.label_fr))
    return {code: label for code, label in rows if code in world["professions"]}


def _diane(world: Mapping[str, Any], places: list[Place], numbers: Numbers) -> Member:
    """The professional one may sign in as: she comes often."""
    profession = "91" if "91" in world["professions"] else next(iter(world["professions"]))
    home = next((place for place in places if place.code == "49007"), places[0])
    email = f"diane@{world['domain']}"
    return Member("Diane", "Dumas", email, profession, [home], numbers(), since=PAST_DAYS, loyalty=4.0)


def _import_register(found: list[Practitioner], labels: Mapping[str, str], rng: Random) -> None:
    day = clock.today() - timedelta(days=9)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / demo_register.file_name(day)
        demo_register.write(path, demo_register.lines(found, labels, rng))
        service_register.import_register(path, force=True)


def _open_accounts(domain: str, root: Territory, password_hash: str) -> Staff:
    opened = {}
    for name in ("Alice Aubry", "Bob Bonnet", "Charlie Caron", "Diane Dumas"):
        first = name.split()[0].lower()
        kept = None if first == "diane" else password_hash
        email = f"{first}@{domain}"
        opened[first] = accounts_service.open_account(email, name, COMMAND, password_hash=kept, tell=False)
    staff = Staff(**opened)
    today = clock.today()
    for account, role, territory_id in (
        (staff.alice, "administrator", None),
        (staff.alice, "regional_coordinator", root.id),
        *((staff.bob, "territorial_animator", number) for number in _parts(root, eastern=True)),
        *((staff.charlie, "territorial_animator", number) for number in _parts(root, eastern=False)),
    ):
        accounts_service.give_role(account, role, territory_id, today, None, COMMAND)
    return staff


def _parts(root: Territory, *, eastern: bool) -> list[int]:
    """The départements of an animator; where the organisation is smaller than a département, all of it."""
    rows = db.session.execute(
        sa.select(Territory.id, Territory.code)
        .join(TerritoryPart, TerritoryPart.descendant_id == Territory.id)
        .where(TerritoryPart.ancestor_id == root.id, Territory.kind == TerritoryKind.DEPARTMENT)
        .order_by(Territory.code)
    )
    return [number for number, code in rows if (code in _EASTERN) is eastern] or [root.id]


def _setting(now: datetime, root: Territory, staff: Staff, professions: list[str]) -> Setting:
    rows = db.session.execute(sa.select(Territory.kind, Territory.code, Territory.id))
    numbers = {(kind, code): number for kind, code, number in rows}
    regional = root.kind == TerritoryKind.REGION

    def territory_of(commune: str) -> int:
        return numbers[TerritoryKind.DEPARTMENT, commune[:2]] if regional else root.id

    def organiser(one: Planned) -> int:
        if one.rhythm.get("everywhere"):
            return staff.alice.id
        return (staff.charlie if regional and one.venue["commune"][:2] not in _EASTERN else staff.bob).id

    return Setting(
        now=now,
        root_id=root.id,
        territory_of=territory_of,
        commune_of=lambda code: numbers[TerritoryKind.COMMUNE, code],
        organiser=organiser,
        themes={theme.code: theme.id for theme in db.session.scalars(sa.select(Theme))},
        disciplines=[_toml("names")["disciplines"][code] for code in professions],
    )


def _forget_old_mails(now: datetime) -> None:
    """What was told long before would only make the list of mails long."""
    db.session.execute(sa.delete(MailMessage).where(MailMessage.created_at < now - timedelta(days=45)))
