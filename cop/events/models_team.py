"""Who runs an event, who speaks there, and which organisations hold it together."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cop.accounts.models import Account
from cop.core import personal
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.organisations.models import Organisation


class EventMember(Numbered):
    """Somebody with a part in an event. A co-organiser is an account, and may change the event; an animator, a speaker
    or a trainer is named, and is tied to a record when we know them."""

    __tablename__ = "event_member"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "account_id", "role"),
        sa.UniqueConstraint("event_id", "person_id", "role"),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(sa.String(20))  # rules_team.Role
    name: Mapped[str] = mapped_column(
        sa.String(120), default=""
    )  # as it is announced; a co-organiser's is the account's
    organisation: Mapped[str] = mapped_column(sa.String(160), default="")
    account_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(
            _l("Meetings you help to organise"), personal.OnErasure.DELETE, unique_with=("event_id", "role")
        ),
    )
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
        info=personal.link(_l("Meetings where you speak"), personal.OnErasure.DELETE, unique_with=("event_id", "role")),
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    account: Mapped[Account | None] = relationship()


class EventPartner(Numbered):
    """An organisation of the directory with a part in an event."""

    __tablename__ = "event_partner"
    __table_args__ = (sa.UniqueConstraint("event_id", "organisation_id", "role"),)

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(sa.String(20))  # rules_team.Part
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    organisation: Mapped[Organisation] = relationship()
