"""What becomes of registrations when an event is postponed, has its date again, or is given up."""

from datetime import datetime

from cop.core.db import db
from cop.events import rules as event_rules
from cop.invitations import service as invitations
from cop.registrations import mails, service, service_waitlist
from cop.registrations.models import Registration
from cop.registrations.rules import Status


def tell_waiting(registration_id: int, _now: datetime) -> None:
    registration = db.session.get(Registration, registration_id)
    if registration is not None and registration.event.status == event_rules.POSTPONED:
        mails.event_postponed(registration)


def tell_cancelled(registration_id: int, _now: datetime) -> None:
    """There will be no new date."""
    registration = _locked(registration_id, event_rules.CANCELLED)
    if registration and registration.status == Status.CONFIRMED:
        mails.event_cancelled(registration)


def tell_new_date(registration_id: int, now: datetime) -> None:
    """Whoever waits still does, and nothing goes into their calendar; whoever was asked is asked anew."""
    registration = _locked(registration_id, event_rules.PUBLISHED)
    if registration and registration.status == Status.WAITLISTED:
        mails.new_date(registration)
    elif registration and registration.status == Status.OFFERED:
        service_waitlist.ask_anew(registration, now)


def invite_again(registration_id: int, now: datetime) -> None:
    """Somebody who gives their seat back at this moment is not invited."""
    registration = _locked(registration_id, event_rules.PUBLISHED)
    if registration and registration.status == Status.CONFIRMED:
        invitations.invite_again(registration.event, registration.person, now, attends=registration.side)


def _locked(registration_id: int, event_status: str) -> Registration | None:
    """Read anew under the lock of its event; none where the event has gone on to something else."""
    registration = db.session.get(Registration, registration_id)
    if registration is None:
        return None
    event = service.lock(registration.event_id)
    db.session.refresh(registration)
    return registration if event.status == event_status else None
