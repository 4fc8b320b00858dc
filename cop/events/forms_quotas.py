"""A group with seats of its own: how many, for whom, until when."""

from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectChoice, StringField
from wtforms.validators import Length, Optional, ValidationError

from cop.core.forms import Form
from cop.core.i18n import _, _l
from cop.events import rules_quotas
from cop.events.forms_fields import Boxes
from cop.events.models_quotas import Quota
from cop.events.rules_quotas import QuotaDescription
from cop.people.forms import profession_choices, required

LONGEST_HOURS = 24 * 14


class Whole(IntegerField):  # type: ignore[misc]
    """A whole number, or a sentence of ours."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("A whole number, in figures.")) from None


class QuotaForm(Form):
    name = StringField(
        _l("Seats for"),
        [required(_l("Name the group, as one reads it after “seats for”.")), Length(max=rules_quotas.LONGEST_NAME)],
    )
    capacity: Any = Whole(_l("Number of seats"))
    kept = RadioField(
        _l("How they count"),
        default="kept",
        choices=[
            SelectChoice("kept", _l("Kept: nobody else may take them, and the group takes no others")),
            SelectChoice("most", _l("At most: the group takes common seats, never more than so many")),
        ],
    )
    profession_codes: Any = Boxes(_l("Professions"))
    guests_only = BooleanField(_l("Guests only: those on the list of this event’s guests"))
    attends: Any = RadioField(
        _l("Where"),
        default="",
        choices=[
            SelectChoice("", _l("Wherever the event is")),
            SelectChoice("onsite", _l("On site")),
            SelectChoice("online", _l("Online")),
        ],
    )
    release_days: Any = Whole(_l("Let go so many days before"), [Optional()])

    def description(self) -> QuotaDescription:
        return QuotaDescription(
            name=self.name.data or "",
            capacity=self.capacity.data or 0,
            kept=self.kept.data == "kept",
            profession_codes=tuple(self.profession_codes.data or ()),
            attends=self.attends.data or "" if "attends" in self else "",
            guests_only=bool(self.guests_only.data),
            release_days=self.release_days.data,
        )

    def validate_capacity(self, field: Any) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(_("How many seats are for them?"))


class WaitingListForm(Form):
    """How freed seats reach those who wait."""

    offer_hours: Any = Whole(_l("Offer a freed seat for so many hours"), [Optional()])
    stop_hours: Any = Whole(_l("Call nobody later than so many hours before"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for field, least in ((self.offer_hours, 1), (self.stop_hours, 0)):
            if field.data is not None and not least <= field.data <= LONGEST_HOURS:
                words = _("From %(least)d to %(most)d hours; leave empty for none.", least=least, most=LONGEST_HOURS)
                field.errors = [words]
        return not self.errors


def for_quota(quota: Quota | None, *, sides: bool) -> QuotaForm:
    """``sides``: on site and on line are to be told apart."""
    values: dict[str, Any] = {}
    if quota is not None:
        names = ("name", "capacity", "profession_codes", "guests_only", "attends", "release_days")
        values = {name: getattr(quota, name) for name in names} | {"kept": "kept" if quota.kept else "most"}
    form = QuotaForm(data=values)
    form.profession_codes.choices = _professions()
    if not sides:
        del form.attends
    return form


def _professions() -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in profession_choices() if choice.value]
