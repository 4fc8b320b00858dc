"""What is on every page: the menu, filtered by rights. Endpoint names only, no views."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import request, url_for

from cop.accounts import access
from cop.accounts.sign_in import current_account
from cop.core.access import Permission
from cop.core.i18n import _l, language
from cop.core.settings import current_settings
from cop.core.web import Application
from cop.host import queries as host
from cop.memberships import queries as memberships


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu. ``permission``: shown to whoever has it somewhere; ``None``: to everybody.

    ``rare``: among tabs, behind "More". ``if_any``: only where there is something of the sort at all.
    """

    label: Any
    endpoint: str
    permission: Permission | None = None
    signed_in: bool | None = None
    rare: bool = False
    if_any: Callable[[], bool] | None = None


MENU: Final = (
    Entry(_l("Agenda"), "events.agenda"),
    Entry(_l("Communities"), "communities.index", signed_in=False),
    Entry(_l("This week"), "events.desk", Permission.EVENT_READ),
    Entry(_l("People"), "network.people", Permission.PERSON_READ),
    Entry(_l("Engagement"), "statistics.engagement", Permission.STATISTICS_READ),
    Entry(_l("System health"), "admin.health", Permission.SYSTEM_READ),
    Entry(_l("My space"), "registrations.mine", signed_in=True),
    Entry(_l("Sign in"), "accounts.sign_in", signed_in=False),
)

# Pages that belong together, shown as tabs of one another.
TABS: Final = {
    "administration": (
        Entry(_l("System health"), "admin.health", Permission.SYSTEM_READ),
        Entry(_l("Accounts"), "account_management.index", Permission.ACCOUNT_MANAGE),
        Entry(_l("Kinds of meetings"), "event_kinds.index", Permission.KIND_MANAGE),
        Entry(_l("Activity log"), "admin.journal", Permission.ACTIVITY_READ),
        Entry(_l("Mails received"), "inbox.received", Permission.MAIL_READ),
        Entry(_l("Times of keeping"), "retention.index", Permission.RETENTION_MANAGE),
    ),
    # Everybody the organisation knows, and what they are to it.
    "people": (
        Entry(_l("Everybody"), "network.people", Permission.PERSON_READ),
        Entry(_l("Organisations"), "organisations.index", Permission.ORGANISATION_READ),
        Entry(_l("Communities"), "communities.staff_index", Permission.COMMUNITY_EDIT),
        Entry(_l("Memberships"), "memberships.index", Permission.MEMBERSHIP_READ),
        Entry(_l("Mandates"), "mandates.index", Permission.MANDATE_READ),
        Entry(_l("Volunteers"), "volunteers.index", Permission.VOLUNTEER_MANAGE),
        Entry(_l("Tasks"), "volunteers.tasks", Permission.VOLUNTEER_MANAGE, rare=True),
        Entry(_l("Applications"), "joining.index", Permission.APPLICATION_DECIDE, rare=True),
        Entry(_l("Imports"), "imports.index", Permission.PERSON_IMPORT, rare=True),
        Entry(_l("Engagement steps"), "network.steps", Permission.STATISTICS_READ, rare=True),
        Entry(_l("Duplicates"), "duplicates.index", Permission.PERSON_MERGE, rare=True),
        Entry(_l("Requests about data"), "data_requests.index", Permission.PERSON_ERASE, rare=True),
    ),
    # What somebody who has signed in sees of their own.
    "my_space": (
        Entry(_l("What is coming"), "registrations.mine"),
        Entry(_l("My record"), "people.my_profile"),
        Entry(_l("My membership"), "memberships.mine", if_any=memberships.any_kind),
        Entry(_l("Volunteering"), "volunteers.mine"),
        Entry(_l("My organisations"), "organisations.mine"),
        Entry(_l("Communities"), "communities.index"),
        Entry(_l("My account"), "accounts.profile"),
        Entry(_l("My data"), "my_data.show"),
        Entry(_l("Security"), "security.show"),
    ),
}


def init_app(app: Application) -> None:
    app.context_processor(_page_frame)
    app.add_template_global(tabs_of)
    app.add_template_global(host.word, "word_of_host")


def _page_frame() -> dict[str, Any]:
    account = current_account()
    return {
        "host": host.current_host(),
        "account": account,
        "navigation": [_line(entry) for entry in MENU if _shown(entry, account)],
        "locale": language(),
        "demo": current_settings().demo,
    }


def tabs_of(group: str) -> list[dict[str, Any]]:
    """The tabs of a group of pages, those the reader may open."""
    account = current_account()
    entries: tuple[Entry, ...] = TABS[group]
    return [_line(entry) for entry in entries if _shown(entry, account)]


def _shown(entry: Entry, account: Any) -> bool:
    if entry.signed_in is not None and entry.signed_in is not bool(account):
        return False
    if entry.if_any and not entry.if_any():
        return False
    return entry.permission is None or access.has_anywhere(account, entry.permission)


def _line(entry: Entry) -> dict[str, Any]:
    return {
        "label": entry.label,
        "url": url_for(entry.endpoint),
        "current": request.endpoint == entry.endpoint,
        "rare": entry.rare,
    }
