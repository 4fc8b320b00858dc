"""Decisions about mail: what goes first, what is tried again, and when an address is given up."""

import re
from datetime import timedelta
from typing import Final

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)

LADDER: Final = (
    timedelta(seconds=30), MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, HOUR, 2 * HOUR,
)  # fmt: skip
STUCK_AFTER: Final = 15 * MINUTE
# A claimed mail that is not tried within this time is given back: it must never be sent by a worker
# whose claim another one may believe dead.
LEASE: Final = 5 * MINUTE
QUOTA_WINDOW: Final = timedelta(hours=24)
# A newsletter that used the whole quota would keep confirmations waiting until the next day.
KEPT_FOR_SERVICE: Final = 0.2

# Why a mail was kept back, where the outbox says what went wrong: the person opposed such mails (RGPD, art. 21).
OPPOSED: Final = "opposed"
NOT_AN_ADDRESS: Final = "not a mail address"
PRIORITIES: Final = {"service": 0, "reminder": 10, "community": 20}

_UNKNOWN_USER: Final = ("5.1.1", "5.1.6", "5.1.10", "5.2.1")
_UNKNOWN_WORDS: Final = re.compile(
    r"user unknown|unknown (user|recipient|mailbox|address)|no such (user|recipient|mailbox|person)"
    r"|(user|recipient|mailbox|account|address) (was |is )?(not found|does not exist|doesn't exist|unknown|disabled)"
    r"|no mailbox here|does not have an? .* account",
    re.IGNORECASE,
)
_ENHANCED_CODE: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


def retry_after(attempts: int) -> timedelta | None:
    """How long to wait after the given number of failed tries; ``None``: give up."""
    return LADDER[attempts - 1] if 1 <= attempts <= len(LADDER) else None


def pause_after(failures: int) -> timedelta:
    """How long to leave a mail server alone that could not be reached so many times in a row.

    No mail is given up for that: a server down for a night is nobody's wrong address.
    """
    return min(LADDER[min(failures, len(LADDER)) - 1], 10 * MINUTE)


def is_unknown_user(code: int, reply: str) -> bool:
    """Whether a refusal says that nobody lives there; then writing again harms our reputation.

    The enhanced code (RFC 3463) decides when there is one: 550 5.7.1 is a filter's opinion of the
    mail, not news of the person.
    """
    if not 500 <= code < 600:
        return False
    enhanced = _ENHANCED_CODE.search(reply)
    if enhanced:
        return enhanced.group(1) in _UNKNOWN_USER
    return code in {550, 551, 553} and bool(_UNKNOWN_WORDS.search(reply))


def may_pass_later(error: str | None) -> bool:
    """Whether what the outbox says of a mail that failed was of that day only: a full mailbox, a server that was away.

    A full mailbox is told as lasting (5.2.2, 552) by some servers; it is emptied one day all the same.
    """
    if not error or error in (NOT_AN_ADDRESS, OPPOSED):
        return False
    enhanced = _ENHANCED_CODE.search(error)
    if enhanced:
        return enhanced[1].startswith("4") or enhanced[1] == "5.2.2"
    code = re.match(r"[245]\d\d\b", error)
    return code is None or code[0].startswith("4") or code[0] == "552"


def allowance(quota: int, used: int) -> tuple[int, int]:
    """How many mails may still leave today: (service mails, all others). ``quota`` 0 is no limit."""
    if not quota:
        return 1_000_000, 1_000_000
    left = max(0, quota - used)
    return left, max(0, left - round(quota * KEPT_FOR_SERVICE))
