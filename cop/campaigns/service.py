"""Campaigns: prepared, sent by one press, stopped, taken up again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.campaigns import mails, queries, queries_audience, rules_words
from cop.campaigns.models import Campaign, Recipient
from cop.campaigns.queries_audience import Audience
from cop.campaigns.rules import State
from cop.core.db import change, db, insert_all_absent
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.events.models import Event
from cop.invitations import service_guests as guests
from cop.mail import service as mail


@dataclass(frozen=True, slots=True)
class Written:
    """What the author writes; English may stay empty."""

    subject_fr: str
    words_fr: str
    subject_en: str = ""
    words_en: str = ""


class ChangedMeanwhile(Refused):
    """Somebody else wrote in the same draft: what was typed is not kept over it."""


def prepare(
    event: Event,
    author: Account,
    now: datetime,
    *,
    query: str | None = None,
    picked: Collection[int] = (),
    chase: bool = False,
) -> Campaign:
    """A draft, with the usual words. ``query``: the people list's own address; else those picked, or a chase."""
    queries.check_event(event, now)
    subject, words = mails.usual_words("fr", chase=chase)
    subject_en, words_en = mails.usual_words("en", chase=chase)
    made = Campaign(
        event=event,
        author_id=author.id,
        chase=chase,
        state=State.DRAFT,
        query=query,
        subject_fr=subject,
        words_fr=words,
        subject_en=subject_en,
        words_en=words_en,
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    _note(made, picked)
    return made


def _note(campaign: Campaign, people: Collection[int]) -> None:
    rows = [{"campaign_id": campaign.id, "person_id": number, "left_out": ""} for number in people]
    insert_all_absent(Recipient, rows, key=["campaign_id", "person_id"])


def write(campaign: Campaign, written: Written, version: int) -> None:
    """Keep the words of a draft."""
    if campaign.state != State.DRAFT:
        raise Refused(_l("This mail is on its way already: its words stay as they are."))
    if campaign.version != version:
        raise ChangedMeanwhile(
            _l("Somebody else changed this draft meanwhile. Yours is kept in the form: compare, then save again.")
        )
    rules_words.check(written.subject_fr, written.words_fr, "_fr")
    rules_words.check(written.subject_en, written.words_en, "_en")
    campaign.subject_fr, campaign.words_fr = written.subject_fr, written.words_fr
    campaign.subject_en, campaign.words_en = written.subject_en, written.words_en
    campaign.version += 1
    db.session.flush()


def launch(campaign: Campaign, viewer: Account, seen: str, *, actor: Actor, now: datetime) -> bool:
    """From here on the worker writes the mails. False when somebody pressed before.

    ``seen``: the stamp of the audience that was shown; nobody is written to whom the sender did not see.
    """
    if campaign.state != State.DRAFT:
        return False
    queries.check_event(campaign.event, now)
    found = queries_audience.of_campaign(campaign, viewer, now)
    _check_audience(found, seen)
    if not _move(campaign, State.DRAFT, State.RUNNING, launched_at=now, asked=len(found.to_write)):
        return False
    _freeze(campaign, found, now)
    activity.record(
        actor,
        "campaign.launched",
        campaign.event,
        campaign=campaign.id,
        people=campaign.asked,
        chase=campaign.chase,
    )
    return True


def _check_audience(found: Audience, seen: str) -> None:
    if not found.to_write:
        raise Refused(_l("Nobody is left to write to: all were asked already, have answered, or cannot be reached."))
    if found.stamp != seen:
        count = len(found.to_write)
        raise Refused(
            _l("The list has changed since you looked: %(count)d people now. Look again, then send.", count=count)
        )


def _freeze(campaign: Campaign, found: Audience, now: datetime) -> None:
    """The question becomes rows, and those asked become guests: the door of the event is open to them at once."""
    people = [one.id for one in found.to_write]
    gone = sa.delete(Recipient).where(Recipient.campaign_id == campaign.id, Recipient.person_id.not_in(people))
    change(gone.execution_options(synchronize_session=False))
    _note(campaign, people)
    guests.add_all(campaign.event_id, people, "campaign", now)


def stop(campaign: Campaign, *, actor: Actor, now: datetime, why: str = "by_hand") -> bool:
    """What has left has left; the rest does not leave. False when it was at its end already."""
    if not _move(campaign, State.RUNNING, State.STOPPED, ended_at=now, stopped_for=why, stops=Campaign.stops + 1):
        return False
    waiting = {row.mail_id: row for row in _with_mail(campaign)}
    for mail_id in mail.cancel_all(waiting):
        _take_back(campaign, waiting[mail_id])
    db.session.flush()
    activity.record(actor, "campaign.stopped", campaign.event, campaign=campaign.id, why=why)
    return True


def _with_mail(campaign: Campaign) -> Any:
    statement = sa.select(Recipient).where(Recipient.campaign_id == campaign.id, Recipient.mail_id.is_not(None))
    return db.session.scalars(statement.order_by(Recipient.id)).all()


def _take_back(campaign: Campaign, row: Recipient) -> None:
    """As if it had never been written: the person was not asked."""
    guests.not_asked(campaign.event_id, row.person_id, row.asked_before, chase=campaign.chase)
    row.written_at, row.mail_id, row.asked_before = None, None, None


def resume(campaign: Campaign, *, actor: Actor, now: datetime) -> bool:
    """The rest leaves after all, as the event is now."""
    queries.check_event(campaign.event, now)
    if not _move(campaign, State.STOPPED, State.RUNNING, ended_at=None, stopped_for=""):
        return False
    activity.record(actor, "campaign.resumed", campaign.event, campaign=campaign.id)
    return True


def drop(campaign: Campaign) -> bool:
    """Put a draft away; it can be taken back."""
    return _move(campaign, State.DRAFT, State.DROPPED)


def restore(campaign: Campaign) -> bool:
    return _move(campaign, State.DROPPED, State.DRAFT)


def _move(campaign: Campaign, before: State, after: State, **values: Any) -> bool:
    """From one state to another, once: of two presses at the same moment one finds the former state gone."""
    statement = sa.update(Campaign).where(Campaign.id == campaign.id, Campaign.state == before)
    moved = change(statement.values(state=after, **values).execution_options(synchronize_session=False)) > 0
    db.session.expire(campaign)
    return moved


def reopen(campaign: Campaign) -> bool:
    """One more mail leaves: until it has, it stops with the campaign, or with its event, like the others."""
    return _move(campaign, State.DONE, State.RUNNING, ended_at=None)


def finish(campaign: Campaign, now: datetime) -> bool:
    """All has left."""
    return _move(campaign, State.RUNNING, State.DONE, ended_at=now)
