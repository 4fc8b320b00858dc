"""The mail that brings two people of a meeting together."""

from typing import Final

from cop.carpool.models import Journey
from cop.carpool.rules import Kind
from cop.core import formats, links
from cop.core.i18n import speaking
from cop.mail import service as mail
from cop.mail.models import Category
from cop.people import rules_phones
from cop.registrations import mails as registrations
from cop.registrations import queries as registered
from cop.registrations.models import Registration

TEMPLATE: Final = "carpool/mail/answered"


def key_of(journey_id: int) -> str:
    """What the keys of the mails about a journey begin with."""
    return f"journey:{journey_id}:"


def contact_of(registration: Registration, own: Journey | None) -> str:
    """How to reach somebody: as they said of their own journey, else by mail, else by the telephone of their record."""
    phone = (own.phone if own else "") or ("" if registration.person.email else registration.person.phone or "")
    return rules_phones.phone(phone) if phone else registration.person.email or ""


def answered(journey: Journey, by: Registration, contact: str) -> None:
    """Worthless once the meeting has begun."""
    event, person = journey.event, journey.person
    own = registered.of(event.id, person.id)
    with speaking(person.language):
        values = {
            "given_name": person.given_name,
            "who": by.person.given_name,
            "contact": contact,
            "contact_link": f"mailto:{contact}" if "@" in contact else f"tel:{''.join(contact.split())}",
            "offered": journey.kind == Kind.OFFER,
            "commune": journey.commune.name,
            "title": event.title,
            "when": formats.period(event.starts_at, event.ends_at, event.zone),
            "page": links.absolute_url("carpool.show", token=registrations.token_of(own)),
        }
    mail.enqueue(
        key=f"{key_of(journey.id)}answer:{by.person_id}",
        kind="carpool.answered",
        category=Category.SERVICE,
        recipient=person.email or "",
        recipient_name=person.full_name,
        template=TEMPLATE,
        values=values,
        locale=person.language,
        person_id=person.id,
        event_id=event.id,
        expires_at=event.starts_at,
        reply_to=contact if "@" in contact else None,
    )
