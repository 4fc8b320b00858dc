"""Partner organisations, the people who work there, and the exchanges with them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.accounts.models import Account
from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.people.models import Person
from cop.territories.models import Territory


class OrganisationKind(Numbered):
    """What an organisation is: health centre, CPTS, hospital… Seeded by a preset, editable on screen."""

    __tablename__ = "organisation_kind"

    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name_fr: Mapped[str] = mapped_column(sa.String(120))  # the acronym in full
    name_en: Mapped[str] = mapped_column(sa.String(120))
    acronym: Mapped[str] = mapped_column(sa.String(20), default="")
    dormant_months: Mapped[int]  # without an exchange for so long, an organisation of this kind is dormant
    position: Mapped[int] = mapped_column(default=0)
    archived: Mapped[bool] = mapped_column("is_archived", default=False)

    @property
    def short(self) -> str:
        return self.acronym or self.name_fr


class Organisation(Numbered):
    """A partner. One record per name and commune."""

    __tablename__ = "organisation"

    name: Mapped[str] = mapped_column(sa.String(200))
    acronym: Mapped[str] = mapped_column(sa.String(40), default="")
    search_name: Mapped[str] = mapped_column(sa.String(260), index=True)  # of name and acronym, as people's
    # Name and commune as they are compared: two presses at the same moment make one organisation.
    twin_key: Mapped[str] = mapped_column(sa.String(260), unique=True)
    kind_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation_kind.id"), index=True)
    commune_id: Mapped[int | None] = mapped_column(sa.ForeignKey("territory.id"), index=True)  # where it is
    covers_id: Mapped[int | None] = mapped_column(sa.ForeignKey("territory.id"), index=True)  # what it works for
    website: Mapped[str] = mapped_column(sa.String(300), default="")
    phone: Mapped[str | None] = mapped_column(sa.String(20))  # E.164
    email: Mapped[str] = mapped_column(sa.String(254), default="")  # a generic one: contact@
    secure_email: Mapped[str] = mapped_column(sa.String(254), default="")  # MSSanté, of the organisation
    operator: Mapped[str] = mapped_column(sa.String(20), default="")  # how a public service was entrusted to it
    contract_reference: Mapped[str] = mapped_column(sa.String(80), default="")
    finess: Mapped[str | None] = mapped_column(sa.String(9), index=True)
    notes: Mapped[str] = mapped_column(sa.String(500), default="")
    version: Mapped[int] = mapped_column(default=1)  # optimistic lock
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    kind: Mapped[OrganisationKind] = relationship()
    commune: Mapped[Territory | None] = relationship(foreign_keys=commune_id)
    covers: Mapped[Territory | None] = relationship(foreign_keys=covers_id)

    @property
    def title(self) -> str:
        return f"{self.name} ({self.acronym})" if self.acronym else self.name


class Affiliation(Numbered):
    """Somebody works for an organisation, in a function, for a time."""

    __tablename__ = "affiliation"
    __table_args__ = (
        # At one organisation once at a time; what is over stays as history.
        sa.Index(
            "uq_affiliation_open",
            "person_id",
            "organisation_id",
            unique=True,
            sqlite_where=sa.text("ends_on IS NULL"),
            postgresql_where=sa.text("ends_on IS NULL"),
        ),
        sa.CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="period"),
    )

    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("The organisations you work for"), personal.OnErasure.DELETE, unique_with=("organisation_id",)
        ),
    )
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    function: Mapped[str] = mapped_column(sa.String(120), default="")
    starts_on: Mapped[date | None]  # none: not known
    ends_on: Mapped[date | None]  # the last day
    main_contact: Mapped[bool] = mapped_column("is_main_contact", default=False)
    # Where the information comes from: the person told it, or a partner did (RGPD, art. 14: within a month the
    # person is told; ``informed_on`` is the day).
    source: Mapped[str] = mapped_column(sa.String(20), default="person")  # person, partner, import
    informed_on: Mapped[date | None]
    # In the directory of coordinators since then, by the person's own consent; none: not in it.
    listed_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship()


class Exchange(Numbered):
    """An exchange with an organisation, logged in one line. Nothing about a third person: see docs/privacy.md."""

    __tablename__ = "exchange"
    __table_args__ = (sa.Index(None, "organisation_id", "day"),)

    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(sa.String(20))  # rules.CHANNELS
    account_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(_l("Exchanges with partners you noted"), personal.OnErasure.UNLINK),
    )
    contact_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(
            _l("Exchanges the team had with you for your organisation"), personal.OnErasure.UNLINK, blank=("what",)
        ),
    )
    what: Mapped[str] = mapped_column(sa.String(280), default="")
    next_on: Mapped[date | None]  # the next step; the latest exchange's counts
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # may be put back for a day, then is deleted

    organisation: Mapped[Organisation] = relationship()
    account: Mapped[Account | None] = relationship()
    contact: Mapped[Person | None] = relationship()
