"""One story of a person, from what every slice knows of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from flask_sqlalchemy.pagination import Pagination

from cop.attendance import queries_timeline as attendance
from cop.communities import queries as communities
from cop.core import clock
from cop.core.i18n import _l
from cop.core.timeline import Moment
from cop.events import queries_team as events
from cop.imports import queries as imports
from cop.invitations import queries_timeline as invitations
from cop.mail import queries_timeline as mail
from cop.mandates import queries_timeline as mandates
from cop.memberships import queries_timeline as memberships
from cop.organisations import queries_story as organisations
from cop.registrations import queries_timeline as registrations
from cop.volunteers import queries_hours as volunteers

PER_PAGE: Final = 25
# Every slice that knows something dated of a person.
SOURCES: Final[tuple[Callable[[int], Sequence[Moment]], ...]] = (
    attendance.moments,
    registrations.moments,
    events.moments,
    memberships.moments,
    mandates.moments,
    volunteers.moments,
    organisations.moments,
    communities.moments,
    imports.moments,
    invitations.moments,
    mail.moments,
)
KINDS: Final = {
    "attendance": _l("Attendance"),
    "registration": _l("Registrations"),
    "event": _l("Led or spoke"),
    "membership": _l("Membership"),
    "mandate": _l("Mandates"),
    "volunteers": _l("Volunteering"),
    "application": _l("Joining"),
    "organisation": _l("Organisations"),
    "community": _l("Communities"),
    "exchange": _l("Exchanges"),
    "imports": _l("Imported lists"),
    "invitation": _l("Calendar"),
    "guest": _l("Invitations"),
    "mail": _l("Mails"),
}


class Page(Pagination):
    """A page of moments that were gathered already."""

    def _query_items(self) -> list[Moment]:
        moments: list[Moment] = self._query_args["moments"]
        return moments[self._query_offset : self._query_offset + self.per_page]

    def _query_count(self) -> int:
        return len(self._query_args["moments"])


@dataclass(frozen=True, slots=True)
class Story:
    """``coming``: what is still to come, the nearest first. ``kinds``: those there is something of, with how many."""

    coming: Sequence[Moment]
    page: Page
    kinds: Sequence[tuple[str, Any, int]]
    kind: str


def story(person_id: int, kind: str, page: int) -> Story:
    now = clock.now()
    everything = [moment for moments in SOURCES for moment in moments(person_id)]
    past = [moment for moment in everything if _at(moment) <= now]
    coming = sorted((moment for moment in everything if _at(moment) > now), key=_at)
    counts = {name: sum(moment.kind == name for moment in past) for name in {moment.kind for moment in past}}
    kind = kind if kind in counts else ""
    shown = sorted((moment for moment in past if kind in ("", moment.kind)), key=_at, reverse=True)
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return Story(
        coming=coming,
        page=Page(page=page, per_page=PER_PAGE, error_out=False, moments=shown),
        kinds=[(name, KINDS.get(name, name), counts[name]) for name in ordered],
        kind=kind,
    )


def _at(moment: Moment) -> datetime:
    """A day stands for its beginning."""
    if isinstance(moment.at, datetime):
        return moment.at
    day: date = moment.at
    return clock.start_of_day(day)
