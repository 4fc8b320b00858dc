"""Presets: what differs from one kind of organisation to the next, one data file each.

A preset seeds; it never overrules. Whatever it set is edited on screen afterwards, and applying it
again only adds what is missing.
"""

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _
from cop.events.models import EventKind, Theme
from cop.events.rules_kinds import BY_HALF_DAY, HEADCOUNT, KindDescription, check_kind
from cop.host.models import Host
from cop.host.rules import check_accent
from cop.joining import service_settings as joining
from cop.mandates import service_register as mandates
from cop.memberships import service_seed as memberships
from cop.organisations import service_kinds as organisation_kinds
from cop.organisations.rules import OTHER as OTHER_ORGANISATION
from cop.reminders.models import ReminderRule
from cop.reminders.rules import DEFAULT_AT
from cop.territories import service as territories
from cop.territories.models import Profession, Territory
from cop.volunteers import service as volunteers

FOLDER: Final = Path(__file__).resolve().parent
_FLAGS: Final = {"rehabilitation": Profession.rehab, "health": Profession.health}


class PresetError(ValueError):
    """A preset's file says something nobody reads, or leaves out what is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPart:
    """``root`` is the organisation's own territory; ``professions`` those its rates count."""

    name: str
    email: str
    accent: str
    root: dict[str, str]
    professions: str | list[str]
    legal_name: str = ""
    legal_line: str = ""
    tagline_fr: str = ""
    tagline_en: str = ""
    welcome_fr: str = ""
    welcome_en: str = ""
    address: str = ""
    target_rate: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderPart:
    days_before: int
    text_fr: str
    text_en: str
    at: str = DEFAULT_AT


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPart:
    code: str
    name_fr: str
    name_en: str
    purpose_fr: str
    purpose_en: str
    starts_at: str
    duration_minutes: int
    half_days: int = 1
    capacity: int | None = None
    key_event: bool = False
    attendance: str = BY_HALF_DAY
    audience: str = "public"
    approval: bool = False
    closes_hours_before: int | None = None
    offer_hours: int | None = None
    stop_hours: int | None = None
    colleagues: bool = False
    arrangement: bool = False
    carpool: bool = False
    reminders: list[ReminderPart] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemePart:
    code: str
    name_fr: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    host: HostPart
    vocabulary: dict[str, str]
    kinds: list[KindPart]
    themes: list[ThemePart]
    mandates: list[mandates.KindPart]
    memberships: memberships.Part
    organisation_kinds: list[str]
    skills: list[dict[str, Any]]
    joining: dict[str, Any]


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read(name: str) -> Preset:
    """The preset as written. Raises ``Refused`` for an unknown name, ``PresetError`` for a faulty file."""
    if name not in names():
        raise Refused(
            _("There is no preset “%(name)s”. Choose one of: %(names)s.", name=name, names=", ".join(names()))
        )
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return parse(name, tomllib.load(file))


def parse(name: str, content: dict[str, Any]) -> Preset:
    try:
        return Preset(
            name=name,
            host=HostPart(**content["host"]),
            vocabulary=content.get("vocabulary", {}),
            kinds=[_kind(table) for table in content["kinds"]],
            themes=[ThemePart(**table) for table in content.get("themes", ())],
            mandates=[mandates.KindPart(**table) for table in content.get("mandates", ())],
            memberships=memberships.part(content.get("memberships", {})),
            organisation_kinds=_organisation_kinds(content.get("organisation_kinds", ())),
            skills=list(content.get("skills", ())),
            joining=content.get("joining", {}),
        )
    except (TypeError, KeyError) as error:
        raise PresetError(f"{name}.toml: {error}") from error


def _organisation_kinds(codes: Iterable[str]) -> list[str]:
    known = organisation_kinds.catalogue()
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise TypeError(f"no kind of organisation is called {', '.join(unknown)}")
    return [*codes, *({OTHER_ORGANISATION} - set(codes))]


def _kind(table: dict[str, Any]) -> KindPart:
    reminders = [ReminderPart(**reminder) for reminder in table.get("reminders", ())]
    kind = KindPart(**{**table, "reminders": reminders})
    if reminders and kind.attendance == HEADCOUNT:
        raise TypeError(f"{kind.code}: people are counted without names, there is nobody to remind")
    try:
        check_kind(KindDescription(**{one.name: getattr(kind, one.name) for one in fields(KindDescription)}))
    except Refused as refused:
        raise TypeError(f"{kind.code}, {refused.field}: {refused.message}") from refused
    return kind


def apply(name: str) -> Host:
    """Make this installation the organisation of the preset. Repeated, it adds what is missing and no more.

    The caller opens the unit of work. An installation stays what it is: another preset is refused.
    """
    preset = read(name)
    host = db.session.scalar(sa.select(Host))
    if host is not None and host.preset != name:
        raise Refused(
            _(
                "This site was made with the preset “%(name)s”: another one would mix two organisations.",
                name=host.preset,
            )
        )
    if host is None:
        host = _add_host(preset, seed_reference(preset).id)
    else:
        territories.seed_reference_data(root=(host.root_territory.kind, host.root_territory.code))
    _add_kinds(preset.kinds, clock.now())
    _add_themes(preset.themes)
    mandates.seed(preset.mandates)
    memberships.seed(preset.memberships)
    volunteers.seed(preset.skills)
    joining.seed(preset.joining)
    organisation_kinds.seed(preset.organisation_kinds)
    db.session.flush()
    return host


def seed_reference(preset: Preset) -> Territory:
    """Territories, professions and who among them is counted; the root is returned."""
    root = territories.seed_reference_data(root=(preset.host.root["kind"], preset.host.root["code"]))
    territories.choose_counted(_codes(preset.host.professions))
    return root


def _codes(professions: str | list[str]) -> Collection[str]:
    if isinstance(professions, list):
        return professions
    return db.session.scalars(sa.select(Profession.code).where(_FLAGS[professions])).all()


def _add_host(preset: Preset, root_territory_id: int) -> Host:
    part = preset.host
    host = Host(
        preset=preset.name,
        name=part.name,
        legal_name=part.legal_name,
        legal_line=part.legal_line,
        tagline_fr=part.tagline_fr,
        tagline_en=part.tagline_en,
        welcome_fr=part.welcome_fr,
        welcome_en=part.welcome_en,
        email=part.email,
        address=part.address,
        accent=check_accent(part.accent),
        root_territory_id=root_territory_id,
        target_rate=part.target_rate,
        vocabulary=dict(preset.vocabulary),
    )
    db.session.add(host)
    db.session.flush()
    return host


def _add_kinds(parts: list[KindPart], now: datetime) -> None:
    existing = set(db.session.scalars(sa.select(EventKind.code)))
    for position, part in enumerate(parts):
        if part.code in existing:
            continue
        columns = {name: getattr(part, name) for name in KindPart.__slots__ if name != "reminders"}
        kind = EventKind(position=position, **columns)
        db.session.add(kind)
        db.session.add_all(_rule(kind, reminder, now) for reminder in part.reminders)


def _rule(kind: EventKind, part: ReminderPart, now: datetime) -> ReminderRule:
    return ReminderRule(
        kind=kind,
        days_before=part.days_before,
        at=part.at,
        text_fr=part.text_fr,
        text_en=part.text_en,
        holds_from=now,
    )


def _add_themes(parts: list[ThemePart]) -> None:
    existing = set(db.session.scalars(sa.select(Theme.code)))
    for position, part in enumerate(parts):
        if part.code not in existing:
            db.session.add(Theme(code=part.code, name_fr=part.name_fr, name_en=part.name_en, position=position))
