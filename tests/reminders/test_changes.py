"""Events move, rules change: what is sent then, and what is not."""

import pytest

from cop.mail.models import Status
from tests.conftest import ClockHand
from tests.reminders.conftest import Stage


def test_a_postponed_event_is_reminded_again(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    event = stage.event("2026-03-30 09:00")
    stage.register(event)
    clock.set("2026-03-29 09:00")
    stage.tick()
    stage.move(event, "2026-04-13 09:00")
    stage.tick()
    assert len(stage.mails()) == 1
    clock.set("2026-04-12 09:00")
    stage.tick()
    assert [mail.key.split(":")[3] for mail in stage.mails()] == ["2026-03-30", "2026-04-13"]


def test_a_start_moved_by_half_an_hour_is_not_reminded_again(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    event = stage.event("2026-03-30 09:00")
    stage.register(event)
    clock.set("2026-03-29 09:00")
    stage.tick()
    stage.move(event, "2026-03-30 09:30")
    clock.advance(minutes=1)
    stage.tick()
    assert len(stage.mails()) == 1


def test_an_event_moved_nearer_sends_nothing_late(stage: Stage, clock: ClockHand) -> None:
    """Its people are told of the move; the reminder of "a week before" would be three days before."""
    clock.set("2026-03-02 10:00")
    stage.rule(7)
    stage.rule(1)
    event = stage.event("2026-04-27 09:00")
    stage.register(event)
    clock.set("2026-03-27 10:00")
    stage.move(event, "2026-03-30 09:00")
    stage.tick()
    assert stage.reminded() == []
    clock.set("2026-03-29 09:00")
    stage.tick()
    assert stage.reminded() == ["Émilie"]


def test_other_changes_do_not_keep_a_reminder_from_leaving(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    event = stage.event("2026-03-30 09:00")
    stage.register(event)
    clock.set("2026-03-29 09:00")
    clock.advance(seconds=20)
    stage.retitle(event, "Écrire sans peine", "Salle du conseil")
    clock.advance(seconds=20)
    stage.tick()
    (mail,) = stage.mails()
    assert "Écrire sans peine" in mail.subject
    assert "Salle du conseil" in (mail.text or "")


def test_an_event_published_late_sends_nothing_late(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(7)
    clock.set("2026-03-26 10:00")
    stage.register(stage.event("2026-03-30 09:00"))
    clock.set("2026-03-26 10:05")
    stage.tick()
    assert stage.reminded() == []


# --- The rule changes -------------------------------------------------------------------------------


def test_a_rule_added_after_its_moment_waits_for_the_next_event(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    near = stage.event("2026-03-30 09:00")
    far = stage.event("2026-04-27 09:00")
    stage.register(near, "Anne")
    stage.register(far, "Basile")
    clock.set("2026-03-25 10:00")
    stage.rule(7)
    stage.tick()
    assert stage.reminded() == []
    clock.set("2026-04-20 09:00")
    stage.tick()
    assert stage.reminded() == ["Basile"]


def test_a_rule_switched_off_sends_nothing(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1, active=False)
    stage.register(stage.event("2026-03-30 09:00"))
    clock.set("2026-03-29 09:00")
    stage.tick()
    assert stage.reminded() == []


@pytest.mark.parametrize(
    ("what", "status"),
    [("given back", Status.CANCELLED), ("called off", Status.CANCELLED), ("moved", Status.CANCELLED),
     ("half an hour", Status.QUEUED), ("nothing", Status.QUEUED)],
)  # fmt: skip
def test_a_waiting_reminder_that_no_longer_holds_does_not_leave(
    stage: Stage, clock: ClockHand, what: str, status: Status
) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    event = stage.event("2026-03-30 09:00")
    person = stage.register(event)
    clock.set("2026-03-29 09:00")
    stage.tick()
    if what == "given back":
        stage.give_back(event, person)
    elif what == "called off":
        stage.call_off(event)
    elif what == "moved":
        stage.move(event, "2026-04-13 09:00")
    elif what == "half an hour":
        stage.move(event, "2026-03-30 09:30")
    stage.tick()
    assert [mail.status for mail in stage.mails()] == [status]
