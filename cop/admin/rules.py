"""How the system is, in plain words: from plain values to a state and a sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from cop.core.formats import date_long, number
from cop.core.i18n import _, _n

# The worker breathes every 15 seconds; a host without worker runs the jobs from cron, every minute.
WORKER_SILENCE: Final = timedelta(minutes=3)
MAIL_PATIENCE: Final = timedelta(minutes=15)
# The official extract is published anew several times a month; after half a year a rate is history.
EXTRACT_AGE: Final = timedelta(days=183)


class State(StrEnum):
    """``BAD``: something people count on does not happen; ``WARN``: somebody should look at it."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it is, and what to do when it is not well."""

    code: str
    state: State
    title: str
    words: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as its last run left it."""

    name: str
    title: Any
    every: timedelta
    succeeded_at: datetime | None
    items: int
    errors: int
    last_error: str
    late: bool


def overall(checks: Iterable[Check]) -> State:
    states = {check.state for check in checks}
    return State.BAD if State.BAD in states else State.WARN if State.WARN in states else State.GOOD


def worker(seen_at: datetime | None, now: datetime) -> Check:
    title = _("The worker")
    advice = _("Start it: “cop serve” runs site and worker together, “cop worker” the worker alone.")
    if seen_at is None:
        return Check("worker", State.BAD, title, _("It has never run: no mail leaves and no reminder is made."), advice)
    if now - seen_at > WORKER_SILENCE:
        words = _("It has not been seen for %(time)s: no mail leaves and no reminder is made.", time=ago(now - seen_at))
        return Check("worker", State.BAD, title, words, advice)
    return Check("worker", State.GOOD, title, _("It is at work."))


def jobs(lines: Sequence[JobLine]) -> Check:
    title = _("What happens by itself")
    late = [str(line.title) for line in lines if line.late]
    failing = [str(line.title) for line in lines if line.errors]
    if late and len(late) == len(lines) and not any(line.succeeded_at for line in lines):
        return Check("jobs", State.BAD, title, _("Nothing has been done yet: it begins with the worker."))
    if late:
        words = _n("One job is late: %(names)s.", "%(num)d jobs are late: %(names)s.", len(late), names=", ".join(late))
        return Check("jobs", State.BAD, title, words, _("Its last error, on the page “System health”, says why."))
    if failing:
        names = ", ".join(failing)
        words = _n("One job met errors: %(names)s.", "%(num)d jobs met errors: %(names)s.", len(failing), names=names)
        return Check("jobs", State.WARN, title, words, _("It goes on with the rest and tries again by itself."))
    return Check("jobs", State.GOOD, title, _("All jobs are on time."))


def mails(
    waiting: int, oldest: datetime | None, failed: int, sent: int, unreachable: str | None, now: datetime
) -> Check:
    """``failed`` and ``sent``: over the last 24 hours; ``oldest``: since when the oldest mail due has been waiting."""
    title = _("Mails")
    if unreachable:
        words = _("The mail server cannot be reached: %(error)s", error=unreachable)
        return Check("mails", State.BAD, title, words, _("Mails wait, and leave by themselves when it answers again."))
    if waiting and oldest and now - oldest > MAIL_PATIENCE:
        words = _n("One mail is waiting.", "%(num)d mails are waiting.", waiting)
        words += " " + _("The oldest has waited for %(time)s.", time=ago(now - oldest))
        advice = _("Either the worker is stopped, or the daily quota is used up.")
        return Check("mails", State.BAD, title, words, advice)
    if failed:
        words = _n(
            "In the last 24 hours one mail could not be delivered.",
            "In the last 24 hours %(num)d mails could not be delivered.",
            failed,
        )
        return Check("mails", State.WARN, title, words, _("The list of mails says which ones and why."))
    words = _n("In the last 24 hours one mail was sent.", "In the last 24 hours %(num)d mails were sent.", sent)
    words += " " + (_n("One is waiting.", "%(num)d are waiting.", waiting) if waiting else _("None is waiting."))
    return Check("mails", State.GOOD, title, words)


def answers(server: str, address: str, error: str, *, demanding: bool) -> Check:
    """Who reads what people answer to an invitation in their calendar. ``demanding``: the site is in earnest."""
    title = _("Answers from calendars")
    if not server:
        words = _("They arrive at %(address)s, and the site does not read them: look there yourself.", address=address)
        advice = _("To have them taken by themselves, set COP_INBOX_SERVER. Everything else works without.")
        return Check("answers", State.WARN if demanding else State.GOOD, title, words, advice)
    if error:
        words = _("The mailbox they arrive in cannot be read: %(error)s", error=error)
        return Check("answers", State.WARN, title, words, _("It is tried again every minute; nothing is lost."))
    return Check("answers", State.GOOD, title, _("They are read from %(server)s.", server=server))


def extract(extract_date: date | None, today: date) -> Check:
    title = _("Register extract")
    advice = _("Import one: “cop import register FILE”.")
    if extract_date is None:
        words = _("None was imported yet: the share of professionals mobilised cannot be computed.")
        return Check("extract", State.WARN, title, words, advice)
    dated = date_long(extract_date)
    if today - extract_date > EXTRACT_AGE:
        return Check("extract", State.WARN, title, _("It is old: %(day)s.", day=dated), advice)
    return Check("extract", State.GOOD, title, _("Extract of %(day)s.", day=dated))


def database(*, answers: bool) -> Check:
    title = _("Database")
    if answers:
        return Check("database", State.GOOD, title, _("It answers."))
    return Check("database", State.BAD, title, _("It does not answer."), _("Look at COP_DATABASE_URL and the disk."))


def legal_notice(hosting_provider: str) -> Check | None:
    """The law asks for the hosting provider's name (LCEN, article 6); nothing to say once it is given."""
    if hosting_provider:
        return None
    words = _("It does not say who hosts the site.")
    advice = _("Set COP_HOSTING_PROVIDER: name, address, telephone.")
    return Check("legal", State.WARN, _("Legal notice"), words, advice)


def ago(time: timedelta) -> str:
    """« 3 minutes », « 2 heures », « 5 jours »."""
    minutes = max(1, int(time.total_seconds() // 60))
    if minutes < 120:
        return _n("one minute", "%(num)d minutes", minutes)
    if minutes < 48 * 60:
        return _n("one hour", "%(num)d hours", minutes // 60)
    return _("%(count)s days", count=number(minutes // (24 * 60)))
