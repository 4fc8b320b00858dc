"""What the worker does: read the lines by the hundred, plan them, do them; all or nothing by taking back.

Each hundred is a transaction of its own, so that others may write between two and the progress is seen; when one
fails, those before it are undone (docs/decisions/0011). A worker that dies is replaced: the next one goes on where
the last committed hundred ended.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.core import changes, changes_journal, clock
from cop.core.db import change, db
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _, speaking
from cop.core.spreadsheets import Line, text_of
from cop.core.unit_of_work import unit_of_work
from cop.imports import queries, rules, service
from cop.imports.models import Import, ImportLine
from cop.imports.rules import State, Verdict
from cop.imports.targets import Entry, Plan, Run, named

logger = logging.getLogger(__name__)
AT_ONCE: Final = 100
_IN_HAND: Final = timedelta(minutes=2)
# As many lines as an organisation has people; beyond, the counts tell.
_SHOWN: Final = {Verdict.CREATE: 2_000, Verdict.CHANGE: 10_000, Verdict.SAME: 0}


def work(import_id: int, now: datetime) -> None:
    """Do what the import waits for, unless another worker has it."""
    state = _claim(import_id, now)
    if state is None:
        return
    try:
        with speaking(_language(import_id)):
            {State.CHECKING: _check, State.APPLYING: _apply, State.UNDOING: _undo}[state](import_id)
    except Refused as refused:
        _fail(import_id, state, str(refused.message))
    except Exception:
        logger.exception("import %d: %s failed", import_id, state)
        _fail(import_id, state, "")
        raise


def _claim(import_id: int, now: datetime) -> State | None:
    with unit_of_work():
        free = sa.or_(Import.claimed_until.is_(None), Import.claimed_until < now)
        mine = sa.and_(Import.id == import_id, Import.state.in_(rules.AT_WORK), free)
        if not change(sa.update(Import).where(mine).values(claimed_until=now + _IN_HAND)):
            return None
        return State(db.session.scalars(sa.select(Import.state).where(Import.id == import_id)).one())


def _language(import_id: int) -> str:
    """The sentences kept with the lines are for who asked."""
    with unit_of_work(write=False):
        statement = sa.select(Account.language).join(Import, Import.account_id == Account.id)
        return db.session.scalar(statement.where(Import.id == import_id)) or "fr"


def _fail(import_id: int, state: State, words: str) -> None:
    """Nothing half-done: what was imported so far is taken back, the rest is told."""
    left: list[str] = []
    with unit_of_work():
        if state == State.APPLYING:
            left = _told(changes.undo(_origin(import_id)))
        values = {"error": words or _("Something went wrong on our side."), "left": left, "claimed_until": None}
        # What could not be undone may be tried again.
        after = State.APPLIED if state == State.UNDOING else State.FAILED
        change(sa.update(Import).where(Import.id == import_id).values(state=after, **values))


def _origin(import_id: int) -> str:
    return f"import:{import_id}"


# --- Checking and importing -----------------------------------------------------------------------


def _check(import_id: int) -> None:
    with unit_of_work():  # a check cut short begins again: it wrote nothing but its own lines
        change(sa.delete(ImportLine).where(ImportLine.import_id == import_id))
        change(sa.update(Import).where(Import.id == import_id).values(progress=0, counts={}))
    _each_hundred(import_id, lambda held, run, lines: _note(held, lines, _plans(held, run, lines)))
    with unit_of_work():
        values = {"state": State.CHECKED, "checked_at": clock.now(), "claimed_until": None}
        change(sa.update(Import).where(Import.id == import_id, Import.state == State.CHECKING).values(**values))


def _apply(import_id: int) -> None:
    with unit_of_work(write=False):
        refused = queries.refused_numbers(import_id)

    def do(held: Import, run: Run, lines: list[Line]) -> None:
        if not held.progress:
            held.counts = {Verdict.REFUSED: len(refused)} if refused else {}
        lines = [line for line in lines if line.number not in refused]
        plans = _plans(held, run, lines)
        with changes.recorded(_origin(import_id)):
            run.apply([plan for plan in plans if plan.verdict in {Verdict.CREATE, Verdict.CHANGE}])
        _note(held, lines, plans, only=(Verdict.REFUSED,))

    _each_hundred(import_id, do)
    with unit_of_work():
        values = {"state": State.APPLIED, "applied_at": clock.now(), "claimed_until": None, "content": None}
        change(sa.update(Import).where(Import.id == import_id, Import.state == State.APPLYING).values(**values))


def _each_hundred(import_id: int, do: Callable[[Import, Run, list[Line]], None]) -> None:
    """Handle the lines, some at a time, each time in a unit of work; those done already are passed over."""
    with unit_of_work(write=False):
        held = _held(import_id)
        table, done = service.table_of(held), held.progress
        run = named(held.target).begin(service.context(held))
    lines = table.lines()
    if done:  # what a run remembers of the lines before: the same person twice in the file
        with unit_of_work(write=False):
            for some in _some(islice(lines, done)):
                _plans(_held(import_id), run, some)
    for some in _some(lines):
        with unit_of_work():
            held = _held(import_id)
            do(held, run, some)
            held.progress += len(some)
            held.claimed_until = clock.now() + _IN_HAND


def _some(lines: Iterable[Line]) -> Iterator[list[Line]]:
    lines = iter(lines)
    while some := list(islice(lines, AT_ONCE)):
        yield some


def _held(import_id: int) -> Import:
    held = db.session.get(Import, import_id)
    if held is None:  # discarded meanwhile
        raise NotFound
    return held


def _plans(held: Import, run: Run, lines: list[Line]) -> list[Plan]:
    readable = [line for line in lines if line.fault is None]
    planned = iter(run.plan([Entry(line.number, _values(held, line)) for line in readable]))
    return [Plan(Verdict.REFUSED, reason=line.fault) if line.fault is not None else next(planned) for line in lines]


def _values(held: Import, line: Line) -> dict[str, Any]:
    return {name: cell for name, cell in zip(held.mapping, line.cells, strict=True) if name}


def _note(held: Import, lines: list[Line], plans: list[Plan], only: tuple[Verdict, ...] = tuple(Verdict)) -> None:
    """Count the verdicts and keep what is shown of the lines."""
    counts, rows = dict(held.counts), []
    for line, plan in zip(lines, plans, strict=True):
        counts[plan.verdict] = counts.get(plan.verdict, 0) + 1
        if plan.verdict in only and counts[plan.verdict] <= _SHOWN.get(plan.verdict, rules.LARGEST):
            rows.append(_row(held, line, plan))
    if rows:
        db.session.execute(sa.insert(ImportLine.__table__), rows)
    held.counts = counts


def _row(held: Import, line: Line, plan: Plan) -> dict[str, Any]:
    refused = plan.verdict == Verdict.REFUSED
    barred = _barred(held) if refused else ()
    cells = [text_of(cell) for cell in line.cells] if refused else []
    return {
        "import_id": held.id,
        "number": line.number,
        "verdict": plan.verdict,
        "who": plan.who[:250],
        "reason": str(plan.reason),
        "cells": ["" if at in barred else cell for at, cell in enumerate(cells)],
        "changes": [[str(part) for part in one] for one in plan.changes],
    }


def _barred(held: Import) -> set[int]:
    """The columns that are never kept, not even in a line to be mended."""
    rule = named(held.target).forbidden
    return {at for at, heading in enumerate(held.headings) if rules.forbidden(heading, rule) is not None}


# --- Undoing --------------------------------------------------------------------------------------


def _undo(import_id: int) -> None:
    with unit_of_work():
        left = _told(changes.undo(_origin(import_id)))
        values = {"state": State.UNDONE, "undone_at": clock.now(), "claimed_until": None, "left": left}
        change(sa.update(Import).where(Import.id == import_id, Import.state == State.UNDOING).values(**values))


def _told(undone: changes.Undone) -> list[str]:
    """What stays, in words; what merely goes with a person who stays is not listed beside her."""
    named_rows = [(_name(left), str(left.why)) for left in undone.left]
    told = [_("%(name)s stays: %(why)s.", name=name, why=why) for name, why in named_rows if name]
    return told or ([_("Some details stay: they were changed since.")] if undone.left else [])


def _name(left: changes.Left) -> str:
    """Of a person or an organisation; the journal of a change holds only what was changed."""
    table = db.metadata.tables[left.table]
    columns = [table.c[name] for name in ("given_name", "family_name", "name") if name in table.c]
    if not columns:
        return ""
    row = db.session.execute(sa.select(*columns).where(changes_journal.keys_in(table, [left.key]))).first()
    return " ".join(row) if row else ""


def forget(import_id: int, _now: datetime) -> None:
    """Seven days later: the file, the words of its lines and the names of who stayed go, the counts stay."""
    change(sa.delete(ImportLine).where(ImportLine.import_id == import_id))
    change(sa.update(Import).where(Import.id == import_id).values(content=None, left=[]))
