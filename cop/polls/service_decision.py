"""Keeping a date: the event is made, and those who answered are told as soon as it is published."""

from datetime import datetime

import sqlalchemy as sa

from cop.activity import service as activity
from cop.activity.service import WORKER, Actor
from cop.core.db import change, db
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _l
from cop.events import service as events
from cop.events.models import Event
from cop.events.rules import PUBLISHED, Description, Span
from cop.invitations import service_guests as guests
from cop.people import service as people
from cop.people.models import Person
from cop.polls import mails, queries
from cop.polls.models import Poll, PollOption, PollVoter
from cop.polls.rules import Choice, Stage, Status
from cop.registrations import service as registrations


def keep_date(poll: Poll, option_id: int, *, publish: bool, registers: bool, actor: Actor, now: datetime) -> Event:
    """Make the event of this date; a draft is published later, by hand. Pressed twice, it is made once."""
    option = next((one for one in poll.options if one.id == option_id), None)
    if option is None:
        raise NotFound
    db.session.refresh(poll, with_for_update=True)
    if queries.stage_of(poll, now) in {Stage.DRAFT, Stage.DECIDED}:
        raise Refused(_l("A date was kept already, or nobody was asked yet."))
    if option.starts_at <= now:
        raise Refused(_l("This date is past: nobody could come."))
    event = events.create(poll.kind, _description(poll, option), actor=actor, now=now)
    if publish:
        events.publish(event, actor=actor, now=now)
    option.chosen = True
    poll.status, poll.event_id, poll.registers = Status.CLOSED, event.id, registers
    poll.closed_at = poll.closed_at or now
    activity.record(actor, "poll.decided", poll, event=event.id)
    db.session.flush()
    return event


def _description(poll: Poll, option: PollOption) -> Description:
    kind = poll.kind
    return Description(
        title=poll.title,
        half_days=(Span(option.starts_at, option.ends_at),),
        territory_id=poll.territory_id,
        community_id=poll.community_id,
        mode=poll.mode,
        venue_name=poll.venue_name if poll.mode != "online" else "",
        commune_id=poll.commune_id if poll.mode != "online" else None,
        capacity=kind.capacity,
        audience=kind.audience,
        key_event=kind.key_event,
        time_zone=poll.time_zone,
    )


def tell(voter_id: int, now: datetime) -> None:
    """Tell one person which date was kept: those who said yes are asked to register, or are registered."""
    voter = db.session.get(PollVoter, voter_id)
    if voter is None or voter.poll.event is None:
        return
    poll, event = voter.poll, voter.poll.event
    if event.status != PUBLISHED or event.starts_at <= now or not _claim(voter, now):
        return  # put off meanwhile, they are told once it has its date again
    comes = _said_yes(voter)
    person = _record(voter, now) if comes else voter.person
    if person is not None:
        guests.add(event.id, [person.id], "poll", now)
    if comes and poll.registers and person is not None and _registered(event, person, now):
        return  # the confirmation says it all, and puts the date in the calendar
    if person is not None:
        guests.ask(event.id, [person.id], now)
    mails.date_kept(voter, event, person, comes=comes)


def _claim(voter: PollVoter, now: datetime) -> bool:
    mine = sa.update(PollVoter).where(PollVoter.id == voter.id, PollVoter.told_at.is_(None)).values(told_at=now)
    return change(mine.execution_options(synchronize_session=False)) > 0


def _said_yes(voter: PollVoter) -> bool:
    chosen = {option.id for option in voter.poll.options if option.chosen}
    return any(one.option_id in chosen and one.choice == Choice.YES for one in voter.answers)


def _record(voter: PollVoter, now: datetime) -> Person:
    """Whoever says yes is somebody we shall see: they get a record, as when they register."""
    if voter.person is not None:
        return voter.person
    person = people.find_or_create(
        voter.given_name, voter.family_name, email=voter.email, language=voter.language, actor=WORKER, now=now
    )
    if queries.voter_of(voter.poll_id, person.id) is None:
        voter.person_id = person.id
    return person


def _registered(event: Event, person: Person, now: datetime) -> bool:
    try:
        with db.session.begin_nested():
            registrations.register(event, person, now=now, actor=WORKER)
    except Refused:  # nobody registers for it, or no longer
        return False
    return True
