"""``cop worker`` and ``cop jobs``: what happens by itself."""

import logging
import sys

import click

from cop.app import create_app
from cop.core import clock, jobs
from cop.core.i18n import speaking
from cop.core.jobs import Job
from cop.core.settings import current_settings
from cop.core.unit_of_work import unit_of_work


@click.command()
def worker() -> None:
    """Run the jobs at their pace until Ctrl-C or SIGTERM. Two workers at once are correct, one is enough."""
    from cop import worker as metronome

    app = create_app()
    with app.app_context():
        logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        logging.getLogger("cop").setLevel(current_settings().log_level)
    metronome.run(app)


@click.group("jobs")
def jobs_group() -> None:
    """What the worker does: list it, or run one job now (for a host that only has cron)."""


@jobs_group.command("list")
def list_jobs() -> None:
    """Each job, how often it runs and when it last succeeded."""
    with create_app().app_context(), speaking("en"), unit_of_work(write=False):
        last = jobs.last_runs()
        for job in jobs.known():
            run = last.get(job.name)
            succeeded = run.succeeded_at if run else None
            when = f"{clock.local(succeeded):%Y-%m-%d %H:%M:%S}" if succeeded else "never"
            late = "  LATE" if jobs.is_late(job, run, clock.now()) else ""
            click.echo(f"{job.name:32} every {job.every!s:>8}  last success: {when}{late}\n    {job.title}")


@jobs_group.command("run")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Only list what is due.")
def run_job(name: str, dry_run: bool) -> None:
    """Run the job NAME once, now; “all” runs every job."""
    with create_app().app_context():
        chosen = [job for job in jobs.known() if name in {job.name, "all"}]
        if not chosen:
            names = ", ".join(job.name for job in jobs.known())
            raise click.ClickException(f"there is no job “{name}”. Choose one of: {names}")
        good = [_show_due(job) if dry_run else _run(job) for job in chosen]
    sys.exit(0 if all(good) else 1)


def _show_due(job: Job) -> bool:
    with unit_of_work(write=False):
        due = list(job.find(clock.now()))
    click.echo(f"{job.name}: {len(due)} due")
    for key in due:
        click.echo(f"  {key}")
    return True


def _run(job: Job) -> bool:
    outcome = jobs.run(job)
    click.echo(f"{job.name}: {outcome.items} done, {outcome.errors} failed")
    if outcome.last_error:
        click.echo(f"  {outcome.last_error}", err=True)
    return not outcome.errors
