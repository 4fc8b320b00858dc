"""What a view needs: declared here beside its route, decided by ``accounts.access`` in one hook.

A declaration decides nothing, so slices below ``accounts`` may use it too. An endpoint without
declaration stops the application from starting.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE: Final = "_cop_access"


class Permission(StrEnum):
    """Every right, ``resource:action``, in alphabetical order."""

    ACCOUNT_MANAGE = "account:manage"
    ACTIVITY_READ = "activity:read"
    APPLICATION_DECIDE = "application:decide"
    ATTENDANCE_CLOSE = "attendance:close"
    ATTENDANCE_TAKE = "attendance:take"
    CAMPAIGN_SEND = "campaign:send"
    COMMUNITY_EDIT = "community:edit"
    EVENT_APPROVE = "event:approve"
    EVENT_CREATE = "event:create"
    EVENT_EDIT = "event:edit"
    EVENT_READ = "event:read"
    KIND_MANAGE = "kind:manage"
    MAIL_READ = "mail:read"
    MANDATE_MANAGE = "mandate:manage"
    MANDATE_READ = "mandate:read"
    MEMBERSHIP_MANAGE = "membership:manage"
    MEMBERSHIP_READ = "membership:read"
    ORGANISATION_EDIT = "organisation:edit"
    ORGANISATION_READ = "organisation:read"
    PERSON_EDIT = "person:edit"
    PERSON_ERASE = "person:erase"
    PERSON_EXPORT = "person:export"
    PERSON_IMPORT = "person:import"
    PERSON_MERGE = "person:merge"
    PERSON_READ = "person:read"
    REGISTRATION_MANAGE = "registration:manage"
    RETENTION_MANAGE = "retention:manage"
    STATISTICS_EXPORT = "statistics:export"
    STATISTICS_READ = "statistics:read"
    SYSTEM_READ = "system:read"
    VOLUNTEER_MANAGE = "volunteer:manage"


@dataclass(frozen=True, slots=True)
class Where:
    """What a thing belongs to: a right on any of these territories, or on any of these subjects, reaches it.

    ``subjects`` are single things a right may be given on: "event:12", "project:3". A thing of no territory
    belongs to the whole organisation: only who has the right everywhere reaches it.
    """

    territories: frozenset[int] = frozenset()
    subjects: frozenset[str] = frozenset()


Scope = Callable[..., "Where | int | None"]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call an endpoint. ``scope`` says what the right must cover: a ``Where``, or the id of a territory.

    ``scope`` receives the view's arguments; it returns ``None`` for "anywhere the person has this
    right", and raises ``NotFound`` when the thing does not exist.
    """

    kind: str  # public, signing_in, securing, signed_in or permission
    permission: Permission | None = None
    scope: Scope | None = None
    open_in_demo: bool = False


def requires(
    permission: Permission, scope: Scope | None = None, *, open_in_demo: bool = False
) -> Callable[[View], View]:
    """The view needs this right, on the territory ``scope`` names. Goes under the route decorator.

    ``open_in_demo``: where everybody is made up, anybody may look (the mails that would be sent).
    """

    def note(view: View) -> View:
        setattr(view, ATTRIBUTE, Access("permission", permission, scope, open_in_demo))
        return view

    return note


def public(view: View) -> View:
    """Anybody may call the view; if it carries a signed link, the view checks it."""
    setattr(view, ATTRIBUTE, Access("public"))
    return view


def signed_in(view: View) -> View:
    """Anybody who has signed in may call the view, which shows only what is theirs."""
    setattr(view, ATTRIBUTE, Access("signed_in"))
    return view


def signing_in(view: View) -> View:
    """Whoever has begun to sign in may call the view, even if a second factor is still to be shown."""
    setattr(view, ATTRIBUTE, Access("signing_in"))
    return view


def securing(view: View) -> View:
    """Whoever has signed in may call the view, even if the second factor their role requires is still to be set up."""
    setattr(view, ATTRIBUTE, Access("securing"))
    return view


def declared(view: Any) -> Access | None:
    return getattr(view, ATTRIBUTE, None)
