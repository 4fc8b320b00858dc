"""Periods, sums and states of memberships. Plain values only; the day is an argument."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from cop.core.errors import Refused
from cop.core.formats import money
from cop.core.i18n import _, _l

MOST_CENTS: Final = 1_000_000  # 10 000 €: beyond, a comma was forgotten
_AMOUNT: Final = re.compile(r"(-?\d{1,9})(?:[.,](\d{1,2}))?")
_BLANKS: Final = re.compile(r"[\s\u00a0\u202f]")
_OLDEST_PAYMENT: Final = timedelta(days=3 * 366)


class OfferedTo(StrEnum):
    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"


class Period(StrEnum):
    CIVIL_YEAR = "civil_year"
    ROLLING = "rolling"  # twelve months from the day it begins


class Method(StrEnum):
    CHEQUE = "cheque"
    TRANSFER = "transfer"
    CARD = "card"
    CASH = "cash"
    EXEMPT = "exempt"


METHODS: Final = {
    Method.CHEQUE: _l("Cheque"),
    Method.TRANSFER: _l("Bank transfer"),
    Method.CARD: _l("Card"),
    Method.CASH: _l("Cash"),
    Method.EXEMPT: _l("Exempt"),
}
OFFERED_TO: Final = {OfferedTo.INDIVIDUAL: _l("A person"), OfferedTo.ORGANISATION: _l("An organisation")}
PERIODS: Final = {Period.CIVIL_YEAR: _l("Civil year"), Period.ROLLING: _l("Twelve months")}


class Audience(StrEnum):
    """Whom a step of the renewal writes to."""

    MEMBER = "member"
    COORDINATION = "coordination"


class State(StrEnum):
    AWAITING = "awaiting"
    PARTLY = "partly"
    PAID = "paid"
    ENDED = "ended"


STATES: Final = {
    State.AWAITING: _l("Awaiting payment"),
    State.PARTLY: _l("Partly paid"),
    State.PAID: _l("Up to date"),
    State.ENDED: _l("Ended"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A period, both days included."""

    starts_on: date
    ends_on: date


def year_later(day: date) -> date:
    """The same day of the next year; 29 February becomes 1 March, so that nobody loses a day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def span(period: str, day: date) -> Span:
    """The period that holds on ``day`` when it is asked for then."""
    if period == Period.ROLLING:
        return Span(day, year_later(day) - timedelta(days=1))
    return Span(date(day.year, 1, 1), date(day.year, 12, 31))


def next_span(period: str, last_ends_on: date, today: date) -> Span:
    """The period of a renewal: right after the last one, or now when that one has ended."""
    return span(period, max(last_ends_on + timedelta(days=1), today))


def last_day(ends_on: date, ended_on: date | None) -> date:
    return min(ends_on, ended_on) if ended_on else ends_on


def state(*, due: int, settled: int, ends_on: date, ended_on: date | None, today: date) -> State:
    """``settled``: what was paid and what is not asked for, without what was cancelled."""
    if last_day(ends_on, ended_on) < today:
        return State.ENDED
    if settled >= due:
        return State.PAID
    return State.PARTLY if settled > 0 else State.AWAITING


def cents(text: str) -> int:
    """An amount as people write it: « 25 », « 25,5 », « 25,50 € », « 1 200 ». Raises ``Refused`` with the reason."""
    plain = _BLANKS.sub("", text).removesuffix("€").removeprefix("€")
    plain = re.sub(r"(?i)(eur|euros?)$", "", plain)
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        raise Refused(_l("This is not an amount. Write it like 25 or 25,50."), "amount")
    value = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0") or 0) * (-1 if plain.startswith("-") else 1)
    if value < 0:
        raise Refused(_l("An amount cannot be negative. A payment recorded by mistake is cancelled instead."), "amount")
    if value > MOST_CENTS:
        raise Refused(_l("This is more than 10,000 €: is a comma missing?"), "amount")
    return value


def check_payment(*, amount: int, remaining: int, paid_on: date, today: date) -> None:
    if amount <= 0:
        raise Refused(_l("A payment is more than zero. For somebody who pays nothing, record an exemption."), "amount")
    if remaining <= 0:
        raise Refused(_l("This membership is paid already: nothing more was recorded."), "amount")
    if amount > remaining:
        words = _("Only %(rest)s remain to be paid. Record the fee here; a gift is kept apart.", rest=money(remaining))
        raise Refused(words, "amount")
    check_paid_on(paid_on, today)


def check_paid_on(paid_on: date, today: date) -> None:
    check_past(paid_on, today)
    if paid_on < today - _OLDEST_PAYMENT:
        raise Refused(_l("This day is more than three years ago: is the year right?"), "paid_on")


def check_past(paid_on: date, today: date) -> None:
    if paid_on > today:
        raise Refused(_l("This day is in the future: record the payment when it has arrived."), "paid_on")


def check_end(*, starts_on: date, ends_on: date, ended_on: date) -> None:
    if ended_on < starts_on:
        raise Refused(_l("A membership cannot end before it starts."), "ended_on")
    if ended_on > ends_on:
        raise Refused(_l("This is after the end of the period: it ends by itself."), "ended_on")


def receipt_number(year: int, number: int) -> str:
    """« 2026-0007 »"""
    return f"{year}-{number:04}"


# --- The renewal ------------------------------------------------------------------------------------

RENEWAL_KIND: Final = "memberships.renewal"
DEADLINE_KIND: Final = "memberships.deadline"
# An automatic mail leaves within so many days of its day, or not at all: older news would only surprise.
WITHIN: Final = timedelta(days=14)
# A member whose period ended longer ago is no longer reminded of it.
GIVEN_UP_AFTER: Final = timedelta(days=92)
# Who joins in November of a civil year has paid until December: to be asked for more within days is no welcome.
JUST_JOINED: Final = timedelta(days=60)
FROM_HOUR: Final = 8  # nobody wants to be reminded to pay at one in the morning


@dataclass(frozen=True, slots=True)
class Window:
    """The last days of membership for which a step is the one that is due: ``after`` < day <= ``until``."""

    after: date
    until: date


def window(days_before: int, others: Iterable[int], today: date) -> Window:
    """For which ends of period this step is due: its day has come, and that of the next one has not.

    A worker back after weeks of rest sends each member one mail, the latest, and not the backlog.
    """
    later = [days for days in others if days < days_before]
    after = today + timedelta(days=max(later)) if later else today - GIVEN_UP_AFTER - timedelta(days=1)
    return Window(after, today + timedelta(days=days_before))


def renewal_key(step_id: int, membership_id: int | str) -> str:
    """A membership is one member and one period: each gets each mail once."""
    return f"renewal:{step_id}:{membership_id}"


def deadline_key(step_id: int, year: int, account_id: int | str) -> str:
    return f"renewal-deadline:{step_id}:{year}:{account_id}"


def next_deadline(today: date) -> date:
    """The day before which a year's memberships and missions are to be renewed: 1 January."""
    return date(today.year + 1, 1, 1)


def deadline_due(days_before: int, others: Iterable[int], today: date) -> bool:
    """Whether the coordination is to be told now: so many days before 1 January, and no later step has come."""
    left = (next_deadline(today) - today).days
    return left <= days_before and not any(left <= days < days_before for days in others)
