"""Kinds of membership, who is a member for which period, what was paid, and the receipts that prove it.

Whether a membership is paid up is never written down: it is the sum of its payments (``rules.state``).
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.accounts.models import Account
from cop.core import personal
from cop.core.db import Model, Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.organisations.models import Organisation
from cop.people.models import Person


class MembershipKind(Numbered):
    """What one may join as, and for how much; seeded by a preset, edited on screen."""

    __tablename__ = "membership_kind"

    code: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name_fr: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str] = mapped_column(sa.String(120), default="")
    purpose_fr: Mapped[str] = mapped_column(sa.String(300), default="")  # who it is offered to, in a sentence
    purpose_en: Mapped[str] = mapped_column(sa.String(300), default="")
    amount_cents: Mapped[int]
    offered_to: Mapped[str] = mapped_column(sa.String(20), default="individual")  # rules.OfferedTo
    period: Mapped[str] = mapped_column(sa.String(20), default="civil_year")  # rules.Period
    # What this price is called in HelloAsso's exports, one name a line.
    import_names: Mapped[str] = mapped_column(sa.Text, default="")
    active: Mapped[bool] = mapped_column("is_active", default=True)
    position: Mapped[int] = mapped_column(default=0)


class Membership(Numbered):
    """One period of one member. The amount is the one of the day it was asked for: a new price changes no past."""

    __tablename__ = "membership"
    __table_args__ = (sa.Index("ix_membership_period", "starts_on", "ends_on"),)

    # One membership for each member and period, whoever asks twice: "person:12:2027-01-01".
    key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    kind_id: Mapped[int] = mapped_column(sa.ForeignKey("membership_kind.id"), index=True)
    # The member; for an organisation, the person who speaks for it.
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Your memberships"), personal.OnErasure.KEEP, blank=("end_reason",)),
    )
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    amount_cents: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # last day included
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    source: Mapped[str] = mapped_column(sa.String(20), default="staff")  # staff | member | import
    ended_on: Mapped[date | None]  # ended before its term: the last day it held
    end_reason: Mapped[str] = mapped_column(sa.String(200), default="")

    kind: Mapped[MembershipKind] = relationship()
    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    payments: Mapped[list["Payment"]] = relationship(back_populates="membership", order_by="Payment.id")
    receipts: Mapped[list["Receipt"]] = relationship(back_populates="membership", order_by="Receipt.id")

    @property
    def member_name(self) -> str:
        return self.organisation.name if self.organisation else self.person.full_name


class Payment(Numbered):
    """Money received for a membership, or why none is due. A mistake is cancelled and stays, struck through."""

    __tablename__ = "membership_payment"

    # A form pressed twice, a file imported twice: "form:…", "helloasso:…".
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), index=True)
    method: Mapped[str] = mapped_column(sa.String(20))  # rules.Method
    amount_cents: Mapped[int]  # for an exemption, what is not asked for
    paid_on: Mapped[date]
    number: Mapped[str] = mapped_column(sa.String(60), default="")  # of the cheque, or the reference of the transfer
    reason: Mapped[str] = mapped_column(sa.String(200), default="")  # of an exemption
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Payments you recorded"), personal.OnErasure.UNLINK),
    )
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Payments you cancelled"), personal.OnErasure.UNLINK),
    )
    cancel_reason: Mapped[str] = mapped_column(sa.String(200), default="")

    membership: Mapped[Membership] = relationship(back_populates="payments")
    recorded_by: Mapped[Account | None] = relationship(foreign_keys=recorded_by_id)


class Receipt(Numbered):
    """What was received for a membership, as it was said on the day: an accounting record, kept ten years
    (Code de commerce, L123-22). The numbers of a year have no gap; a receipt that no longer holds keeps its own."""

    __tablename__ = "membership_receipt"
    __table_args__ = (sa.UniqueConstraint("year", "number"),)

    membership_id: Mapped[int] = mapped_column(sa.ForeignKey("membership.id"), index=True)
    year: Mapped[int]
    number: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    membership: Mapped[Membership] = relationship(back_populates="receipts")


class ReceiptSeries(Model):
    """The last number given in a year. Its row is locked by who takes the next: no gap, no double."""

    __tablename__ = "membership_receipt_series"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]


class MembershipSettings(Numbered):
    """How the organisation is paid and renews. One row."""

    __tablename__ = "membership_settings"

    how_to_pay_fr: Mapped[str] = mapped_column(sa.Text, default="")
    how_to_pay_en: Mapped[str] = mapped_column(sa.Text, default="")
    # Members may renew from so many days before their period ends.
    renewal_opens_days: Mapped[int] = mapped_column(default=60)
    # The mails of the renewal leave by themselves.
    campaign_on: Mapped[bool] = mapped_column(default=False)
    # The organisation declared that gifts and fees paid to it give a tax reduction (CGI, art. 200 and 238 bis).
    tax_reduction: Mapped[bool] = mapped_column(default=False)


class RenewalStep(Numbered):
    """A mail about the renewal, so many days before the period ends (after it, when negative)."""

    __tablename__ = "membership_renewal_step"
    __table_args__ = (sa.UniqueConstraint("audience", "days_before"),)

    audience: Mapped[str] = mapped_column(sa.String(20), default="member")  # rules.Audience
    days_before: Mapped[int]
    text_fr: Mapped[str] = mapped_column(sa.Text, default="")  # a sentence of the organisation, added to the mail
    text_en: Mapped[str] = mapped_column(sa.Text, default="")
    active: Mapped[bool] = mapped_column("is_active", default=True)
