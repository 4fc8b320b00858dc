"""Reading pairs: those to look at, what each of two records holds, and what was merged."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import joinedload, selectinload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core import personal
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound
from cop.duplicates.models import Merge, Pair
from cop.duplicates.rules import Card
from cop.people import queries as people
from cop.people.models import Person, PracticeSite

PER_PAGE = 30


def cards() -> list[Card]:
    """What tells who is who, of everybody."""
    communes: dict[int, set[int]] = defaultdict(set)
    for person_id, commune_id in db.session.execute(sa.select(PracticeSite.person_id, PracticeSite.commune_id)):
        communes[person_id].add(commune_id)
    columns = (
        Person.id, Person.given_name, Person.family_name, Person.email, Person.rpps, Person.rpps_claimed,
        Person.profession_code,
    )  # fmt: skip
    rows = db.session.execute(sa.select(*columns).where(Person.anonymised_at.is_(None)))
    return [Card(*row, frozenset(communes[row.id])) for row in rows]


def open_pairs(viewer: Account, page: int) -> Pagination:
    """The pairs nobody has decided about, the likeliest first, both of whose records the viewer may merge."""
    statement = sa.select(Pair).where(Pair.decided_at.is_(None))
    if not access.can_everywhere(viewer, Permission.PERSON_MERGE):
        seen = access.visible_to(viewer, Permission.PERSON_MERGE, PracticeSite.commune_id)
        theirs = sa.select(PracticeSite.person_id).where(seen)
        statement = statement.where(Pair.one_id.in_(theirs), Pair.other_id.in_(theirs))
    whole = [
        option
        for side in (Pair.one, Pair.other)
        for option in (
            joinedload(side).joinedload(Person.profession),
            joinedload(side).selectinload(Person.sites).joinedload(PracticeSite.commune),
        )
    ]
    statement = statement.options(*whole).order_by(Pair.score.desc(), Pair.id)
    return db.paginate(statement, page=page, per_page=PER_PAGE, max_per_page=PER_PAGE, error_out=False)


def where_pair(pair_id: int) -> Where:
    """The scope of a pair's page: that of its first record; ``check_reach`` looks at the other one as well."""
    return people.where_is(_pair(pair_id).one_id)


def where_merge(merge_id: int) -> Where:
    return people.where_is(merge(merge_id).kept_id)


def _pair(pair_id: int) -> Pair:
    found = db.session.get(Pair, pair_id)
    if found is None:
        raise NotFound
    return found


def pair(viewer: Account | None, pair_id: int) -> Pair:
    """Raises :class:`NotFound`, also when one of the two is out of the viewer's reach: both are needed to merge."""
    found = _pair(pair_id)
    for number in (found.one_id, found.other_id):
        if not access.can(viewer, Permission.PERSON_MERGE, people.where_is(number)):
            raise NotFound
    return found


def merge(merge_id: int) -> Merge:
    found = db.session.get(Merge, merge_id)
    if found is None:
        raise NotFound
    return found


def recent_merges(viewer: Account, limit: int = 10) -> Sequence[Merge]:
    """Those that can still be undone."""
    statement = sa.select(Merge).where(Merge.undone_at.is_(None)).order_by(Merge.id.desc()).limit(limit)
    if not access.can_everywhere(viewer, Permission.PERSON_MERGE):
        seen = access.visible_to(viewer, Permission.PERSON_MERGE, PracticeSite.commune_id)
        statement = statement.where(Merge.kept_id.in_(sa.select(PracticeSite.person_id).where(seen)))
    return db.session.scalars(statement.options(selectinload(Merge.kept))).all()


@dataclass(frozen=True, slots=True)
class Owned:
    title: str
    counts: tuple[int, ...]


def owned(person_ids: Sequence[int]) -> list[Owned]:
    """How much each record holds, thing by thing: a table nobody thought of when this was written is counted too."""
    found = []
    for column, link in personal.links(db.metadata).items():
        if link is None or column.table.name in (Pair.__tablename__, Merge.__tablename__, "person"):
            continue
        counted = sa.select(column, sa.func.count()).where(column.in_(person_ids)).group_by(column)
        counts = {row[0]: row[1] for row in db.session.execute(counted)}
        if counts:
            found.append(Owned(str(link.title), tuple(counts.get(number, 0) for number in person_ids)))
    return found
