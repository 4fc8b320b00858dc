"""The worker's part: the mails of a campaign, a slice at a time, no more than may leave now.

A slice is claimed by one conditional update in the transaction that writes its mails: a crash leaves it unclaimed,
two workers cannot both have it, and a mail has one name for one person of one campaign.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from cop.activity.service import WORKER
from cop.campaigns import mails, queries, queries_audience, rules, service
from cop.campaigns.models import Campaign, Recipient
from cop.campaigns.queries_audience import Reader
from cop.campaigns.rules import Aside, State
from cop.core.db import change, db
from cop.invitations import service_guests as guests
from cop.mail import queries_reach as reach
from cop.people.models import Person


def write_slice(campaign_id: int, now: datetime) -> None:
    """The next mails of the campaign; or its end, when nothing is left or the event is no more to be invited to."""
    campaign = queries.get(campaign_id)
    if campaign.state != State.RUNNING:
        return
    if not queries.invitable(campaign.event, now):
        service.stop(campaign, actor=WORKER, now=now, why="event")
        return
    rows = _claim(queries.unwritten(campaign.id, _fitting(now)), now)
    if rows:
        _write(campaign, rows, now)
    progress = queries.progress(campaign)
    if not (progress.unwritten or progress.on_their_way):
        service.finish(campaign, now)


def forget(event_id: int, _now: datetime) -> None:
    """Who was asked to an event of long ago, and by which mail; how many stays with the campaign."""
    of_event = sa.select(Campaign.id).where(Campaign.event_id == event_id)
    change(sa.delete(Recipient).where(Recipient.campaign_id.in_(of_event)))
    guests.forget(event_id)


def _fitting(now: datetime) -> int:
    room = reach.room(now)[0]
    return rules.SLICE if room is None else min(rules.SLICE, room)


def _claim(numbers: Sequence[int], now: datetime) -> Sequence[Recipient]:
    if not numbers:
        return []
    claim = (
        sa.update(Recipient)
        .where(Recipient.id.in_(numbers), Recipient.written_at.is_(None))
        .values(written_at=now)
        .returning(Recipient.id)
    )
    ours = db.session.scalars(claim.execution_options(synchronize_session=False)).all()
    mine = sa.select(Recipient).where(Recipient.id.in_(ours)).order_by(Recipient.id)
    return db.session.scalars(mine.execution_options(populate_existing=True)).all()


def _write(campaign: Campaign, rows: Sequence[Recipient], now: datetime) -> None:
    """Each is looked at once more: some answered since, were asked by somebody else, or want no such mails now."""
    people = sa.select(Person.id).where(Person.id.in_([row.person_id for row in rows]))
    readers = {
        one.id: one
        for one in queries_audience.audience(campaign.event, people, chase=campaign.chase, now=now).everybody
    }
    to_ask = [one.id for one in readers.values() if one.aside is None]
    asked = guests.ask(campaign.event_id, to_ask, now, _limits(campaign, now))
    for row in rows:
        reader = readers.get(row.person_id)
        row.left_out = _why(reader, asked)
        if reader and not row.left_out:
            row.asked_before = reader.asked_at
            message = mails.invitation(campaign, reader)
            row.mail_id = message.id if message else None
    db.session.flush()


def _limits(campaign: Campaign, now: datetime) -> guests.Again | None:
    return guests.Again(before=now - rules.BETWEEN, most=rules.MOST_CHASES) if campaign.chase else None


def _why(reader: Reader | None, asked: set[int]) -> str:
    if reader is None:
        return Aside.NO_ADDRESS  # erased meanwhile
    return reader.aside or ("" if reader.id in asked else Aside.ASKED)
