"""Reading the host organisation."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.core.db import db
from cop.host.models import Host


def current_host() -> Host | None:
    """The organisation this installation belongs to; ``None`` before ``cop init``."""
    return db.session.scalar(sa.select(Host).options(joinedload(Host.root_territory)).limit(1))
