"""The people list with 20,000 people, against the same page with 200, in the same run.

Every page is asked for through the application, without a server, and measured in processor time: what a reader
waits for beside the network. The two databases hold the same kinds of facts in the same proportions: practice sites,
presences, registrations, memberships, mandates, volunteers. ``COP_BENCH_PEOPLE`` sets the size of the large one.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import sqlalchemy as sa

from cop.accounts.models import Account, Grant
from cop.app import create_app, data_folder
from cop.attendance.models import Attendance
from cop.core import clock, migrations
from cop.core.db import db
from cop.core.settings import load_settings
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event, EventKind, HalfDay
from cop.memberships.models import Membership, MembershipKind
from cop.people import rules as names
from cop.people.models import Person, PracticeSite
from cop.presets import loader
from cop.territories.models import Territory, TerritoryKind
from cop.volunteers.models import VolunteerProfile
from tests.signing_in import put_in

NAME = "People list"
BOUND = "the same page with 200 people"
ROOT = Path(__file__).resolve().parents[1]
FEW: Final = 200
AIM = 0.5  # seconds of processor time, the slowest page
ROUNDS = 7
PAGES: Final = {
    "everybody": "/personnes",
    "search": "/personnes?q=mar+angers",
    "territory and step": "/personnes?territoire={place}&etape=adherent",
    "not seen for a year": "/personnes?pas_vu=12&tri=pas-vu",
    "last page": "/personnes?page=400",
    "steps": "/coordination/etapes",
}


def run() -> list[dict[str, Any]]:
    many = int(os.environ.get("COP_BENCH_PEOPLE", 20_000))
    few, large = _measure(FEW), _measure(many)
    slowest = max(large["pages"].values())
    details = [
        f"{name}: {1000 * large['pages'][name]:.0f} ms and {large['queries'][name]} statements with {many:,} people, "
        f"{1000 * few['pages'][name]:.0f} ms and {few['queries'][name]} with {FEW}"
        for name in PAGES
    ]
    ratio = max(large["pages"][name] / few["pages"][name] for name in PAGES)
    words = f"{ratio:.1f} x at worst; the slowest page takes {slowest * 1000:.0f} ms"
    met = slowest <= AIM
    return [
        {
            "name": NAME,
            "bound": BOUND,
            "measured": words,
            "aim": f"≤ {AIM * 1000:.0f} ms",
            "met": met,
            "details": details,
        }
    ]


def _measure(people: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "benchmarks.people", folder, str(people)]
        return dict(json.loads(subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout))


def _fill(people: int, rng: Random) -> None:
    """Written straight into the tables: a service a person would take minutes, and is measured elsewhere."""
    communes = db.session.scalars(sa.select(Territory.id).filter_by(kind=TerritoryKind.COMMUNE)).all()
    today, now = clock.today(), clock.now()
    halves = _events(today, rng)
    given, family = (
        ("Marie", "Anne-Lise", "Élodie", "Karim", "Zoé", "Jean Marc"),
        ("Le Goff", "Évrard", "Martin", "Abel"),
    )
    rows = [
        {"id": n, "given_name": given[n % 6], "family_name": f"{family[n % 4]}{n}", "email": f"p{n}@cabinet.example"}
        for n in range(1, people + 1)
    ]
    for row in rows:
        row |= {
            "search_name": names.search_name(str(row["given_name"]), str(row["family_name"])),
            "profession_code": rng.choice(("91", "70", "94")),
            "language": "fr",
            "created_at": now - timedelta(days=rng.randrange(800)),
        }
    db.session.execute(sa.insert(Person), rows)
    numbers = range(1, people + 1)
    db.session.execute(
        sa.insert(PracticeSite), [{"person_id": n, "commune_id": rng.choice(communes), "source": "x"} for n in numbers]
    )
    seen = {(rng.choice(halves), rng.choice(numbers)) for _ in range(people * 5 // 2)}
    db.session.execute(
        sa.insert(Attendance),
        [{"half_day_id": h, "person_id": n, "state": "present", "source": "list", "recorded_at": now} for h, n in seen],
    )
    _members([n for n in numbers if n % 4 == 0], today)
    root = db.session.scalars(sa.select(Territory.id).where(Territory.is_root)).one()
    db.session.execute(
        sa.insert(VolunteerProfile),
        [{"person_id": n, "territory_id": root, "since": today, "status": "active"} for n in numbers if n % 50 == 0],
    )


def _events(today: date, rng: Random) -> list[int]:
    kind = db.session.scalars(sa.select(EventKind).order_by(EventKind.position)).first()
    place = db.session.scalars(sa.select(Territory).where(Territory.is_root)).one()
    found = []
    for number in range(200):
        start = clock.start_of_day(today - timedelta(days=rng.randrange(700))) + timedelta(hours=9)
        made = Event(
            slug=f"e{number}", kind=kind, title=f"Rencontre {number}", territory=place, status="published",
            key_event=True, starts_at=start, ends_at=start, created_at=start, changed_at=start,
        )  # fmt: skip
        made.half_days.append(HalfDay(starts_at=start, ends_at=start))
        db.session.add(made)
        found.append(made)
    db.session.flush()
    return [event.half_days[0].id for event in found]


def _members(numbers: list[int], today: date) -> None:
    kind = MembershipKind(code="bench", name_fr="Mesure", amount_cents=0)
    db.session.add(kind)
    db.session.flush()
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    values = {"kind_id": kind.id, "amount_cents": 0, "starts_on": first, "ends_on": last, "requested_at": clock.now()}
    rows = [{"person_id": n, "key": f"bench:{n}", "source": "staff", "end_reason": "", **values} for n in numbers]
    db.session.execute(sa.insert(Membership), rows)


def main(folder: str, people: int) -> None:
    settings = load_settings({"COP_ENV": "test", "COP_SECRET_KEY": "x" * 40, "COP_INSTANCE": folder,
                              "COP_PUBLIC_URL": "http://localhost", "COP_MAIL_TRANSPORT": "memory"})  # fmt: skip
    app = create_app(settings)
    with app.app_context():
        migrations.upgrade(data_folder("migrations"))
        with unit_of_work():
            loader.seed_reference(loader.read("cokillaje"))
            loader.apply("cokillaje")
            reader = Account(email="alice@cokillaje.example", name="Alice", created_at=clock.now())
            reader.grants.append(Grant(role="regional_coordinator", territory_id=None, starts_on=date(2025, 1, 1)))
            db.session.add(reader)
            _fill(people, Random(7))
        place = db.session.scalars(sa.select(Territory.id).filter_by(kind=TerritoryKind.DEPARTMENT, code="49")).one()
        client = put_in(app.test_client(), reader)
        db.session.remove()
        print(json.dumps(_pages(client, place)))


def _pages(client: Any, place: int) -> dict[str, Any]:
    times, counts = {}, {}
    asked: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    for name, address in PAGES.items():
        path, rounds = address.format(place=place), []
        for _ in range(ROUNDS + 1):
            asked.clear()
            begun = time.process_time()
            answer = client.get(path)
            rounds.append(time.process_time() - begun)
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status_code}")
        times[name], counts[name] = statistics.median(rounds[1:]), len(asked)
    return {"pages": times, "queries": counts}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
