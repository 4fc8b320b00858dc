"""Reading people: by what identifies them, and those a viewer may see."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from cop.accounts import access
from cop.accounts.models import Account
from cop.core.access import Permission, Where
from cop.core.db import db
from cop.core.errors import NotFound
from cop.people import rules
from cop.people.models import Acceptance, Person, PracticeSite
from cop.territories import queries as territories
from cop.territories.models import Profession

_BY_EMAIL: Final = (
    sa.select(Person)
    .where(Person.email == sa.bindparam("email"), Person.anonymised_at.is_(None))
    .order_by(Person.email_key.is_(None), Person.id)
)
_PROFESSIONS: Final[sa.Select[Any]] = sa.select(
    *(Profession.__table__.c[name] for name in ("code", "label_fr", "label_en", "counted"))
).where(Profession.active.is_(True), Profession.family != "role_based")

_ONE_PROFESSION: Final = _PROFESSIONS.where(Profession.__table__.c.code == sa.bindparam("code"))


def by_rpps(number: str) -> Person | None:
    return db.session.scalar(sa.select(Person).where(Person.rpps == number))


def by_email(email: str) -> Sequence[Person]:
    """Those who may be written to there, whoever is recognised by it first."""
    return db.session.scalars(_BY_EMAIL, {"email": email}).all()


def of_account(account_id: int, email: str) -> Sequence[Person]:
    """The records of whoever has signed in: tied to the account, or under its address, which sign-in proved."""
    theirs = sa.or_(Person.account_id == account_id, Person.email == email)
    statement = sa.select(Person).where(theirs, Person.anonymised_at.is_(None))
    return db.session.scalars(statement.order_by(Person.id)).all()


def own_record(account: Account) -> Person | None:
    """The record of whoever has signed in: the one tied to the account, else the first under its address."""
    found = of_account(account.id, account.email)
    return next((one for one in found if one.account_id == account.id), next(iter(found), None))


def sharing_address(person: Person) -> Sequence[Person]:
    """The others known under the same address: colleagues of one mailbox, or who had it before."""
    if not person.email:
        return []
    return [other for other in by_email(person.email) if other.id != person.id]


def rpps_state(person: Person) -> rules.RppsState:
    """What is known of the person's number, by the register and by the other records."""
    number = person.rpps or ""
    known = territories.register_knows(number) if number and not person.rpps_claimed else None
    return rules.rpps_state(number, person.rpps_claimed or "", known)


def where_is(person_id: int, **_: Any) -> Where:
    """The communes where the person practises: whoever has a right on any of them reaches the record.

    Somebody without a place belongs to the whole organisation. Raises ``NotFound``, also for who was forgotten.
    """
    communes = db.session.scalars(
        sa.select(PracticeSite.commune_id)
        .select_from(Person)
        .outerjoin(PracticeSite, PracticeSite.person_id == Person.id)
        .where(Person.id == person_id, Person.anonymised_at.is_(None))
    ).all()
    if not communes:
        raise NotFound
    return Where(frozenset(filter(None, communes)))


def search(words: str, viewer: Account, limit: int = 20) -> Sequence[Person]:
    """People by name or address, among those who practise where the viewer may see people."""
    wanted = rules.search_name(words).split()
    if not wanted:
        return []
    statement = sa.select(Person).where(Person.anonymised_at.is_(None))
    if "@" in words:
        statement = statement.where(Person.email == rules.normalise_email(words))
    else:
        for word in wanted:
            statement = statement.where(Person.search_name.contains(word, autoescape=True))
    if not access.can_everywhere(viewer, Permission.PERSON_READ):
        seen = access.visible_to(viewer, Permission.PERSON_READ, PracticeSite.commune_id)
        statement = statement.where(Person.id.in_(sa.select(PracticeSite.person_id).where(seen)))
    statement = statement.options(selectinload(Person.sites).joinedload(PracticeSite.commune))
    return db.session.scalars(statement.order_by(Person.family_name, Person.given_name, Person.id).limit(limit)).all()


def has_accepted(person_id: int, document: str, version: int) -> bool:
    wanted = sa.select(Acceptance.id).filter_by(person_id=person_id, document=document, version=version)
    return db.session.scalar(wanted) is not None


class ProfessionRow(NamedTuple):
    """A profession as a form offers it."""

    code: str
    label_fr: str
    label_en: str
    counted: bool


def is_offered(code: str) -> bool:
    """Whether it is one of :func:`professions`."""
    return db.session.execute(_ONE_PROFESSION, {"code": code}).first() is not None


def professions() -> list[ProfessionRow]:
    """Those a person may say; roles and closed codes of the register are no professions."""
    return [ProfessionRow(*row) for row in db.session.execute(_PROFESSIONS)]
