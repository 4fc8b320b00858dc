"""What the filters of the people list offer: places, professions, and what the organisation has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.communities.models import Community
from cop.core.db import db
from cop.core.i18n import _, _l, label
from cop.events import queries as events
from cop.host.models import Host
from cop.network import queries_scope, rules_filter
from cop.network.rules import STEPS, UNKNOWN, Step
from cop.network.rules_filter import EVERYWHERE, Filter
from cop.organisations.models import OrganisationKind
from cop.people.models import Person
from cop.territories import rules as territories
from cop.territories.models import Profession, Territory, TerritoryKind

_KINDS: Final = {
    TerritoryKind.REGION: _l("Region"),
    TerritoryKind.HEMI_REGION: _l("Part of the region"),
    TerritoryKind.DEPARTMENT: _l("Départements"),
    TerritoryKind.CUSTOM: _l("Own perimeters"),
    TerritoryKind.EPCI: _l("Intercommunal bodies"),
}
_MEMBERSHIPS: Final = {
    "a-jour": _l("Membership in force"),
    "a-regler": _l("Asked for, to be paid"),
    "echue": _l("Was a member, is no more"),
    "jamais": _l("Never a member"),
}
_BODIES: Final = {
    "bureau": _l("Bureau"),
    "board": _l("Board"),
    "team": _l("Team"),
    "steering": _l("Steering committee"),
    "training": _l("Training"),
    "volunteers": _l("Volunteers (mandate)"),
}
_PRESENCES: Final = (
    ("vu", "annee", _l("Came to a key event this year")),
    ("vu", "annee-derniere", _l("Came to a key event last year")),
    ("vu", "12-mois", _l("Came to a meeting in the last twelve months")),
    ("pas_vu", "3", _l("Not seen for 3 months")),
    ("pas_vu", "6", _l("Not seen for 6 months")),
    ("pas_vu", "12", _l("Not seen for a year")),
    ("pas_vu", "24", _l("Not seen for two years")),
    ("pas_vu", "jamais", _l("Never seen")),
    ("inscrit", "jamais-venu", _l("Registered, never came")),
)
_VOLUNTEERS: Final = {"actifs": _l("Active volunteers"), "disponibles": _l("Volunteers with free half-days")}


@dataclass(frozen=True, slots=True)
class Choice:
    """A link of a filter: the field of the address and what it says."""

    name: str
    value: str
    label: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    code: str
    choices: Sequence[Choice]

    def chosen(self, asked: Filter) -> Sequence[Choice]:
        return [one for one in self.choices if getattr(asked, one.name) == one.value]

    @property
    def names(self) -> Sequence[str]:
        return sorted({one.name for one in self.choices})


def groups(viewer: Account) -> list[Group]:
    """Those with something to choose between, in the order of the page."""
    found = [
        Group(_("Territory"), "territoire", _territories(viewer)),
        Group(_("Profession"), "profession", _professions()),
        Group(_("Step"), "etape", _of("etape", {step.value: step.label for step in STEPS})),
        Group(_("Presence"), "presence", [Choice(name, value, str(words)) for name, value, words in _PRESENCES]),
        Group(_("Came to"), "venue", [*_event_kinds(), *_themes()]),
        Group(_("Membership"), "adhesion", _of("adhesion", _MEMBERSHIPS)),
        Group(_("Mandate"), "instance", _of("instance", _BODIES)),
        Group(_("Volunteering"), "benevole", _of("benevole", _VOLUNTEERS)),
        Group(_("Kind of organisation"), "structure", _kinds()),
        Group(_("Community"), "communaute", _communities()),
    ]
    return [group for group in found if len(group.choices) > 0]


def _of(name: str, words: Any) -> list[Choice]:
    return [Choice(name, value, str(said)) for value, said in words.items()]


def _territories(viewer: Account) -> list[Choice]:
    """Départements and the like first; intercommunal bodies are many, and stand under a heading of their own."""
    root = sa.select(Host.root_territory_id).limit(1).scalar_subquery()
    offered = queries_scope.offered_territories(viewer, db.session.scalar(sa.select(root)) or 0)
    if len(offered) < 2:
        return []
    wide = [one for one in offered if one.kind != TerritoryKind.EPCI]
    narrow = [one for one in offered if one.kind == TerritoryKind.EPCI]
    everywhere = [Choice("territoire", EVERYWHERE, _("Everywhere"))] if queries_scope.own_territories(viewer) else []
    return [
        *everywhere,
        *(Choice("territoire", str(one.id), one.name) for one in wide),
        *(Choice("territoire", str(one.id), one.name, str(_KINDS[TerritoryKind.EPCI])) for one in narrow),
    ]


def by_kind(offered: Sequence[Territory]) -> list[tuple[Territory, str]]:
    """Each with the heading it stands under."""
    return [(one, str(_KINDS[TerritoryKind(one.kind)])) for one in offered]


def _professions() -> list[Choice]:
    """Those somebody has."""
    had = sa.select(Person.profession_code).where(Person.anonymised_at.is_(None)).distinct()
    found = db.session.scalars(sa.select(Profession).where(Profession.code.in_(had)))
    return sorted(
        (Choice("profession", one.code, label(one, "label")) for one in found),
        key=lambda choice: territories.search_name(choice.label),
    )


def _event_kinds() -> list[Choice]:
    return [Choice("genre", one.code, label(one), _("A meeting of this kind")) for one in events.kinds()]


def _themes() -> list[Choice]:
    return [Choice("theme", one.code, label(one), _("A meeting about")) for one in events.themes()]


def _kinds() -> list[Choice]:
    rows = db.session.scalars(sa.select(OrganisationKind).where(OrganisationKind.archived.is_(False)))
    return [Choice("structure", one.code, label(one)) for one in sorted(rows, key=lambda one: one.position)]


def _communities() -> list[Choice]:
    rows = db.session.execute(
        sa.select(Community.id, Community.name).where(Community.archived_at.is_(None)).order_by(Community.name)
    )
    return [Choice("communaute", str(number), name) for number, name in rows]


def chosen(asked: Filter, offered: Sequence[Group]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each thing asked for, in words, with the fields of the address to leave out to ask it no more."""
    if asked.q:
        yield _("“%(words)s”", words=asked.q), ("q",)
    for group in offered:
        for one in group.chosen(asked):
            yield one.label, (one.name,)
    if asked.etape_avant:
        day = rules_filter.day(asked.avant)
        if asked.etape_avant == UNKNOWN:
            yield _("not yet known on %(day)s", day=day), ("etape_avant", "avant")
        else:
            step = Step(asked.etape_avant).label
            yield _("%(step)s on %(day)s", step=step, day=day), ("etape_avant", "avant")
    if asked.au:
        yield _("as on %(day)s", day=rules_filter.day(asked.au)), ("au",)
