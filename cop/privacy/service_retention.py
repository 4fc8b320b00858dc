"""Applying the times of keeping, one thing at a time, and noting that it was done."""

from datetime import datetime

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.activity.service import WORKER
from cop.attendance.models import Attendance
from cop.core import clock
from cop.core.db import change, db, insert_if_absent
from cop.events.models import HalfDay
from cop.host import queries_retention as retention
from cop.mail import service_forgetting as mails_forgotten
from cop.privacy import queries_retention as queries
from cop.privacy import service_erasure
from cop.privacy.models import PrivacyRequest, RetentionRun
from cop.registrations.models import Registration


def let_go(code: str, number: int, now: datetime) -> bool:
    """Let one thing go, if its rule is on and it still is due: a sign of life may have come meanwhile."""
    if not retention.kept(code).on or number not in {one.number for one in queries.due(code, now, number)}:
        return False
    if code in (queries.PARTICIPANT, queries.FORMER_MEMBER):
        service_erasure.erase(queries.records_of(number), actor=WORKER, now=now, tell=False)
    elif code == "registration":
        _drop_registration(db.session.get_one(Registration, number))
    elif code == "unused_account":
        service_erasure.close_account(db.session.get_one(Account, number))
    else:
        change(sa.delete(PrivacyRequest).where(PrivacyRequest.id == number))
    _note(code, now)
    return True


def _drop_registration(registration: Registration) -> None:
    """With what the list said of their absence."""
    half_days = sa.select(HalfDay.id).where(HalfDay.event_id == registration.event_id)
    absent = sa.delete(Attendance).where(
        Attendance.person_id == registration.person_id, Attendance.half_day_id.in_(half_days)
    )
    change(absent.execution_options(synchronize_session=False))
    db.session.delete(registration)
    db.session.flush()


def _note(code: str, now: datetime) -> None:
    key = {"code": code, "day": clock.local_date(now)}
    insert_if_absent(RetentionRun, {**key, "items": 0}, key=list(key))
    change(sa.update(RetentionRun).filter_by(**key).values(items=RetentionRun.items + 1))


def forget_mail(message_id: int, now: datetime) -> None:
    mails_forgotten.forget_one(message_id, now)
