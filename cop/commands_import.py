"""``cop import``: official files read into the database."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from cop.app import create_app, data_folder
from cop.core import migrations
from cop.core.db import db
from cop.core.i18n import speaking
from cop.core.unit_of_work import unit_of_work
from cop.territories import register as extracts
from cop.territories import service_register
from cop.territories.models import RegisterImport


@click.group("import")
def import_group() -> None:
    """Read official files into the database."""


@import_group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--date",
    "extract_date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of the extract, when its name does not say it (…_YYYYMMDDhhmm.txt).",
)
@click.option("--force", is_flag=True, help="Accept an extract older or much shorter than the one in force.")
def register(file: Path, extract_date: datetime | None, force: bool) -> None:
    """Import the register of health professionals (PS_LibreAcces_Personne_activite, .txt or .zip).

    Names and contacts are kept nowhere. The previous headcounts stay in force until the new ones are complete.
    """
    with create_app().app_context(), speaking("en"):
        migrations.upgrade_with_copy(data_folder("migrations"))
        try:
            with _bar() as advance:
                day: date | None = extract_date.date() if extract_date else None
                outcome = service_register.import_register(file, day, advance, force)
        except service_register.ExtractRefused as refused:
            _tell(refused.import_id, _refusals)
            raise
        if outcome.unchanged:
            click.echo("This file is the one already in force: nothing to do.")
        else:
            _tell(outcome.import_id, _account)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar that begins when the size of the extract is known."""
    with ExitStack() as stack:
        bars: list[Any] = []

        def advance(size: int, read: int) -> None:
            if not bars:
                bar: Any = click.progressbar(
                    length=size,
                    label="Reading the register",
                    update_min_steps=max(size // 200, 1),
                    file=sys.stderr,
                )
                bars.append(stack.enter_context(bar))
            bars[0].update(read)

        yield advance


def _tell(import_id: int, words: Callable[[RegisterImport], Iterator[str]]) -> None:
    with unit_of_work(write=False):
        for line in words(db.session.get_one(RegisterImport, import_id)):
            click.echo(line)


def _account(done: RegisterImport) -> Iterator[str]:
    """What was read, what was refused and why."""
    report = done.report
    yield f"Extract of {done.extract_date:%Y-%m-%d} in force: {done.file_lines:,} lines read."
    yield f"{done.people:,} people practise in the départements of this site."
    if report["unlocated_people"]:
        unlocated = report["unlocated_people"]
        yield f"{unlocated:,} people of the whole file practise without a usable address: in no headcount."
    if report["older_identifiers"]:
        yield f"{report['older_identifiers']:,} lines bear an identifier of an older register; they are counted."
    yield from _refusals(done)
    for code, number in sorted(report["unknown_professions"].items()):
        yield f"Unknown profession “{code}”, counted under “other”: {number:,} lines."


def _refusals(done: RegisterImport) -> Iterator[str]:
    report = done.report
    if done.refused_lines:
        yield f"{done.refused_lines:,} lines could not be read:"
    for reason, number in sorted(report.get("refused", {}).items()):
        examples = [str(line) for line, why in report["examples"] if why == reason]
        where = f" (lines {', '.join(examples)}{'…' if number > len(examples) else ''})" if examples else ""
        yield f"  {number:,} × {extracts.REASONS[reason]}{where}"
