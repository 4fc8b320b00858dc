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
    registration = db.session.get(Registration, registration_id)
    if registration is None:
        return
    event = service.lock(registration.event_id)
    db.session.refresh(registration)
    if event.status == event_rules.CANCELLED and registration.status == Status.CONFIRMED:
        mails.event_cancelled(registration)


def tell_new_date(registration_id: int, now: datetime) -> None:
    """Whoever waits still does, and nothing goes into their calendar; whoever was asked is asked anew."""
    registration = db.session.get(Registration, registration_id)
    if registration is None:
        return
    event = service.lock(registration.event_id)
    db.session.refresh(registration)
    if event.status != event_rules.PUBLISHED:
        return
    if registration.status == Status.WAITLISTED:
        mails.new_date(registration)
    elif registration.status == Status.OFFERED:
        service_waitlist.ask_anew(registration, now)


def invite_again(registration_id: int, now: datetime) -> None:
    """Somebody who gives their seat back at this moment is not invited."""
    registration = db.session.get(Registration, registration_id)
    if registration is None:
        return
    event = service.lock(registration.event_id)
    db.session.refresh(registration)
    if event.status == event_rules.PUBLISHED and registration.status == Status.CONFIRMED:
        invitations.invite_again(event, registration.person, now, attends=registration.side)
