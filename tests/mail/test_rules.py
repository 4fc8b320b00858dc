"""When a refusal means that nobody lives there, and what a quota leaves."""

import pytest

from cop.mail import rules


@pytest.mark.parametrize(
    ("code", "reply", "unknown"),
    [
        (550, "5.1.1 <x@y.example>: Recipient address rejected: User unknown in virtual mailbox table", True),
        (550, "5.1.1 The email account that you tried to reach does not exist.", True),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", True),
        (550, "5.2.1 The email account that you tried to reach is disabled.", True),
        (550, "No such user here", True),
        (550, "Requested action not taken: mailbox unavailable", False),
        (550, "5.7.1 Message rejected: user unknown to our filter", False),
        (550, "5.7.26 Unauthenticated email is not accepted", False),
        (554, "5.7.1 Service unavailable; client host blocked", False),
        (552, "5.2.2 Mailbox full", False),
        (450, "4.1.1 User unknown, try later", False),
        (553, "sorry, no mailbox here by that name", True),
    ],
)
def test_what_says_that_nobody_lives_there(code: int, reply: str, unknown: bool) -> None:
    assert rules.is_unknown_user(code, reply) is unknown


@pytest.mark.parametrize(
    ("error", "later"),
    [
        ("452 4.2.2 The mailbox is full", True),
        ("552 5.2.2 Mailbox full", True),
        ("552 Requested mail action aborted: exceeded storage allocation", True),
        ("450 try again later", True),
        ("came back: 5.2.2", True),
        ("came back: 4.4.1", True),
        ("TimeoutError: timed out", True),
        ("interrupted at every try", True),
        ("came back: 5.1.1", False),
        ("550 5.7.1 Message rejected", False),
        ("554 no", False),
        (rules.NOT_AN_ADDRESS, False),
        (rules.OPPOSED, False),
        (None, False),
    ],
)
def test_what_may_be_over_another_day(error: str | None, later: bool) -> None:
    assert rules.may_pass_later(error) is later


@pytest.mark.parametrize(
    ("quota", "used", "left"),
    [
        (0, 10_000, (1_000_000, 1_000_000)),
        (400, 0, (400, 320)),
        (400, 320, (80, 0)),
        (400, 500, (0, 0)),
        (3, 1, (2, 1)),
    ],
)
def test_what_a_quota_leaves(quota: int, used: int, left: tuple[int, int]) -> None:
    assert rules.allowance(quota, used) == left


def test_the_pause_grows_and_stays_short_of_a_quarter_of_an_hour() -> None:
    pauses = [rules.pause_after(failures).total_seconds() for failures in range(1, 30)]
    assert pauses[:5] == [30, 60, 120, 300, 600]
    assert set(pauses[5:]) == {600}
