"""Whether an answer from a calendar is taken at its word. An unguessable UID stands in for a signature
(RFC 6047 asks for S/MIME, which nobody we write to has), so the rest is checked all the more closely."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

TAKEN: Final = frozenset({"ACCEPTED", "TENTATIVE", "DECLINED"})


class Verdict(StrEnum):
    APPLY = "apply"
    ASIDE = "aside"  # a person should look
    DROP = "drop"
    ASK_AGAIN = "ask_again"  # it answers a date that is no more: the present one is sent again


@dataclass(frozen=True, slots=True)
class Said:
    """What came: who answers, from which address, what, to which state of the meeting, and when it was made."""

    attendee: str
    sender: str
    partstat: str
    sequence: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of the invitation. ``answered_at``: DTSTAMP of the last answer taken, at ``answered_sequence``."""

    address: str
    requested: bool
    over: bool
    sequence: int
    answered_sequence: int
    answered_at: datetime | None


def judge(said: Said, known: Known) -> tuple[Verdict, str]:
    """The verdict, and a code that says why.

    The order matters: who is not sure to be the invited person learns nothing and changes nothing.
    """
    if said.attendee != known.address:
        return Verdict.ASIDE, "other_attendee"
    if said.sender != known.address:
        return Verdict.ASIDE, "other_sender"
    if said.partstat not in TAKEN:
        return Verdict.ASIDE, "delegated" if said.partstat == "DELEGATED" else "partstat"
    if known.over:
        return Verdict.DROP, "over"
    if not known.requested:
        return (Verdict.DROP, "left_already") if said.partstat == "DECLINED" else (Verdict.ASIDE, "left_already")
    return _in_order(said, known)


def _in_order(said: Said, known: Known) -> tuple[Verdict, str]:
    """RFC 5546, 2.1.5: a higher SEQUENCE is newer; at the same one, a later DTSTAMP."""
    if said.sequence > known.sequence:
        return Verdict.ASIDE, "unknown_sequence"
    if said.sequence < known.sequence:
        return Verdict.ASK_AGAIN, "older_date"
    same = known.answered_at is not None and known.answered_sequence == said.sequence
    if same and known.answered_at is not None and said.made_at <= known.answered_at:
        return Verdict.DROP, "older_answer"
    return Verdict.APPLY, ""
