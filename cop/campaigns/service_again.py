"""The same invitation once more, to somebody it did not reach."""

from datetime import datetime

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.campaigns import mails, queries, queries_again, queries_audience, rules, service
from cop.campaigns.models import Recipient
from cop.core.db import db
from cop.core.errors import Refused
from cop.events.models import Event
from cop.invitations import service_guests as guests
from cop.people.models import Person


def write_again(event: Event, person_id: int, *, actor: Actor, now: datetime) -> bool:
    """False when there is nothing to repeat: somebody pressed before, or the person has answered meanwhile."""
    queries.check_event(event, now)
    lost = queries_again.of_guest(event.id, person_id, now)
    if lost is None:
        return False
    if lost.held:
        raise Refused(rules.HELD[lost.held])
    row = db.session.get_one(Recipient, lost.recipient_id)
    campaign = queries.get(row.campaign_id)
    people = sa.select(Person.id).where(Person.id == person_id)
    reader = queries_audience.audience(event, people, chase=campaign.chase, now=now).everybody[0]
    if not guests.ask_once_more(event.id, person_id, now):
        return False
    message = mails.invitation(campaign, reader, lost.mail_id)
    if message is None:
        return False
    row.mail_id, row.written_at = message.id, now
    db.session.flush()
    service.reopen(campaign)
    activity.record(actor, "campaign.written_again", event, campaign=campaign.id, person=person_id)
    return True
