"""Sharing a journey, answering one, taking one back, and erasing what has served."""

from datetime import datetime

import sqlalchemy as sa

from cop.carpool import mails, queries, rules
from cop.carpool.models import Journey, JourneyAnswer
from cop.carpool.rules import Said
from cop.core.db import change, db, insert_if_absent
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.mail import service_forgetting as mails_forgotten
from cop.registrations.models import Registration


def is_open(registration: Registration, now: datetime) -> bool:
    event = registration.event
    return rules.is_open(
        carpool=event.carpool,
        mode=event.mode,
        event_status=event.status,
        starts_at=event.starts_at,
        registration_status=registration.status,
        now=now,
    )


def share(registration: Registration, said: Said, now: datetime) -> Journey:
    """Offer seats, or look for some; said again, it replaces what was said before."""
    _check_open(registration, now)
    rules.check(said, email=registration.person.email)
    key = {"event_id": registration.event_id, "person_id": registration.person_id}
    values = {
        "kind": said.kind,
        "commune_id": said.commune_id,
        "leaves_at": said.leaves_at,
        "seats": said.seats,
        "phone": said.phone,
        "consented_at": now,
    }
    if not insert_if_absent(Journey, {**key, **values}, key=list(key)):
        change(sa.update(Journey).filter_by(**key).values(**values))
    kept = sa.select(Journey).filter_by(**key).execution_options(populate_existing=True)
    return db.session.scalars(kept).one()


def answer(registration: Registration, journey: Journey, now: datetime) -> bool:
    """Write to the one of the journey, with one's first name and contact. False: it was done already."""
    _check_open(registration, now)
    if journey.person_id == registration.person_id:
        raise Refused(_l("This is your own journey."))
    contact = mails.contact_of(registration, queries.of(registration.event_id, registration.person_id))
    if not contact:
        raise Refused(_l("We know neither your address nor your telephone: say below what you look for, with one."))
    if not journey.person.email:
        raise Refused(_l("No mail reaches this person: their telephone is in the list."))
    key = {"journey_id": journey.id, "person_id": registration.person_id}
    if not insert_if_absent(JourneyAnswer, {**key, "sent_at": now}, key=list(key)):
        return False
    mails.answered(journey, registration, contact)
    return True


def withdraw(registration: Registration, now: datetime) -> bool:
    """Nothing is left of it, at any time. False: there was nothing."""
    journey = queries.of(registration.event_id, registration.person_id)
    if journey is None:
        return False
    erase(journey.id, now)
    return True


def erase(journey_id: int, now: datetime) -> None:
    """The journey, who answered it, and what the mails about it said."""
    mails_forgotten.forget_keys(mails.key_of(journey_id), now)
    change(sa.delete(JourneyAnswer).where(JourneyAnswer.journey_id == journey_id))
    journey = db.session.get(Journey, journey_id)
    if journey is not None:
        db.session.delete(journey)
        db.session.flush()


def _check_open(registration: Registration, now: datetime) -> None:
    if not is_open(registration, now):
        raise Refused(_l("Journeys are shared by those who have a seat, until the meeting begins."))
