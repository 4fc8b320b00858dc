"""Roles: what each one may do. A grant gives a role on a territory, for a period."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cop.core.access import Permission


@dataclass(frozen=True, slots=True)
class Role:
    name_fr: str
    name_en: str
    permissions: frozenset[Permission]


_VOLUNTEER: Final = frozenset({Permission.ATTENDANCE_TAKE, Permission.EVENT_READ})
_READER: Final = frozenset({Permission.STATISTICS_READ})
_RELAY: Final = _VOLUNTEER | {Permission.EVENT_EDIT, Permission.REGISTRATION_MANAGE, Permission.ATTENDANCE_CLOSE}
_ANIMATOR: Final = _RELAY | {
    Permission.CAMPAIGN_SEND,
    Permission.COMMUNITY_EDIT,
    Permission.EVENT_CREATE,
    Permission.MANDATE_READ,
    Permission.MEMBERSHIP_READ,
    Permission.ORGANISATION_EDIT,
    Permission.ORGANISATION_READ,
    Permission.PERSON_EDIT,
    Permission.PERSON_EXPORT,
    Permission.PERSON_READ,
    Permission.VOLUNTEER_MANAGE,
    Permission.STATISTICS_READ,
    Permission.STATISTICS_EXPORT,
}
_COORDINATOR: Final = _ANIMATOR | {
    Permission.ACTIVITY_READ,
    Permission.APPLICATION_DECIDE,
    Permission.EVENT_APPROVE,
    Permission.KIND_MANAGE,
    Permission.MAIL_READ,
    Permission.MANDATE_MANAGE,
    Permission.MEMBERSHIP_MANAGE,
    Permission.PERSON_ERASE,
    Permission.PERSON_IMPORT,
    Permission.PERSON_MERGE,
    Permission.SYSTEM_READ,
}

ROLES: Final[Mapping[str, Role]] = {
    "administrator": Role("Administration", "Administration", frozenset(Permission)),
    "regional_coordinator": Role("Coordination régionale", "Regional coordination", _COORDINATOR),
    "territorial_animator": Role("Animation territoriale", "Territorial animation", _ANIMATOR),
    "relay_manager": Role("Gestion-relais de projet", "Relay project management", _RELAY),
    "volunteer": Role("Bénévole", "Volunteer", _VOLUNTEER),
    "reader": Role("Lecture", "Reading", _READER),
}
