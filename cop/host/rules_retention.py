"""How long things are kept: what the law bounds, what the organisation chooses, and the day it takes one back to.

The information notice, the register of processing and the jobs that forget all read these lines, so that none of
them can say otherwise than the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from cop.core.errors import Refused
from cop.core.i18n import _, _l, _n


class Unit(StrEnum):
    DAYS = "days"
    MONTHS = "months"


class Way(StrEnum):
    """How a rule is applied."""

    SWITCHED = "switched"  # by the job, once an administrator has read what it would do and switched it on
    ALWAYS = "always"  # by the job, from the first day: traces and copies, never a record
    BY_LAW = "by_law"  # kept at least so long, whatever is asked


@dataclass(frozen=True, slots=True)
class Rule:
    """``least`` and ``most`` bound what the organisation may choose; equal, there is no choice.

    ``since``: from when the time runs. ``then``: what happens at its end. ``ground``: why this long.
    """

    code: str
    what: Any
    since: Any
    then: Any
    ground: Any
    usual: int
    least: int
    most: int
    unit: Unit = Unit.MONTHS
    way: Way = Way.SWITCHED

    @property
    def adjustable(self) -> bool:
        return self.least < self.most


RULES: Final[Mapping[str, Rule]] = {
    rule.code: rule
    for rule in (
        Rule(
            "participant",
            _l("Somebody who came to a meeting or wrote to us, without being a member"),
            _l("after the last contact"),
            _l("name, addresses and numbers are removed; profession, intercommunal body and presence stay, nameless"),
            _l("Three years after the last contact is what the CNIL recommends."),
            36, 6, 36,
        ),
        Rule(
            "former_member",
            _l("Somebody who was a member, or held a mandate"),
            _l("after the end, or the last contact if it came later"),
            _l("name, addresses and numbers are removed; payments and the years of membership stay, nameless"),
            _l("To write once more to former members, unless they object (CNIL)."),
            36, 12, 36,
        ),
        Rule(
            "registration",
            _l("A registration of somebody who did not come"),
            _l("after the meeting"),
            _l("it is deleted"),
            _l("It has served: nobody came."),
            12, 1, 12,
        ),
        Rule(
            "guest",
            _l("Who was asked to come to a meeting, and whether they opened the page or declined"),
            _l("after the meeting"),
            _l("it is deleted; how many were asked stays, and so do registrations"),
            _l("To invite to the next meeting of its kind those who could not come to the last."),
            12, 1, 24, Unit.MONTHS, Way.ALWAYS,
        ),
        Rule(
            "arrangement",
            _l("What somebody asked for, to take part in a meeting"),
            _l("after the meeting"),
            _l("it is deleted; the registration stays"),
            _l("It was prepared: nobody needs it any more, and it may tell of somebody’s health."),
            7, 1, 30, Unit.DAYS, Way.ALWAYS,
        ),
        Rule(
            "unused_account",
            _l("An account nobody ever signed in to, and without a role"),
            _l("after it was opened"),
            _l("it is deleted"),
            _l("An access nobody uses is a risk."),
            12, 1, 24,
        ),
        Rule(
            "request",
            _l("A request about somebody’s data, and its answer"),
            _l("after the answer"),
            _l("it is deleted"),
            _l("To prove that the request was answered in time."),
            36, 12, 60,
        ),
        Rule(
            "application",
            _l("A membership or volunteer form whose address was never confirmed"),
            _l("after it was sent"),
            _l("it is deleted"),
            _l("Nobody has shown that the address is theirs."),
            30, 30, 30, Unit.DAYS, Way.ALWAYS,
        ),
        Rule(
            "poll",
            _l("Who was asked which dates suit them, and what they answered"),
            _l("after the poll closed"),
            _l("the poll is deleted, with its answers; the event it led to stays"),
            _l("It has served once the date is known."),
            6, 1, 12, Unit.MONTHS, Way.ALWAYS,
        ),
        Rule(
            "sign_in",
            _l("Traces of sign-ins"),
            _l("after the sign-in"),
            _l("they are deleted"),
            _l("Six months to a year for security (CNIL, deliberation 2021-122)."),
            12, 6, 12, Unit.MONTHS, Way.ALWAYS,
        ),
        Rule(
            "mail_body",
            _l("The text of the mails that were sent"),
            _l("after they were written"),
            _l("it is deleted; address, subject and date stay as long as the record"),
            _l("To help whoever lost a mail."),
            30, 7, 90, Unit.DAYS, Way.ALWAYS,
        ),
        Rule(
            "change",
            _l("What is needed to undo an import or a merge"),
            _l("after it was made"),
            _l("it is deleted: the import or the merge can no longer be undone"),
            _l("Time to notice a mistake."),
            30, 30, 30, Unit.DAYS, Way.ALWAYS,
        ),
        Rule(
            "import",
            _l("The file of an imported list, and its lines"),
            _l("after it was imported"),
            _l("they are deleted; the counts stay"),
            _l("Time to mend the lines that were refused."),
            7, 7, 7, Unit.DAYS, Way.ALWAYS,
        ),
        Rule(
            "carpool",
            _l("Journeys shared to a meeting: commune, hour, contact, and the mails about them"),
            _l("after the meeting"),
            _l("they are deleted, with who wrote to whom"),
            _l("They have served."),
            1, 1, 1, Unit.DAYS, Way.ALWAYS,
        ),
        Rule(
            "payment",
            _l("Payments and receipts"),
            _l("after the end of the year"),
            _l("they stay, even when the record they belong to loses its name; a receipt says what it said"),
            _l("Accounts are kept ten years (code de commerce, L.123-22)."),
            120, 120, 120, Unit.MONTHS, Way.BY_LAW,
        ),
    )
}  # fmt: skip


def check_length(rule: Rule, length: int | None) -> int:
    """Refuse what the law, or good sense, does not allow."""
    if length is None or not rule.least <= length <= rule.most:
        bounds = {"least": rule.least, "most": words(rule.most, rule.unit)}
        raise Refused(_("From %(least)s to %(most)s.", **bounds), "length")
    return length


def words(length: int, unit: Unit) -> str:
    """« 36 mois », « 30 jours »."""
    if unit is Unit.DAYS:
        return _n("%(num)d day", "%(num)d days", length)
    return _n("%(num)d month", "%(num)d months", length)


def back(day: date, length: int, unit: Unit) -> date:
    """The day so long before; the last of the month when the month is too short."""
    return day - timedelta(days=length) if unit is Unit.DAYS else _months_away(day, -length)


def forward(day: date, length: int, unit: Unit) -> date:
    """The day on which what happened on ``day`` has been kept for so long."""
    return day + timedelta(days=length) if unit is Unit.DAYS else _months_away(day, length)


def _months_away(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
