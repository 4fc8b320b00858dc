"""All that is held about somebody, read by walking the tables that point to them (``core.personal``)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.activity.models import ActivityEntry
from cop.core import personal
from cop.core.db import db
from cop.core.i18n import _, _l
from cop.core.personal import Link, OnErasure
from cop.people.models import Person

# What the application keeps for itself to find or to count a record.
_INNER: Final = frozenset(
    {"search_name", "email_key", "counted_as", "merged_into_id", "password_hash", "session_epoch"}
)
# How a row that another points to is called, the first of these it has.
_NAMES: Final = ("title", "name", "name_fr", "label_fr", "wording", "starts_at", "code")
# Tables that hang on a row of somebody's, as people call them: every one (tests/house/test_personal.py).
_DETAILS: Final = {
    "mail_body": _l("The text of these mails"),
    "membership_payment": _l("Your payments"),
    "membership_receipt": _l("Your receipts"),
    "mandate_territory": _l("Where your mandates hold"),
    "volunteer_availability": _l("When you are free to help"),
    "volunteer_skill": _l("What you can bring as a volunteer"),
    "candidate_step": _l("The steps of your candidacies"),
    "poll_answer": _l("Which dates suited you"),
}
_PEOPLE: Final = frozenset({"person", "account"})
Row = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """What one table holds of somebody. ``link`` says what would become of it; the record itself has none."""

    title: str
    table: str
    rows: list[Row] = field(default_factory=list)
    link: Link | None = None


def held(person_ids: Sequence[int], account_ids: Sequence[int]) -> list[Section]:
    """Everything, table by table; only what there is."""
    found = [
        Section(_("Your record"), "person", _own(Person, person_ids)),
        Section(_("Your account"), "account", _own(Account, account_ids)),
        *_linked("person", person_ids),
        *_linked("account", account_ids),
        Section(_("What the log says you did"), "activity_entry", _log(account_ids)),
    ]
    return [section for section in found if section.rows]


def _own(model: Any, numbers: Sequence[int]) -> list[Row]:
    table: sa.Table = model.__table__
    columns = [column for column in table.columns if column.name not in _INNER]
    return _rows(sa.select(*columns).where(table.c.id.in_(numbers)).order_by(table.c.id))


def _linked(target: str, numbers: Sequence[int]) -> Iterator[Section]:
    for column, link in personal.links(db.metadata, target).items():
        if link is None or column.table.name in _PEOPLE:
            continue
        table, mine = column.table, column.in_(numbers)
        yield Section(str(link.title), table.name, _read(table, mine, link.hidden), link)
        if target == "person" and link.on_erasure is not OnErasure.UNLINK:
            yield from _details(table, mine, link)


def _details(table: sa.Table, mine: Any, link: Link) -> Iterator[Section]:
    """What hangs on these rows and points to nobody itself: the text of a mail, the payments of a membership."""
    for child in db.metadata.sorted_tables:
        keys = [(key.parent, key.column) for key in child.foreign_keys if key.column.table is table]
        if child is table or not keys or _names_somebody(child):
            continue
        (column, parent), *_others = keys
        rows = _read(child, column.in_(sa.select(parent).where(mine)), link.hidden)
        yield Section(str(_DETAILS[child.name]), child.name, rows, link)


def _names_somebody(table: sa.Table) -> bool:
    return any(key.column.table.name == "person" for key in table.foreign_keys)


def _read(table: sa.Table, where: Any, hidden: Iterable[str]) -> list[Row]:
    """The rows, without secrets, without the numbers of other people, and with what they are about by name."""
    columns = [
        column
        for column in table.columns
        if column.name not in hidden and not isinstance(column.type, sa.LargeBinary) and not _is_somebody(column)
    ]
    order = list(table.primary_key)
    rows = _rows(sa.select(*columns).where(where).order_by(*order)) if columns else []
    for column in columns:
        for key in column.foreign_keys if rows else ():
            _name(rows, column.name, key.column)
    return rows


def _is_somebody(column: sa.Column[Any]) -> bool:
    return any(key.column.table.name in _PEOPLE for key in column.foreign_keys)


def _name(rows: list[Row], name: str, target: sa.Column[Any]) -> None:
    label = next((target.table.c[known] for known in _NAMES if known in target.table.c), None)
    numbers = {row[name] for row in rows if row[name] is not None}
    if label is None or label is target or not numbers:
        return
    labels = db.session.execute(sa.select(target, label).where(target.in_(numbers)))
    called = {row[0]: row[1] for row in labels}
    for row in rows:
        row[name.removesuffix("_id").removesuffix("_code")] = called.get(row[name])


def _rows(statement: Any) -> list[Row]:
    return [dict(row) for row in db.session.execute(statement).mappings()]


def _log(account_ids: Sequence[int]) -> list[Row]:
    columns = (ActivityEntry.at, ActivityEntry.action, ActivityEntry.subject_type, ActivityEntry.subject_id)
    return _rows(sa.select(*columns).where(ActivityEntry.actor_id.in_(account_ids)).order_by(ActivityEntry.id))


def accounts_of(persons: Sequence[Person]) -> list[int]:
    """The accounts of these records: tied to them, or under their address."""
    tied = [person.account_id for person in persons if person.account_id]
    addresses = [person.email for person in persons if person.email]
    mine = sa.or_(Account.id.in_(tied), Account.email.in_(addresses))
    return list(db.session.scalars(sa.select(Account.id).where(mine).order_by(Account.id)))
