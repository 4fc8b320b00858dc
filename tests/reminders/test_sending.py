"""Reminders through the whole house: rules, registrations, the job, the outbox. Time travels."""

import pytest
import sqlalchemy as sa

from cop.core import clock as clocks
from cop.core import jobs
from cop.core.db import db
from cop.mail.models import MailMessage
from cop.reminders import queries as reminders
from cop.reminders.models import ReminderRule
from tests.conftest import ClockHand, Queries
from tests.reminders.conftest import Stage


@pytest.mark.parametrize(
    ("made", "starts", "a_minute_before", "due"),
    [
        ("2026-01-05 10:00", "2026-01-22 09:00", "2026-01-21 08:59", "2026-01-21 09:00"),
        # Spring: the night of 28 to 29 March 2026 has 23 hours.
        ("2026-03-02 10:00", "2026-03-30 09:00", "2026-03-29 08:59", "2026-03-29 09:00"),
        ("2026-03-02 10:00", "2026-03-29 14:00", "2026-03-28 08:59", "2026-03-28 09:00"),
        # Autumn: the night of 24 to 25 October 2026 has 25.
        ("2026-10-02 10:00", "2026-10-26 09:00", "2026-10-25 08:59", "2026-10-25 09:00"),
        ("2026-10-02 10:00", "2026-10-25 14:00", "2026-10-24 08:59", "2026-10-24 09:00"),
    ],
)
def test_the_day_before_at_nine(
    stage: Stage, clock: ClockHand, made: str, starts: str, a_minute_before: str, due: str
) -> None:
    clock.set(made)
    stage.rule(1)
    stage.register(stage.event(starts))
    clock.set(a_minute_before)
    stage.tick()
    assert stage.reminded() == []
    clock.set(due)
    stage.tick()
    assert stage.reminded() == ["Émilie"]
    clock.advance(minutes=1)
    assert stage.tick().items == 0
    assert stage.reminded() == ["Émilie"]


def test_each_rule_reminds_once(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    for days in (7, 1):
        stage.rule(days)
    stage.rule(0, "07:30")
    event = stage.event("2026-03-30 09:00")
    stage.register(event, "Anne")
    stage.register(event, "Basile")
    counts = []
    clock.set("2026-03-22 00:00")
    for _hour in range(24 * 9):
        stage.tick()
        counts.append(len(stage.mails()))
        clock.advance(hours=1)
    days = [mail.created_at.astimezone(clocks.PARIS).strftime("%d %H") for mail in stage.mails()[::2]]
    assert days == ["23 09", "29 09", "30 08"]
    assert counts[-1] == 6


def test_two_events_a_week_apart_keep_their_own_days(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-10-01 10:00")
    stage.rule(7)
    stage.register(stage.event("2026-10-29 20:00", title="Après le changement d’heure"), "Anne")
    stage.register(stage.event("2026-10-22 20:00", title="Avant le changement d’heure"), "Basile")
    clock.set("2026-10-15 09:00")
    stage.tick()
    assert stage.reminded() == ["Basile"]
    clock.set("2026-10-22 08:59")
    stage.tick()
    assert stage.reminded() == ["Basile"]
    clock.set("2026-10-22 09:00")
    stage.tick()
    assert stage.reminded() == ["Basile", "Anne"]


def test_nine_where_the_event_takes_place(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    stage.register(stage.event("2026-03-30 09:00", time_zone="Indian/Reunion"))
    clock.set("2026-03-29 06:59")  # Paris; 8:59 in Saint-Denis
    stage.tick()
    assert stage.reminded() == []
    clock.set("2026-03-29 07:00")
    stage.tick()
    assert stage.reminded() == ["Émilie"]


# --- Who ----------------------------------------------------------------------------------------


def test_who_registers_after_the_moment_is_not_reminded_of_it(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(7)
    stage.rule(1)
    event = stage.event("2026-03-30 09:00")
    stage.register(event, "Anne")
    clock.set("2026-03-24 10:00")
    stage.register(event, "Basile")
    stage.tick()
    assert stage.reminded() == ["Anne"]
    clock.set("2026-03-29 09:00")
    stage.tick()
    assert stage.reminded() == ["Anne", "Anne", "Basile"]
    clock.set("2026-03-29 18:00")
    stage.register(event, "Chloé")
    stage.tick()
    assert "Chloé" not in stage.reminded()


def test_who_waits_is_not_reminded_and_who_moves_up_afterwards_neither(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(7)
    stage.rule(1)
    event = stage.event("2026-03-30 09:00", capacity=1)
    anne = stage.register(event, "Anne")
    stage.register(event, "Basile")
    clock.set("2026-03-23 09:00")
    stage.tick()
    assert stage.reminded() == ["Anne"]
    clock.set("2026-03-24 09:00")
    stage.give_back(event, anne)
    stage.tick()
    assert stage.reminded() == ["Anne"]
    clock.set("2026-03-29 09:00")
    stage.tick()
    assert stage.reminded() == ["Anne", "Basile"]


def test_nothing_for_a_seat_given_back_a_draft_or_an_event_called_off(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    kept = stage.event("2026-03-30 09:00", title="Elle a lieu")
    stage.give_back(kept, stage.register(kept, "Anne"))
    called_off = stage.event("2026-03-30 09:00", title="Elle n’a pas lieu")
    stage.register(called_off, "Basile")
    stage.call_off(called_off)
    stage.event("2026-03-30 09:00", title="Elle n’est pas publiée", publish=False)
    clock.set("2026-03-29 09:00")
    assert stage.tick().items == 0
    assert stage.reminded() == []


def test_who_came_back_in_time_is_reminded(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    event = stage.event("2026-03-30 09:00")
    anne = stage.register(event, "Anne")
    stage.give_back(event, anne)
    clock.advance(days=1)
    stage.come_back(event, anne)
    clock.set("2026-03-29 09:00")
    stage.tick()
    assert stage.reminded() == ["Anne"]


def test_a_person_without_address_is_passed_over(stage: Stage, clock: ClockHand) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    event = stage.event("2026-03-30 09:00")
    stage.register(event, "Anne", email=None)
    stage.register(event, "Basile")
    clock.set("2026-03-29 09:00")
    assert stage.tick() == jobs.Outcome(1, 0)
    assert stage.reminded() == ["Basile"]


# --- Cost ---------------------------------------------------------------------------------------------


def test_events_far_away_cost_nothing(stage: Stage, clock: ClockHand, queries: Queries) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(7)
    for number in range(5):
        stage.register(stage.event(f"2026-06-{number + 10} 09:00", title=f"Rencontre {number}"))
    with queries:
        assert reminders.due(clocks.now()) == []
    few = len(queries)
    for number in range(15):
        stage.register(stage.event(f"2026-07-{number + 10} 09:00", title=f"Rencontre {number}"))
    with queries:
        assert reminders.due(clocks.now()) == []
    assert len(queries) == few
    assert not any("registration" in statement.lower() for statement in queries.statements)


def test_rules_are_removed_with_their_kind_only(stage: Stage) -> None:
    stage.rule(7)
    stage.rule(1)
    with pytest.raises(sa.exc.IntegrityError):
        stage.rule(1)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ReminderRule)) == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MailMessage)) == 0
