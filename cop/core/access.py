"""What a view needs: declared here beside its route, decided by ``accounts.access`` in one hook.

A declaration decides nothing, so slices below ``accounts`` may use it too. An endpoint without
declaration stops the application from starting.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
Scope = Callable[..., int | None]
ATTRIBUTE: Final = "_cop_access"


class Permission(StrEnum):
    """Every right, ``resource:action``, in alphabetical order."""

    ACCOUNT_MANAGE = "account:manage"
    ACTIVITY_READ = "activity:read"
    ATTENDANCE_CLOSE = "attendance:close"
    ATTENDANCE_TAKE = "attendance:take"
    EVENT_CREATE = "event:create"
    EVENT_EDIT = "event:edit"
    EVENT_READ = "event:read"
    MAIL_READ = "mail:read"
    PERSON_READ = "person:read"
    REGISTRATION_MANAGE = "registration:manage"
    STATISTICS_EXPORT = "statistics:export"
    STATISTICS_READ = "statistics:read"
    SYSTEM_READ = "system:read"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call an endpoint. ``scope`` gives the territory id the right must cover.

    ``scope`` receives the view's arguments; it returns ``None`` for "anywhere the person has this
    right", and raises ``NotFound`` when the thing does not exist.
    """

    kind: str  # public, signed_in or permission
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


def declared(view: Any) -> Access | None:
    return getattr(view, ATTRIBUTE, None)
