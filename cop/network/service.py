"""Keeping lists of people under a name, and taking a list away as a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock, exports
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _, _l, label
from cop.network import queries, queries_columns
from cop.network.models import Segment
from cop.network.queries_columns import Cells
from cop.network.rules_filter import COLUMNS, Filter
from cop.people import rules_phones
from cop.people.models import Person
from cop.territories.models import Territory

MOST: Final = 200  # lists somebody may keep


def keep(owner: Account, name: str, query: str, *, shared: bool) -> Segment:
    """The question under a name, from now on."""
    _check(owner, name, None)
    made = Segment(owner_id=owner.id, name=name, query=query, shared=shared, created_at=clock.now())
    db.session.add(made)
    db.session.flush()
    return made


def change(segment: Segment, viewer: Account, name: str, query: str, *, shared: bool) -> None:
    _check(viewer, name, segment.id)
    segment.before = _state(segment)
    segment.name, segment.query, segment.shared = name, query, shared
    db.session.flush()


def take_back(segment: Segment) -> None:
    """Undo the last change; a second time does it again."""
    if segment.before is None:
        raise Refused(_l("Nothing was changed."))
    former, segment.before = segment.before, _state(segment)
    segment.name, segment.query, segment.shared = former["name"], former["query"], former["shared"]
    db.session.flush()


def delete(segment: Segment) -> None:
    segment.deleted_at = clock.now()
    db.session.flush()


def restore(segment: Segment) -> None:
    segment.deleted_at = None
    db.session.flush()


def _state(segment: Segment) -> dict[str, Any]:
    return {"name": segment.name, "query": segment.query, "shared": segment.shared}


def _check(viewer: Account, name: str, own: int | None) -> None:
    """Two lists of one name in the same menu: nobody would know which one a mailing goes to."""
    others = [one for one in queries.segments(viewer) if one.id != own]
    if any(one.name.casefold() == name.casefold() for one in others):
        raise Refused(_l("Another list has this name: choose another one."), "name")
    if len(others) >= MOST:
        raise Refused(_l("You have 200 lists: delete some first."), "name")


# --- Files --------------------------------------------------------------------------------------------


def export(
    asked: Filter, viewer: Account, form: str, *, about: Territory, actor: Actor
) -> tuple[bytes, dict[str, str]]:
    """The whole list, with the chosen columns only. Who took what is in the activity log, without a name in it."""
    people = queries.everybody(asked, viewer)
    cells = queries_columns.cells(people, asked.colonnes, asked.on(clock.today()))
    rows = [_headings(asked.colonnes), *_rows(people, cells, asked.colonnes)]
    narrowed = {name: value for name, value in asked.asked.items() if name != "q"}
    activity.record(
        actor,
        "people.exported",
        about,
        lines=len(people),
        form=form,
        columns=list(asked.colonnes),
        filter=narrowed,
        searched=bool(asked.q),
    )
    return exports.download(rows, "personnes", form, title=_("People"))


def _headings(columns: Sequence[str]) -> list[str]:
    words: list[str] = [_("Family name"), _("Given name")]
    return words + [str(COLUMNS[name]) for name in columns]


def _rows(people: Sequence[Person], cells: Cells, columns: Sequence[str]) -> Iterator[list[Any]]:
    for person in people:
        yield [person.family_name, person.given_name, *(_cell(name, person, cells) for name in columns)]


def _cell(column: str, person: Person, cells: Cells) -> Any:
    return _CELLS[column](person, cells)


def _events(person: Person, cells: Cells) -> int:
    seen = cells.seen.get(person.id)
    return seen.events if seen else 0


def _last_day(person: Person, cells: Cells) -> date | None:
    seen = cells.seen.get(person.id)
    return clock.local_date(seen.at) if seen else None


def _step(person: Person, cells: Cells) -> str:
    step = cells.steps.get(person.id)
    return str(step.label) if step else ""


_CELLS: Final[Mapping[str, Callable[[Person, Cells], Any]]] = {
    "profession": lambda person, _cells: label(person.profession, "label") if person.profession else "",
    "lieu": lambda person, _cells: ", ".join(site.commune.name for site in person.sites),
    "email": lambda person, _cells: person.email or "",
    "telephone": lambda person, _cells: rules_phones.phone(person.phone),
    "etape": _step,
    "adhesion": lambda person, cells: cells.members.get(person.id),
    "mandats": lambda person, cells: ", ".join(cells.mandates.get(person.id, [])),
    "structures": lambda person, cells: ", ".join(cells.organisations.get(person.id, [])),
    "venues": _events,
    "vu": _last_day,
    "depuis": lambda person, _cells: clock.local_date(person.created_at),
}
