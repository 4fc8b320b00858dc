"""What a preset says of memberships: kinds with their prices, how one pays, when one is reminded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from cop.core.db import db
from cop.memberships.models import MembershipKind, MembershipSettings, RenewalStep
from cop.memberships.rules import Audience, OfferedTo, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPart:
    code: str
    name_fr: str
    name_en: str
    purpose_fr: str
    purpose_en: str
    amount_cents: int
    offered_to: str = OfferedTo.INDIVIDUAL
    period: str = Period.CIVIL_YEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPart:
    days_before: int
    text_fr: str
    text_en: str
    audience: str = Audience.MEMBER


@dataclass(frozen=True, slots=True)
class Part:
    """Left out of a preset: an organisation nobody joins, which may begin to be joined on screen."""

    kinds: tuple[KindPart, ...] = ()
    renewal: tuple[StepPart, ...] = ()
    how_to_pay_fr: str = ""
    how_to_pay_en: str = ""


def part(content: Mapping[str, Any]) -> Part:
    """Raises ``TypeError`` for a word nobody reads, ``ValueError`` for a kind or period nobody has."""
    kinds = tuple(KindPart(**table) for table in content.get("kinds", ()))
    renewal = tuple(StepPart(**table) for table in content.get("renewal", ()))
    for kind in kinds:
        OfferedTo(kind.offered_to), Period(kind.period)
    for step in renewal:
        Audience(step.audience)
    rest = {name: value for name, value in content.items() if name not in {"kinds", "renewal"}}
    return Part(kinds, renewal, **rest)


def seed(said: Part) -> None:
    """Add the kinds that are missing. Words and mails are the preset's at first only: afterwards they are edited."""
    known = set(db.session.scalars(sa.select(MembershipKind.code)))
    for position, kind in enumerate(said.kinds):
        if kind.code not in known:
            db.session.add(MembershipKind(position=position, **asdict(kind)))
    if db.session.scalar(sa.select(MembershipSettings.id)) is None:
        db.session.add(MembershipSettings(how_to_pay_fr=said.how_to_pay_fr, how_to_pay_en=said.how_to_pay_en))
        db.session.add_all(RenewalStep(**asdict(step)) for step in said.renewal)
    db.session.flush()
