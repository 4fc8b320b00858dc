"""Tables people send, what becomes of each of their lines, and how their columns were understood."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from cop.accounts.models import Account
from cop.core import personal
from cop.core.changes import UNRECORDED
from cop.core.db import Numbered, UTCDateTime
from cop.core.i18n import _l


class Import(Numbered):
    """One file. Its content goes once it is applied, or after seven days; what was done stays for the record."""

    __tablename__ = "import"
    __table_args__ = {"info": {**UNRECORDED}}

    target: Mapped[str] = mapped_column(sa.String(40))  # name of a targets.Target
    file_name: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary))
    sheet: Mapped[str] = mapped_column(sa.String(200), default="")
    headings: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    mapping: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # a field for each heading; "" is left out
    # Where the list comes from, and when its people were told we hold it (RGPD, art. 14: one month at most).
    source: Mapped[str] = mapped_column(sa.String(300), default="")
    informed_on: Mapped[date | None]
    replace: Mapped[bool] = mapped_column("may_replace", default=False)
    state: Mapped[str] = mapped_column(sa.String(20), index=True)  # rules.State
    lines_count: Mapped[int] = mapped_column(default=0)
    progress: Mapped[int] = mapped_column(default=0)  # lines done of the step under way
    counts: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)  # of each verdict
    error: Mapped[str] = mapped_column(sa.Text, default="")
    left: Mapped[list[str]] = mapped_column("left_behind", sa.JSON, default=list)  # what could not be undone
    account_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(_l("Lists you imported"), personal.OnErasure.UNLINK),
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # a worker has it in hand
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    account: Mapped[Account | None] = relationship()


class ImportLine(Numbered):
    """What a line will do, or did, or why it was refused; the values of refused lines only, to be mended."""

    __tablename__ = "import_line"
    __table_args__ = (sa.Index(None, "import_id", "verdict", "number"), {"info": {**UNRECORDED}})

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import.id", ondelete="CASCADE"))
    number: Mapped[int]
    verdict: Mapped[str] = mapped_column(sa.String(10))  # rules.Verdict
    who: Mapped[str] = mapped_column(sa.String(250), default="")
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    cells: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    changes: Mapped[list[list[str]]] = mapped_column(sa.JSON, default=list)  # field, before, after


class ImportedPerson(Numbered):
    """Which list somebody is known from: she may ask (RGPD, art. 15)."""

    __tablename__ = "imported_person"
    __table_args__ = (sa.UniqueConstraint("person_id", "import_id"),)

    import_id: Mapped[int] = mapped_column(sa.ForeignKey("import.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        info=personal.link(_l("Lists you are known from"), personal.OnErasure.DELETE, unique_with=("import_id",)),
    )


class ColumnMapping(Numbered):
    """How somebody matched the columns of a file last time: the same headings are matched alike."""

    __tablename__ = "column_mapping"
    __table_args__ = (sa.UniqueConstraint("target", "headings_key"), {"info": {**UNRECORDED}})

    target: Mapped[str] = mapped_column(sa.String(40))
    headings_key: Mapped[str] = mapped_column(sa.String(64))  # rules.headings_key
    fields: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # heading, as it is compared: field
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
