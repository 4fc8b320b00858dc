"""Seats offered, or looked for."""

from datetime import time
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectChoice
from wtforms.validators import InputRequired, NumberRange

from cop.carpool import rules
from cop.carpool.models import Journey
from cop.carpool.rules import Kind, Said
from cop.core.forms import Form
from cop.core.i18n import _, _l
from cop.events.forms_fields import HourField
from cop.people import queries_communes as communes
from cop.people.forms import CommuneField, PhoneField, required
from cop.people.models import Person


class JourneyForm(Form):
    kind = RadioField(
        _l("You"),
        choices=[
            SelectChoice(Kind.OFFER.value, _l("have seats in your car")),
            SelectChoice(Kind.REQUEST.value, _l("look for a seat")),
        ],
        default=Kind.OFFER.value,
    )
    commune = CommuneField(_l("Commune you leave from"), [required(_l("Say where you leave from."))])
    leaves_at = HourField(_l("About what time"), [InputRequired(_l("Give the hour."))])
    seats = IntegerField(
        _l("Seats"),
        [InputRequired(_l("From 1 to 8 seats.")), NumberRange(1, rules.MOST_SEATS, _l("From 1 to 8 seats."))],
    )
    contact = RadioField(
        _l("One answers you"),
        choices=[SelectChoice("email", _l("by mail")), SelectChoice("phone", _l("by telephone"))],
        default="email",
    )
    phone = PhoneField(_l("Telephone"))
    consent = BooleanField(
        _l("I agree that the people registered for this meeting see my first name, my commune and this contact"),
        [InputRequired(_l("Without your agreement nothing is shown to anybody."))],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        if self.contact.data == "phone" and not self.phone.data:
            self.phone.errors = [_("Give the number at which you answer.")]
        return good and not self.phone.errors

    def said(self) -> Said:
        at: Any = self.leaves_at.data
        phone = self.phone.number or "" if self.contact.data == "phone" else ""
        return Said(self.kind.data, self.commune.commune_id or 0, at.strftime("%H:%M"), self.seats.data, phone)


def for_journey(own: Journey | None, person: Person) -> JourneyForm:
    """As it was said; else from what the record knows."""
    if own is None:
        site = next(iter(person.sites), None)
        commune = communes.label_of(site.commune_id) if site else ""
        return JourneyForm(data={"commune": commune, "phone": person.phone, "seats": 1})
    values = {
        "kind": own.kind,
        "commune": communes.label_of(own.commune_id),
        "leaves_at": time.fromisoformat(own.leaves_at),
        "seats": own.seats,
        "contact": "phone" if own.phone else "email",
        "phone": own.phone or person.phone,
        "consent": True,
    }
    return JourneyForm(data=values)
