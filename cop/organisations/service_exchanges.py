"""Logging exchanges with organisations, in one line or one press."""

from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import change, db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.organisations import rules
from cop.organisations.models import Exchange, Organisation
from cop.people import rules_free_text

# A line taken away by mistake is put back within a day; then its words are gone.
PUT_BACK_WITHIN: Final = timedelta(days=1)


def log(
    organisation: Organisation,
    day: date,
    channel: str,
    what: str,
    *,
    actor: Actor,
    contact_id: int | None = None,
    next_on: date | None = None,
) -> Exchange:
    """Note an exchange that took place. The same line pressed twice is one line."""
    _check(day, channel, what, next_on)
    twin = _twin(organisation.id, day, channel, what, actor)
    if twin is not None:
        return twin
    made = Exchange(
        organisation_id=organisation.id,
        day=day,
        channel=channel,
        account_id=actor.account_id,
        contact_id=contact_id,
        what=what,
        next_on=next_on,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    activity.record(actor, "exchange.logged", organisation, exchange=made.id)
    return made


def seen_today(organisation: Organisation, actor: Actor) -> Exchange:
    """One press in a list: they met today. What about may be written later, or never."""
    return log(organisation, clock.today(), "meeting", "", actor=actor)


def _check(day: date, channel: str, what: str, next_on: date | None) -> None:
    if channel not in rules.CHANNELS:
        raise Refused(_l("This is not in the list."), "channel")
    if day > clock.today():
        raise Refused(_l("An exchange to come is a next step: note it when it has taken place."), "day")
    if len(what) > rules.LONGEST_NOTE:
        raise Refused(_l("At most 280 characters."), "what")
    for sentence in rules_free_text.personal_details(what):
        raise Refused(sentence, "what")
    if next_on is not None and next_on < day:
        raise Refused(_l("The next step comes before the exchange."), "next_on")


def _twin(organisation_id: int, day: date, channel: str, what: str, actor: Actor) -> Exchange | None:
    found: Exchange | None = db.session.scalar(
        sa.select(Exchange)
        .filter_by(organisation_id=organisation_id, day=day, channel=channel, what=what, removed_at=None)
        .where(Exchange.account_id.is_not_distinct_from(actor.account_id))
        .limit(1)
    )
    return found


def remove(exchange: Exchange, actor: Actor) -> None:
    """Take a line away; it may be put back for a day."""
    if exchange.removed_at is None:
        exchange.removed_at = clock.now()
        activity.record(actor, "exchange.removed", exchange.organisation, exchange=exchange.id)
        db.session.flush()


def put_back(exchange: Exchange, actor: Actor) -> None:
    if exchange.removed_at is not None:
        exchange.removed_at = None
        activity.record(actor, "exchange.logged", exchange.organisation, exchange=exchange.id)
        db.session.flush()


def removed_for_good(now: datetime) -> list[int]:
    """The lines taken away more than a day ago."""
    gone = sa.select(Exchange.id).where(Exchange.removed_at < now - PUT_BACK_WITHIN)
    return list(db.session.scalars(gone))


def forget(exchange_id: int, now: datetime) -> None:
    """Delete a line taken away, unless it was put back meanwhile."""
    change(sa.delete(Exchange).where(Exchange.id == exchange_id, Exchange.removed_at < now - PUT_BACK_WITHIN))
