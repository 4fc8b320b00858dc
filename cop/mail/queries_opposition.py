"""Who wants no mails of a kind, and the links by which they say so."""

import hmac
from typing import Final

import sqlalchemy as sa

from cop.core import links, tokens
from cop.core.db import db
from cop.core.settings import current_settings
from cop.mail.models import Category, Opposition

PURPOSE: Final = "opposition"
OPPOSABLE: Final = (Category.REMINDER, Category.COMMUNITY)
_TABLE: Final = Opposition.__table__
_REFUSED: Final = sa.select(_TABLE.c.id).where(
    _TABLE.c.category == sa.bindparam("category"),
    sa.or_(_TABLE.c.address_hash == sa.bindparam("hash"), _TABLE.c.person_id == sa.bindparam("person")),
)


def address_hash(address: str) -> str:
    """A keyed hash: who steals the table cannot test addresses against it without the key."""
    secret = current_settings().secret_key.encode()
    return hmac.new(secret, f"suppression:{address.strip().lower()}".encode(), "sha256").hexdigest()


def refuses(address: str, category: str, person_id: int | None) -> bool:
    """Whether mails of this kind are unwanted there. What people asked for themselves is always sent."""
    if category not in OPPOSABLE:
        return False
    values = {"category": category, "hash": address_hash(address), "person": person_id}
    return db.session.execute(_REFUSED, values).first() is not None


def refused_by(person_id: int, address: str | None) -> set[str]:
    """The kinds of mail the person does not want."""
    theirs = Opposition.person_id == person_id
    if address:
        theirs = sa.or_(theirs, Opposition.address_hash == address_hash(address))
    return set(db.session.scalars(sa.select(Opposition.category).where(theirs)))


def link_of(address: str, category: str, person_id: int | None) -> str:
    """Where this reader stops such mails; empty for what they asked for. The address itself is not in it."""
    if category not in OPPOSABLE:
        return ""
    token = tokens.sign(PURPOSE, f"{category}:{address_hash(address)}:{person_id or ''}")
    return links.absolute_url("privacy.oppose", token=token)


def read_link(token: str) -> tuple[str, str, int | None]:
    """Kind of mail, fingerprint of the address, person. Raises :class:`tokens.BadToken`."""
    category, fingerprint, person = tokens.read(PURPOSE, token).split(":")
    return category, fingerprint, int(person) if person else None


def is_known(category: str, fingerprint: str) -> bool:
    wanted = sa.select(Opposition.id).filter_by(category=category, address_hash=fingerprint)
    return db.session.scalar(wanted) is not None
