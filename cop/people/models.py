"""Persons and where they practise. One record per person, whatever they are to the network."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.accounts.models import Account
from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _, _l
from cop.territories.models import Profession, Territory


class Person(Numbered):
    """A person. No birth date, sex, home address or national number: none is needed (RGPD, art. 5)."""

    __tablename__ = "person"

    given_name: Mapped[str] = mapped_column(sa.String(100))
    family_name: Mapped[str] = mapped_column(sa.String(100))
    search_name: Mapped[str] = mapped_column(sa.String(220), index=True)  # as territories.search_name
    email: Mapped[str | None] = mapped_column(sa.String(254), index=True)  # normalised
    # The address a person is recognised by. Unique, so that two presses at the same moment make one person;
    # empty for whoever shares the address of somebody already known by it (two numbers, one mailbox).
    email_key: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    profession_code: Mapped[str | None] = mapped_column(sa.ForeignKey("profession.code"), index=True)
    rpps: Mapped[str | None] = mapped_column(sa.String(11), unique=True)
    # Another person's number, given for this one: for the staff to compare, never used to recognise anybody.
    rpps_claimed: Mapped[str | None] = mapped_column(sa.String(11), index=True)
    phone: Mapped[str | None] = mapped_column(sa.String(20))  # E.164; of the practice or the person's own choice
    language: Mapped[str] = mapped_column(sa.String(2), default="fr")
    account_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        unique=True,
        info=personal.link(_l("The record tied to your account"), personal.OnErasure.UNLINK),
    )
    notice_version: Mapped[int | None]  # the information notice shown at the last collection
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    anonymised_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Once nothing says who it was: the number all records of one person share, so that figures stay; empty for
    # somebody who was never counted, because nothing had said who it was before either.
    counted_as: Mapped[int | None]
    # The record this one was merged into; links mailed in the name of this one still work.
    merged_into_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(_l("Records merged into yours"), personal.OnErasure.KEEP, contact=()),
    )

    profession: Mapped[Profession | None] = relationship()
    account: Mapped[Account | None] = relationship()
    sites: Mapped[list["PracticeSite"]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="PracticeSite.id"
    )

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip() or str(_("Somebody who asked to be forgotten"))


class PracticeSite(Numbered):
    """A commune where the person practises, on given dates; never the home."""

    __tablename__ = "practice_site"

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Where you practise"), personal.OnErasure.KEEP, contact=()),
    )
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    starts_on: Mapped[date | None]  # none: always
    ends_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(sa.String(20), default="declared")

    person: Mapped[Person] = relationship(back_populates="sites")
    commune: Mapped[Territory] = relationship()


class Acceptance(Numbered):
    """A text somebody accepted, in the version they were shown: a charter, the information notice."""

    __tablename__ = "acceptance"
    __table_args__ = (sa.UniqueConstraint("person_id", "document", "version"),)

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Texts you accepted"), personal.OnErasure.DELETE, unique_with=("document", "version")),
    )
    document: Mapped[str] = mapped_column(sa.String(60))  # "notice", "charter:member", "charter:community:3"
    version: Mapped[int]
    accepted_at: Mapped[datetime] = mapped_column(UTCDateTime)
