"""Each preset gives a usable site on an empty database."""

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.activity.service import COMMAND
from cop.core import clock as clocks
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.events import service as events
from cop.events.models import EventKind, Theme
from cop.events.rules import Description, Span
from cop.host.models import Host
from cop.presets import loader
from cop.reminders.models import ReminderRule
from cop.territories.models import Profession, Territory, TerritoryKind, TerritoryPart

FIVE = loader.names()
REHABILITATION = {"70", "80", "91", "92", "94", "95", "96"}


def apply(name: str) -> None:
    with unit_of_work():
        loader.apply(name)


def rows() -> dict[str, list[tuple[object, ...]]]:
    """All that a preset writes."""
    db.session.rollback()
    tables = (Host, EventKind, ReminderRule, Theme, Profession, Territory, TerritoryPart)
    return {
        model.__tablename__: sorted(map(tuple, db.session.execute(sa.select(model.__table__))), key=repr)
        for model in tables
    }


@pytest.mark.parametrize("name", FIVE)
def test_applying_twice_changes_nothing(app: object, name: str) -> None:
    apply(name)
    once = rows()
    assert all(once.values())
    clocks.clock.advance(days=30)
    apply(name)
    assert rows() == once


@pytest.mark.parametrize("name", FIVE)
def test_the_organisation_stands_on_its_own_territory(app: object, name: str) -> None:
    apply(name)
    preset = loader.read(name)
    host = db.session.scalars(sa.select(Host)).one()
    assert (host.preset, host.name, host.accent) == (name, preset.host.name, preset.host.accent)
    assert (host.root_territory.kind, host.root_territory.code) == (preset.host.root["kind"], preset.host.root["code"])
    roots = db.session.scalars(sa.select(Territory.id).where(Territory.is_root)).all()
    assert roots == [host.root_territory_id]
    communes = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(TerritoryPart)
        .join(Territory, Territory.id == TerritoryPart.descendant_id)
        .where(TerritoryPart.ancestor_id == host.root_territory_id, Territory.kind == TerritoryKind.COMMUNE)
    )
    expected = {"cls-pontchateau": 9, "cokillaje": 1228, "ctg": 9, "haute-herbasse": 5, "pacte": 1202}
    assert communes == expected[name]


@pytest.mark.parametrize("name", FIVE)
def test_who_is_counted(app: object, name: str) -> None:
    apply(name)
    counted = set(db.session.scalars(sa.select(Profession.code).where(Profession.counted)))
    health = set(db.session.scalars(sa.select(Profession.code).where(Profession.health)))
    assert counted == (REHABILITATION if name == "cokillaje" else health)
    assert "93" not in counted, "psychologists are partners, not health professionals of the code"


def test_the_local_health_contract_aims_at_thirty_percent(app: object) -> None:
    apply("cls-pontchateau")
    assert db.session.scalars(sa.select(Host.target_rate)).one() == 30


@pytest.mark.parametrize("name", FIVE)
def test_an_event_of_each_kind_is_published_and_the_agenda_answers(app: object, client: FlaskClient, name: str) -> None:
    apply(name)
    now = clocks.now()
    public = []
    with unit_of_work():
        host = db.session.scalars(sa.select(Host)).one()
        commune = db.session.scalars(
            sa.select(Territory)
            .join(TerritoryPart, TerritoryPart.descendant_id == Territory.id)
            .where(TerritoryPart.ancestor_id == host.root_territory_id, Territory.kind == TerritoryKind.COMMUNE)
            .limit(1)
        ).one()
        for kind in db.session.scalars(sa.select(EventKind)):
            event = events.create(kind, _description(kind, host, commune), actor=COMMAND, now=now)
            events.publish(event, actor=COMMAND, now=now)
            if kind.audience == "public":
                public.append(event.title)
        name_shown = host.name
    page = client.get("/agenda")
    assert page.status_code == 200
    assert name_shown in page.text
    assert len(public) >= 2
    for title in public:
        assert title in page.text


def _description(kind: EventKind, host: Host, commune: Territory) -> Description:
    first = clocks.at_local(clocks.today() + timedelta(days=20), time.fromisoformat(kind.starts_at))
    spans = tuple(
        Span(first + timedelta(days=number), first + timedelta(days=number, minutes=kind.duration_minutes))
        for number in range(kind.half_days)
    )
    return Description(
        title=f"Essai {kind.code.replace('_', ' ')}",
        half_days=spans,
        territory_id=host.root_territory_id,
        commune_id=commune.id,
        capacity=kind.capacity,
        audience=kind.audience,
        key_event=kind.key_event,
    )


@pytest.mark.parametrize("name", FIVE)
def test_the_pages_of_an_empty_site_answer(app: object, client: FlaskClient, name: str) -> None:
    apply(name)
    for page in ("/", "/agenda", "/apparence.css"):
        assert client.get(page, follow_redirects=True).status_code == 200, page


def test_what_was_changed_on_screen_stays(app: object) -> None:
    apply("cokillaje")
    with unit_of_work():
        host = db.session.scalars(sa.select(Host)).one()
        host.name, host.accent = "Cokillaje en fête", "#1f6a72"
        kind = db.session.scalars(sa.select(EventKind).filter_by(code="study_morning")).one()
        kind.capacity, kind.archived = 12, True
        for rule in db.session.scalars(sa.select(ReminderRule).filter_by(kind_id=kind.id)):
            db.session.delete(rule)
        db.session.get_one(Profession, "93").counted = True
    changed = rows()
    apply("cokillaje")
    assert rows() == changed


def test_a_kind_that_is_missing_is_added_with_its_reminders(app: object) -> None:
    apply("cokillaje")
    with unit_of_work():
        kind = db.session.scalars(sa.select(EventKind).filter_by(code="seminar")).one()
        db.session.execute(sa.delete(ReminderRule).where(ReminderRule.kind_id == kind.id))
        db.session.delete(kind)
    clocks.clock.advance(days=3)
    apply("cokillaje")
    kind = db.session.scalars(sa.select(EventKind).filter_by(code="seminar")).one()
    rules = db.session.scalars(sa.select(ReminderRule).filter_by(kind_id=kind.id)).all()
    assert sorted(rule.days_before for rule in rules) == [1, 14]
    assert {rule.holds_from for rule in rules} == {clocks.now()}


def test_two_organisations_do_not_mix(app: object) -> None:
    apply("cokillaje")
    before = rows()
    with pytest.raises(Refused, match="cokillaje"):
        apply("pacte")
    assert rows() == before


@pytest.mark.parametrize("name", ["cls-pontchateau", "ctg", "pacte"])
def test_a_network_without_membership_is_joined_not_adhered_to(app: object, client: FlaskClient, name: str) -> None:
    apply(name)
    page = client.get("/adherer").text
    assert "Rejoindre le réseau" in page
    assert "Adhérer" not in page
    assert "assemblées" not in page
