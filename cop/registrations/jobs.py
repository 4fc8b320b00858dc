"""Putting the waiting lists right after an event was changed below: more seats, or none at all."""

from datetime import datetime, timedelta
from typing import Final

from cop.core.db import db
from cop.core.i18n import _l
from cop.core.jobs import Job
from cop.registrations import (
    queries,
    queries_form,
    queries_postponed,
    queries_seats,
    service,
    service_form,
    service_postponed,
    service_quotas,
    service_waitlist,
)
from cop.registrations.models import Registration


def _promote(event_id: int, now: datetime) -> None:
    service.promote(service.lock(event_id), now)


def _dismiss(registration_id: int, now: datetime) -> None:
    registration = db.session.get(Registration, registration_id)
    if registration is not None:
        service.dismiss(registration, now)


def _decline(registration_id: int, now: datetime) -> None:
    registration = db.session.get(Registration, registration_id)
    if registration is not None:
        service.decline(registration, now)


JOBS: Final = [
    Job(
        name="registrations.promotions",
        title=_l("Give seats that became free to those who wait"),
        every=timedelta(seconds=30),
        find=queries_seats.with_free_seats,
        handle=_promote,
    ),
    Job(
        name="registrations.waiting_for_nothing",
        title=_l("Tell those who wait that an event was cancelled"),
        every=timedelta(seconds=30),
        find=queries.waiting_for_nothing,
        handle=_dismiss,
    ),
    Job(
        name="registrations.waiting_postponed",
        title=_l("Tell those who wait that an event is postponed"),
        every=timedelta(seconds=30),
        find=queries_postponed.waiting_untold,
        handle=service_postponed.tell_waiting,
    ),
    Job(
        name="registrations.waiting_new_date",
        title=_l("Tell those who wait the new date of an event that was postponed"),
        every=timedelta(seconds=30),
        find=queries_postponed.waiting_with_a_date,
        handle=service_postponed.tell_new_date,
    ),
    Job(
        name="registrations.seated_for_nothing",
        title=_l("Tell those who kept their seat at a postponed event that it was cancelled"),
        every=timedelta(seconds=30),
        find=queries_postponed.seated_for_nothing,
        handle=service_postponed.tell_cancelled,
    ),
    Job(
        name="registrations.new_date",
        title=_l("Invite to its new date those who kept their seat at a postponed event"),
        every=timedelta(seconds=30),
        find=queries_postponed.to_invite_again,
        handle=service_postponed.invite_again,
    ),
    Job(
        name="registrations.declined",
        title=_l("Give back the seats of people who declined in their calendar"),
        every=timedelta(seconds=15),
        find=queries.declined,
        handle=_decline,
    ),
    Job(
        name="registrations.offers",
        title=_l("Pass on the seats that were offered and not taken in time"),
        every=timedelta(seconds=30),
        find=queries_seats.expired_offers,
        handle=service_waitlist.expire,
    ),
    Job(
        name="registrations.releases",
        title=_l("Give to everybody the seats that a group left, on the day that was said"),
        every=timedelta(minutes=5),
        find=queries_seats.to_release,
        handle=service_quotas.release,
    ),
    Job(
        name="registrations.forget_arrangements",
        title=_l("Forget what people needed to take part, some days after the meeting"),
        every=timedelta(hours=6),
        find=queries_form.arrangements_to_forget,
        handle=service_form.forget_arrangement,
    ),
]
