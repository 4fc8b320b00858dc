"""Reading imports: those somebody may see, what became of their lines, what waits for the worker."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import joinedload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core import clock
from cop.core.access import Permission
from cop.core.db import db
from cop.core.errors import NotFound
from cop.core.i18n import _
from cop.core.timeline import Moment
from cop.host import queries_retention as retention
from cop.imports import rules
from cop.imports.models import ColumnMapping, Import, ImportedPerson, ImportLine

PER_PAGE = 50


def page_of_imports(viewer: Account, page: int) -> Pagination:
    statement = sa.select(Import).where(_seen_by(viewer)).options(joinedload(Import.account))
    return db.paginate(statement.order_by(Import.id.desc()), page=page, per_page=25, error_out=False)


def one(viewer: Account, import_id: int) -> Import:
    """The import, if it is the viewer's or the viewer sees everything."""
    statement = sa.select(Import).where(Import.id == import_id, _seen_by(viewer)).options(joinedload(Import.account))
    found: Import | None = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def _seen_by(viewer: Account) -> sa.ColumnElement[bool]:
    if access.can_everywhere(viewer, Permission.PERSON_IMPORT):
        return sa.true()
    return Import.account_id == viewer.id


def page_of_lines(import_id: int, verdict: str, page: int) -> Pagination:
    statement = sa.select(ImportLine).where(ImportLine.import_id == import_id, ImportLine.verdict == verdict)
    return db.paginate(statement.order_by(ImportLine.number), page=page, per_page=PER_PAGE, error_out=False)


def has_lines(import_id: int) -> bool:
    return db.session.scalar(sa.select(ImportLine.id).where(ImportLine.import_id == import_id).limit(1)) is not None


def refused_lines(import_id: int) -> Sequence[ImportLine]:
    statement = sa.select(ImportLine).where(
        ImportLine.import_id == import_id, ImportLine.verdict == rules.Verdict.REFUSED
    )
    return db.session.scalars(statement.order_by(ImportLine.number)).all()


def refused_numbers(import_id: int) -> set[int]:
    statement = sa.select(ImportLine.number).where(
        ImportLine.import_id == import_id, ImportLine.verdict == rules.Verdict.REFUSED
    )
    return set(db.session.scalars(statement))


def remembered(target: str, headings_key: str) -> dict[str, str]:
    """What was matched last time under the same headings."""
    statement = sa.select(ColumnMapping.fields).where(
        ColumnMapping.target == target, ColumnMapping.headings_key == headings_key
    )
    return db.session.scalar(statement) or {}


def waiting(now: datetime) -> list[int]:
    """Imports with work to be done that no worker has in hand."""
    free = sa.or_(Import.claimed_until.is_(None), Import.claimed_until < now)
    return list(db.session.scalars(sa.select(Import.id).where(Import.state.in_(rules.AT_WORK), free)))


def is_undoable(held: Import) -> bool:
    """Whether what is needed to take it back is still kept."""
    return held.applied_at is not None and held.applied_at >= retention.too_old("change", clock.now())


def outdated(now: datetime) -> list[int]:
    """Imports that still hold people's data they need no more: a content, lines, the names of who stayed."""
    old = retention.too_old("import", now)
    lines = sa.exists().where(ImportLine.import_id == Import.id)
    stayed = sa.func.json_array_length(Import.left, type_=sa.Integer) > 0
    statement = sa.select(Import.id).where(
        Import.created_at < old,
        sa.or_(Import.applied_at.is_(None), Import.applied_at < old),
        sa.or_(Import.undone_at.is_(None), Import.undone_at < old),
        sa.or_(Import.content.is_not(None), lines, stayed),
        Import.state.not_in(rules.AT_WORK),
    )
    return list(db.session.scalars(statement))


def moments(person_id: int) -> list[Moment]:
    """The lists somebody is known from."""
    statement = (
        sa.select(Import.applied_at, Import.source)
        .join(ImportedPerson, ImportedPerson.import_id == Import.id)
        .where(ImportedPerson.person_id == person_id)
    )
    return [
        Moment(at, "imports", _("Known from an imported list: %(source)s.", source=source))
        for at, source in db.session.execute(statement)
        if at is not None
    ]
