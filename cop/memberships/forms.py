"""Fields of memberships: what was paid, what is offered, how the renewal is told."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, cast

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from cop.core import formats
from cop.core.errors import Refused
from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l, label
from cop.memberships import rules
from cop.memberships.models import MembershipKind, MembershipSettings, RenewalStep
from cop.memberships.rules import Audience, Method, OfferedTo, Period
from cop.memberships.service_payments import Paid
from cop.people.forms import required

_KEY: Final = 60


class AmountField(StringField):
    """Euros as people write them, kept in cents: « 25 », « 25,50 », « 25,50 € »."""

    data: str | None
    cents: int = 0

    def post_validate(self, _form: Any, stopped: bool) -> None:
        if not self.data or stopped:
            return
        try:
            self.cents = rules.cents(self.data)
        except Refused as refused:
            raise ValidationError(refused.message) from None


class PressField(HiddenField):
    """What makes a form pressed twice one act: drawn anew for each page shown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default=lambda: secrets.token_hex(12), **options)

    @property
    def key(self) -> str:
        return f"form:{(self.data or secrets.token_hex(12))[:_KEY]}"


class PaymentForm(Form):
    press = PressField()
    method = RadioField(
        _l("Means of payment"),
        [InputRequired(_l("Choose how it was paid."))],
        choices=[SelectChoice(m.value, words) for m, words in rules.METHODS.items() if m is not Method.EXEMPT],
    )
    amount = AmountField(_l("Amount"), [required(_l("Give the amount that was paid."))])
    paid_on = DayField(_l("Paid on"), [InputRequired(_l("Give the day it was paid."))])
    number = StringField(_l("Number of the cheque, or reference"), [Length(max=60)])

    def paid(self) -> Paid:
        """What was typed, once it is valid."""
        return Paid(
            key=self.press.key,
            method=str(self.method.data),
            amount_cents=self.amount.cents,
            paid_on=cast("date", self.paid_on.data),
            number=self.number.data or "",
        )


class ExemptForm(Form):
    press = PressField()
    reason = StringField(_l("Why nothing is asked"), [required(_l("Say why nothing is asked.")), Length(max=200)])


class CancelForm(Form):
    reason = StringField(_l("What was wrong"), [required(_l("Say what was wrong.")), Length(max=200)])


class EndForm(Form):
    ended_on = DayField(_l("Last day"), [InputRequired(_l("Give the last day of the membership."))])
    reason = StringField(_l("Reason"), [Length(max=200)])

    def last_day(self) -> date:
        return cast("date", self.ended_on.data)


class AskForm(Form):
    """A membership for somebody: their own, or of an organisation they work for. The value is "kind:organisation"."""

    kind = SelectField(_l("Kind of membership"))

    def offer(self, own: Sequence[MembershipKind], others: Sequence[tuple[int, str, MembershipKind]]) -> None:
        self.kind.choices = [SelectChoice(f"{kind.id}:", priced(kind)) for kind in own] + [
            SelectChoice(f"{kind.id}:{number}", f"{name}, {priced(kind)}", optgroup=str(_("Their organisation")))
            for number, name, kind in others
        ]

    def chosen(self) -> tuple[int, int | None]:
        kind, _sep, organisation = (self.kind.data or "0:").partition(":")
        return int(kind), int(organisation) if organisation else None


class RenewForm(Form):
    """The member's own button."""

    kind = RadioField(_l("Kind of membership"), coerce=int)

    def offer(self, kinds: Sequence[MembershipKind], last: int | None) -> None:
        self.kind.choices = [SelectChoice(kind.id, priced(kind)) for kind in kinds]
        if self.kind.data not in {kind.id for kind in kinds} and kinds and not self.is_submitted():
            self.kind.data = last if last in {kind.id for kind in kinds} else kinds[0].id


def priced(kind: MembershipKind) -> str:
    """« Adhésion individuelle : 25,00 € »"""
    return str(_("%(kind)s: %(amount)s", kind=label(kind), amount=formats.money(kind.amount_cents)))


class KindForm(Form):
    name_fr = StringField(_l("Name in French"), [required(_l("Give it a name.")), Length(max=120)])
    name_en = StringField(_l("Name in English"), [Length(max=120)])
    purpose_fr = StringField(_l("Who it is offered to, in French"), [Length(max=300)])
    purpose_en = StringField(_l("Who it is offered to, in English"), [Length(max=300)])
    amount = AmountField(_l("Amount"), [required(_l("Give the amount; 0 when nothing is asked."))])
    offered_to = RadioField(
        _l("Who joins"),
        default=OfferedTo.INDIVIDUAL,
        choices=[SelectChoice(o.value, w) for o, w in rules.OFFERED_TO.items()],
    )
    period = RadioField(
        _l("Period"), default=Period.CIVIL_YEAR, choices=[SelectChoice(p.value, w) for p, w in rules.PERIODS.items()]
    )
    import_names = TextAreaField(_l("Its names in HelloAsso"), [Length(max=1000)])
    active = BooleanField(_l("Offered today"), default=True)

    def values(self) -> dict[str, Any]:
        names = ("name_fr", "name_en", "purpose_fr", "purpose_en", "offered_to", "period", "active", "import_names")
        return {**{name: self[name].data for name in names}, "amount_cents": self.amount.cents}


def for_kind(kind: MembershipKind | None) -> KindForm:
    if kind is None:
        return KindForm()
    amount = f"{kind.amount_cents // 100},{kind.amount_cents % 100:02}"
    return KindForm(obj=kind, data={"amount": amount})


class SettingsForm(Form):
    how_to_pay_fr = TextAreaField(_l("How to pay, in French"), [Length(max=2000)])
    how_to_pay_en = TextAreaField(_l("How to pay, in English"), [Length(max=2000)])
    renewal_opens_days = IntegerField(
        _l("Renewing opens so many days before the end"),
        [
            InputRequired(_l("Give a number of days.")),
            NumberRange(0, 300, _l("Between 0 and 300 days.")),
        ],
    )
    tax_reduction = BooleanField(_l("Our receipts may speak of a tax reduction"))

    def values(self) -> Mapping[str, Any]:
        names = ("how_to_pay_fr", "how_to_pay_en", "renewal_opens_days", "tax_reduction")
        return {name: self[name].data for name in names}


def for_settings(kept: MembershipSettings) -> SettingsForm:
    return SettingsForm(obj=kept)


class StepForm(Form):
    audience = RadioField(
        _l("Who is told"),
        default=Audience.MEMBER,
        choices=[
            SelectChoice(Audience.MEMBER.value, _l("The member")),
            SelectChoice(Audience.COORDINATION.value, _l("The coordination")),
        ],
    )
    days = IntegerField(
        _l("Number of days"),
        [InputRequired(_l("Give a number of days.")), NumberRange(0, 300, _l("Between 0 and 300 days."))],
    )
    when = RadioField(
        _l("When"),
        default="before",
        choices=[
            SelectChoice("before", _l("before the end, or before 1 January")),
            SelectChoice("after", _l("after the end")),
        ],
    )
    text_fr = TextAreaField(_l("Your sentence, in French"), [Length(max=1000)])
    text_en = TextAreaField(_l("Your sentence, in English"), [Length(max=1000)])
    active = BooleanField(_l("This mail is sent"), default=True)

    def validate_when(self, field: Any) -> None:
        if field.data == "after" and self.audience.data == Audience.COORDINATION:
            raise ValidationError(_("The coordination is told before the deadline."))
        if field.data == "after" and (self.days.data or 0) > rules.GIVEN_UP_AFTER.days:
            raise ValidationError(_("Nobody is reminded more than three months after the end."))

    def values(self) -> dict[str, Any]:
        days = int(self.days.data or 0)
        texts = {name: self[name].data for name in ("audience", "text_fr", "text_en", "active")}
        return {**texts, "days_before": -days if self.when.data == "after" else days}


def for_step(step: RenewalStep | None) -> StepForm:
    if step is None:
        return StepForm()
    when = "after" if step.days_before < 0 else "before"
    return StepForm(obj=step, data={"days": abs(step.days_before), "when": when})
