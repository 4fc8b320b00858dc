"""Sending a reminder, and taking back one that no longer holds; the rules of a kind, and what an event says of them."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events.models import Event, EventKind
from cop.mail import service as mail
from cop.reminders import mails, queries, rules
from cop.reminders.models import ReminderException, ReminderRule
from cop.reminders.queries import Due
from cop.reminders.rules import Wording


def remind(due: Due, now: datetime) -> None:
    """Queue one reminder, if it is still due now that the transaction has begun; a second time does nothing."""
    for occasion in queries.due_occasions(now, due.event_id):
        if occasion.rule_id != due.rule_id:
            continue
        registration = queries.registration_to_remind(occasion, due.person_id)
        if registration:
            rule = db.session.get_one(ReminderRule, due.rule_id)
            own = queries.exception(due.event_id, due.rule_id)
            mails.reminder(rule, registration, occasion.key(due.person_id), own.sentence if own else "")


def take_back(key: str) -> None:
    """Keep a waiting reminder from leaving; if it has just left, so be it."""
    mail.cancel(key)


# --- What the organisation settles ------------------------------------------------------------------


def save_rule(
    kind: EventKind, rule: ReminderRule | None, said: Wording, *, actor: Actor, now: datetime
) -> ReminderRule:
    """Change a rule, or add one. Another moment holds from now on: it never sends what would have been due before."""
    others = [(one.days_before, one.at) for one in queries.rules_of(kind.id) if one is not rule]
    rules.check(said, kind_start=kind.starts_at, others=others)
    if rule is None:
        rule = ReminderRule(kind_id=kind.id, active=True, holds_from=now)
    elif (rule.days_before, rule.at) != (said.days_before, said.at):
        rule.holds_from = now
    rule.days_before, rule.at = said.days_before, said.at
    rule.text_fr, rule.text_en = said.text_fr, said.text_en or said.text_fr
    try:
        with db.session.begin_nested():
            db.session.add(rule)
    except IntegrityError:  # two people, or two presses, at the same moment
        raise Refused(_l("A reminder goes out at that moment already: change that one."), "at") from None
    activity.record(actor, "reminder.changed", kind)
    return rule


def switch(rule: ReminderRule, *, active: bool, actor: Actor, now: datetime) -> None:
    """Switched on again, it holds from now on."""
    if rule.active is active:
        return
    rule.active = active
    if active:
        rule.holds_from = now
    activity.record(actor, "reminder.switched_on" if active else "reminder.switched_off", rule.kind)


def say_for(event: Event, rule: ReminderRule, *, off: bool, sentence: str, actor: Actor) -> None:
    """What this event says of one reminder of its kind; nothing special: no row."""
    own = queries.exception(event.id, rule.id)
    if off or sentence:
        own = own or ReminderException(event_id=event.id, rule_id=rule.id)
        own.off, own.sentence = off, sentence
        db.session.add(own)
    elif own is not None:
        db.session.delete(own)
    db.session.flush()
    activity.record(actor, "event.reminder_changed", event)
