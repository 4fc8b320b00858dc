"""Campaigns of an event, how far each is, and what the worker has to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cop.campaigns import rules, rules_words
from cop.campaigns.models import Campaign, Recipient
from cop.campaigns.rules import Pace, State
from cop.core import clock
from cop.core.access import Where
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.events import queries as events
from cop.events import queries_life as life
from cop.events.models import Event
from cop.host import queries_retention as retention
from cop.invitations.models_guests import Guest
from cop.mail import queries_reach as reach
from cop.mail.models import MailMessage, Status

_ON_THEIR_WAY: Final = (Status.QUEUED, Status.SENDING)


def get(campaign_id: int) -> Campaign:
    """Raises :class:`NotFound`."""
    statement = sa.select(Campaign).where(Campaign.id == campaign_id)
    found: Campaign | None = db.session.scalar(
        statement.options(joinedload(Campaign.event), joinedload(Campaign.author))
    )
    if found is None:
        raise NotFound
    return found


def waiting_chase(event_id: int) -> Campaign | None:
    """The chase somebody has prepared and not sent: a second press, or a colleague's, leads to it."""
    drafts = sa.select(Campaign).where(Campaign.event_id == event_id, Campaign.state == State.DRAFT, Campaign.chase)
    found: Campaign | None = db.session.scalar(drafts.order_by(Campaign.id.desc()).limit(1))
    return found


def where_is(campaign_id: int, **_: Any) -> Where:
    """Where its event is: whoever may write to people there may write this campaign."""
    event_id = db.session.scalar(sa.select(Campaign.event_id).where(Campaign.id == campaign_id))
    if event_id is None:
        raise NotFound
    return events.where_is(event_id)


@dataclass(frozen=True, slots=True)
class Progress:
    """``unwritten``: not in the outbox yet; ``on_their_way``: in it; ``left_out``: answered meanwhile, or refused."""

    campaign: Campaign
    unwritten: int
    on_their_way: int
    left: int
    undelivered: int
    left_out: int

    @property
    def subject(self) -> str:
        """As people read it, but for their own names."""
        return rules_words.fill(self.campaign.subject_fr, {"title": self.campaign.event.title})


def of_event(event_id: int) -> Sequence[Progress]:
    """All but those that were dropped, the last one first."""
    return _progress(Campaign.event_id == event_id, Campaign.state != State.DROPPED)


def progress(campaign: Campaign) -> Progress:
    return next(iter(_progress(Campaign.id == campaign.id)))


def _progress(*which: sa.ColumnElement[bool]) -> Sequence[Progress]:
    written = sa.and_(Recipient.written_at.is_not(None), Recipient.left_out == "")
    counts = (
        sa.func.count(Recipient.id).filter(Recipient.written_at.is_(None)),
        sa.func.count(Recipient.id).filter(written, MailMessage.status.in_(_ON_THEIR_WAY)),
        sa.func.count(Recipient.id).filter(written, MailMessage.status == Status.SENT),
        sa.func.count(Recipient.id).filter(
            written, MailMessage.status.in_((Status.FAILED, Status.SUPPRESSED, Status.EXPIRED, Status.CANCELLED))
        ),
        sa.func.count(Recipient.id).filter(Recipient.left_out != ""),
    )
    numbers = (
        sa.select(Campaign.id, *counts)
        .outerjoin(Recipient, Recipient.campaign_id == Campaign.id)
        .outerjoin(MailMessage, MailMessage.id == Recipient.mail_id)
        .where(*which)
        .group_by(Campaign.id)
    )
    found = {number: values for number, *values in db.session.execute(numbers)}
    statement = sa.select(Campaign).where(*which).options(joinedload(Campaign.event), joinedload(Campaign.author))
    campaigns = db.session.scalars(statement.order_by(Campaign.id.desc()))
    return [Progress(campaign, *found[campaign.id]) for campaign in campaigns]


def pace(now: datetime, but: int | None = None) -> Pace:
    """How soon the mails of one more campaign (or of ``but``) would leave, those under way going first."""
    at_once, per_day = reach.room(now)
    ahead = sa.select(sa.func.count(Recipient.id)).join(Campaign, Campaign.id == Recipient.campaign_id)
    ahead = ahead.where(Campaign.state == State.RUNNING, Recipient.written_at.is_(None), Campaign.id != (but or 0))
    return Pace(at_once, per_day, db.session.scalar(ahead) or 0)


def last_day(count: int, now: datetime, but: int | None = None) -> date:
    return rules.last_day(count, pace(now, but), clock.local_date(now))


# --- What the job finds -----------------------------------------------------------------------------


def due(now: datetime) -> list[int]:
    """Campaigns under way, each as often as it has slices that may leave now; once when it is to be ended or halted.

    No more is written than may leave: what waits in the outbox would tell of an event as it was days ago.
    """
    found: list[int] = []
    room = reach.room(now)[0]
    for one in _progress(Campaign.state == State.RUNNING)[::-1]:
        if not invitable(one.campaign.event, now) or not (one.unwritten or one.on_their_way):
            found.append(one.campaign.id)
            continue
        fits = one.unwritten if room is None else min(one.unwritten, room)
        room = None if room is None else room - fits
        found += [one.campaign.id] * -(-fits // rules.SLICE)
    return found


def check_event(event: Event, now: datetime) -> None:
    """Refuse, in a sentence, to ask people to what they could not come to."""
    rules.check_event(event.status, event.starts_at, event.registration_closes_at, now)


def invitable(event: Event, now: datetime) -> bool:
    try:
        check_event(event, now)
    except Refused:
        return False
    return True


def to_forget(now: datetime) -> Sequence[int]:
    """Events long enough ago, whose list of guests is still kept."""
    listed = sa.exists().where(Guest.event_id == Event.id)
    old = sa.select(Event.id).where(life.over_before(retention.too_old("guest", now)), listed)
    return db.session.scalars(old.order_by(Event.id)).all()


def unwritten(campaign_id: int, limit: int) -> Sequence[int]:
    statement = sa.select(Recipient.id).where(Recipient.campaign_id == campaign_id, Recipient.written_at.is_(None))
    return db.session.scalars(statement.order_by(Recipient.id).limit(limit)).all()
