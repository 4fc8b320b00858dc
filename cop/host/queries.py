"""Reading the host organisation."""

from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.core.db import db
from cop.core.i18n import language
from cop.host.models import Host
from cop.territories.models import RegisterImport

_HOST: Final = sa.select(Host).options(joinedload(Host.root_territory)).limit(1)


def current_host() -> Host | None:
    """The organisation this installation belongs to; ``None`` before ``cop init``.

    Read once a transaction: the page, the mail it writes and the calendar entry in it all ask.
    """
    known: Host | None = db.session.info.get("host")
    if known is None or known not in db.session:
        known = db.session.scalar(_HOST)
        db.session.info["host"] = known
    return known


def register_extract_date() -> date | None:
    """The date of the register extract the figures rest on; ``None`` before the first import."""
    statement = sa.select(RegisterImport.extract_date).where(RegisterImport.is_current.is_(True)).limit(1)
    found: date | None = db.session.scalar(statement)
    return found


def word(name: str, otherwise: str) -> str:
    """The organisation's own word for something, in the reader's language; ``otherwise`` where it has none.

    What joining is called, for instance: an association has members, a health contract has a network.
    """
    organisation = current_host()
    words = organisation.vocabulary if organisation else {}
    return str(words.get(f"{name}_{language()}") or otherwise)
