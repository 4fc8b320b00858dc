"""Taking a file in, matching its columns, asking for it to be checked, imported, undone."""

from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from cop.accounts import access
from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock, spreadsheets
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _, _l
from cop.imports import queries, rules
from cop.imports.models import ColumnMapping, Import, ImportLine
from cop.imports.rules import State, Verdict
from cop.imports.targets import Context, Target, named

SAMPLE: Final = 3
_OTHER_STATE: Final = _l("This import is not at that point any more: look at the page again.")


def upload(
    target: Target, file_name: str, content: bytes, *, source: str, informed_on: date | None, actor: Actor
) -> Import:
    """Keep the file, if it is a table; every line is read once, so that what is wrong is said at once."""
    if len(content) > rules.LARGEST:
        raise Refused(_l("This file is larger than 10 MB: send it in several files."), "file")
    if not source.strip():
        raise Refused(_l("Say where this list comes from: its people may ask."), "source")
    if informed_on and informed_on > clock.today():
        raise Refused(_l("This date is still to come: leave it empty until people have been told."), "informed_on")
    try:
        table = spreadsheets.read(content, file_name)
        count = sum(1 for _line in table.lines())
    except Refused as refused:
        raise Refused(refused.message, "file") from refused
    if not count:
        raise Refused(_l("This table has headings and no line below them."), "file")
    made = Import(
        target=target.name,
        file_name=file_name[-200:],
        content=content,
        sheet=table.sheet,
        headings=table.headings,
        mapping=matched(target, table.headings),
        source=source.strip()[:300],
        informed_on=informed_on,
        state=State.UPLOADED,
        lines_count=count,
        account_id=actor.account_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    activity.record(actor, "import.uploaded", made, lines=count)
    return made


def matched(target: Target, headings: Sequence[str]) -> list[str]:
    """The fields of the columns: as last time, else as they seem to be."""
    own = reason_headings()
    known = queries.remembered(target.name, rules.headings_key(headings, own))
    if known:
        return rules.recalled(headings, known, target.fields)
    keys = {rules.heading_key(one) for one in own}
    found = rules.guess(headings, target.fields, target.forbidden)
    return ["" if rules.heading_key(heading) in keys else name for heading, name in zip(headings, found, strict=True)]


def reason_headings() -> list[str]:
    """The column we add to the refused lines: sent back to us, it is not one of theirs."""
    return ["Reason for refusal", "Motif du refus"]


def table_of(held: Import) -> spreadsheets.Table:
    if held.content is None:
        raise Refused(_l("The file is no longer kept: send it again."))
    return spreadsheets.read(held.content, held.file_name, held.sheet)


def samples(table: spreadsheets.Table) -> list[str]:
    """The first values of each column, to know it by."""
    lines = list(islice(table.lines(), 20))
    held = ([spreadsheets.text_of(line.cells[at]) for line in lines] for at in range(len(table.headings)))
    return [" · ".join(list(dict.fromkeys(filter(None, values)))[:SAMPLE])[:120] for values in held]


def choose_sheet(held: Import, sheet: str, target: Target) -> None:
    """Read another sheet of the file; its columns are matched anew."""
    _expect(held, State.UPLOADED, State.CHECKED)
    if held.content is None:
        raise Refused(_l("The file is no longer kept: send it again."))
    table = spreadsheets.read(held.content, held.file_name, sheet)
    held.sheet, held.headings = table.sheet, table.headings
    held.mapping = matched(target, table.headings)
    held.lines_count = sum(1 for _line in table.lines())
    _start_over(held, State.UPLOADED)


def match(held: Import, mapping: Sequence[str], target: Target, *, replace: bool) -> None:
    """Note what the columns are, remember it for next time, and ask for the check."""
    _expect(held, State.UPLOADED, State.CHECKED)
    chosen = [name for name in mapping if name]
    names = {field.name: field.title for field in target.fields}
    for name in chosen:
        if name not in names:
            raise Refused(_l("Choose one of the proposed fields."))
        if chosen.count(name) > 1:
            raise Refused(_l("Two columns are said to be “%(field)s”: choose one.", field=str(names[name])))
    for heading, name in zip(held.headings, mapping, strict=True):
        why = rules.forbidden(heading, target.forbidden) if name else None
        if why is not None:
            raise Refused(why)
    target.check(set(chosen))
    held.mapping, held.replace = list(mapping), replace
    _remember(held, target)
    _start_over(held, State.CHECKING)


def _remember(held: Import, target: Target) -> None:
    key = rules.headings_key(held.headings, reason_headings())
    pairs = zip(held.headings, held.mapping, strict=True)
    fields = {rules.heading_key(heading): name for heading, name in pairs if name}
    known = db.session.scalar(sa.select(ColumnMapping).filter_by(target=target.name, headings_key=key))
    if known is None:
        known = ColumnMapping(target=target.name, headings_key=key)
        db.session.add(known)
    known.fields, known.changed_at = fields, clock.now()
    db.session.flush()


def _start_over(held: Import, state: State) -> None:
    change(sa.delete(ImportLine).where(ImportLine.import_id == held.id))
    held.state, held.progress, held.counts, held.error = state, 0, {}, ""
    held.claimed_until = None
    db.session.flush()


def apply(held: Import, actor: Actor) -> None:
    """Ask for the import itself, as it was checked."""
    _move(held, State.CHECKED, State.APPLYING, progress=0)
    activity.record(actor, "import.applied", held)


def undo(held: Import, actor: Actor) -> None:
    """Ask for the import to be taken back."""
    if held.applied_at and not queries.is_undoable(held):
        raise Refused(_l("This import is more than 30 days old: what is needed to undo it is no longer kept."))
    _move(held, State.APPLIED, State.UNDOING, progress=0)
    activity.record(actor, "import.undone", held)


def discard(held: Import, actor: Actor) -> None:
    """Forget a file that was not imported, with what was read of it."""
    _expect(held, State.UPLOADED, State.CHECKED, State.FAILED, State.UNDONE)
    activity.record(actor, "import.discarded", held)
    db.session.delete(held)
    db.session.flush()


def _move(held: Import, before: State, after: State, **values: Any) -> None:
    """One press counts: a second one, or another person's, finds the import in its new state."""
    won = change(
        sa.update(Import)
        .where(Import.id == held.id, Import.state == before)
        .values(state=after, claimed_until=None, **values)
    )
    if not won:
        raise Refused(_OTHER_STATE)
    db.session.expire(held)


def _expect(held: Import, *states: State) -> None:
    if held.state not in states:
        raise Refused(_OTHER_STATE)


def context(held: Import) -> Context:
    """What the target is told. The rights are those the person has now, not those at the time of the upload."""
    account = db.session.get(Account, held.account_id) if held.account_id else None
    reach = access.territories_with(account, named(held.target).permission)
    return Context(
        held.id,
        Actor("account", held.account_id),
        held.source,
        held.informed_on,
        held.replace,
        None if reach is None else frozenset(reach),
    )


def worth_a_look(held: Import) -> Verdict:
    """The lines shown first: those refused, else those that change what is known."""
    order = (Verdict.REFUSED, Verdict.CHANGE, Verdict.CREATE)
    return next((verdict for verdict in order if held.counts.get(verdict)), Verdict.CREATE)


def refused_rows(held: Import, actor: Actor) -> list[list[Any]]:
    """The refused lines as a table to mend and send again: their own columns, and why."""
    lines = queries.refused_lines(held.id)
    activity.record(actor, "import.refused_taken", held, rows=len(lines))
    own = {rules.heading_key(one) for one in reason_headings()}
    kept = [at for at, heading in enumerate(held.headings) if rules.heading_key(heading) not in own]
    headings = [held.headings[at] for at in kept]
    return [[*headings, _("Reason for refusal")], *([*(line.cells[at] for at in kept), line.reason] for line in lines)]
