"""Sending a reminder, and taking back one that no longer holds."""

from datetime import datetime

from cop.core.db import db
from cop.mail import service as mail
from cop.reminders import mails, queries
from cop.reminders.models import ReminderRule
from cop.reminders.queries import Due


def remind(due: Due, now: datetime) -> None:
    """Queue one reminder, if it is still due now that the transaction has begun; a second time does nothing."""
    for occasion in queries.due_occasions(now, due.event_id):
        if occasion.rule_id != due.rule_id:
            continue
        registration = queries.registration_to_remind(occasion, due.person_id)
        if registration:
            mails.reminder(db.session.get_one(ReminderRule, due.rule_id), registration, occasion.key(due.person_id))


def take_back(key: str) -> None:
    """Keep a waiting reminder from leaving; if it has just left, so be it."""
    mail.cancel(key)
