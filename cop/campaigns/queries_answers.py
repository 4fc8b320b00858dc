"""How far each guest of an event got: counted and listed by the database, in a constant number of statements."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination

from cop.campaigns.models import Campaign, Recipient
from cop.campaigns.rules import SILENT, UNTOLD, Answer, Counts, State
from cop.core.db import db
from cop.invitations.models_guests import Guest
from cop.mail.models import MailMessage, Status
from cop.network import queries as network
from cop.people.models import Person
from cop.registrations.models import Registration
from cop.territories.models import Profession

PER_PAGE: Final = 50
# Filters of the page besides each answer: all who were reached and said nothing.
SILENT_ONES: Final = "sans-reponse"

ANSWER: Final = sa.case(
    (Registration.status == "cancelled", Answer.CANCELLED),
    (Registration.status == "confirmed", Answer.REGISTERED),
    (Registration.status.is_not(None), Answer.WAITING),
    (Guest.declined_at.is_not(None), Answer.DECLINED),
    (Guest.opened_at.is_not(None), Answer.OPENED),
    (MailMessage.status == Status.SENT, Answer.DELIVERED),
    (MailMessage.status.in_((Status.FAILED, Status.SUPPRESSED)), Answer.UNREACHED),
    (MailMessage.status.in_((Status.QUEUED, Status.SENDING)), Answer.LEAVING),
    (sa.and_(Campaign.state == State.RUNNING, Recipient.written_at.is_(None)), Answer.LEAVING),
    else_=Answer.UNASKED,
)


def joined(statement: sa.Select[Any], event_id: int) -> sa.Select[Any]:
    """Each guest with their registration and the last mail that asked them."""
    last = (
        sa.select(sa.func.max(Recipient.id).label("id"))
        .join(Campaign, Campaign.id == Recipient.campaign_id)
        .where(Campaign.event_id == event_id, Recipient.left_out == "")
        .where(Campaign.state.not_in((State.DRAFT, State.DROPPED)))
        .group_by(Recipient.person_id)
    )
    here = sa.and_(Registration.event_id == Guest.event_id, Registration.person_id == Guest.person_id)
    return (
        statement.select_from(Guest)
        .join(Person, Person.id == Guest.person_id)
        .outerjoin(Registration, here)
        .outerjoin(Recipient, sa.and_(Recipient.person_id == Guest.person_id, Recipient.id.in_(last)))
        .outerjoin(Campaign, Campaign.id == Recipient.campaign_id)
        .outerjoin(MailMessage, MailMessage.id == Recipient.mail_id)
        .where(Guest.event_id == event_id)
    )


def counts(event_id: int) -> Counts:
    answer = ANSWER.label("answer")
    each = sa.select(
        answer,
        Guest.asked_at.is_not(None).label("asked"),
        # Only who was reached is chased: while the chase is on its way, the first mail still was delivered.
        sa.or_(MailMessage.status == Status.SENT, Guest.chases > 0).label("delivered"),
        Guest.opened_at.is_not(None).label("opened"),
    )
    of = joined(each, event_id).subquery()
    rows = db.session.execute(
        sa.select(
            of.c.answer,
            sa.func.count(),
            sa.func.count().filter(of.c.asked),
            sa.func.count().filter(of.c.delivered),
            sa.func.count().filter(of.c.opened),
        ).group_by(of.c.answer)
    ).all()
    sums = [sum(row[place] for row in rows) for place in (2, 3, 4)]
    return Counts({row[0]: row[1] for row in rows}, *sums)


class Page(Pagination):
    """A page of guests, one row each."""

    def _query_items(self) -> list[Any]:
        statement = self._query_args["select"]
        return list(db.session.execute(statement.limit(self.per_page).offset(self._query_offset)))

    def _query_count(self) -> int:
        counted = self._query_args["select"].order_by(None).subquery()
        return db.session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0


def page(event_id: int, answer: str, number: int) -> Page:
    """Guests by name; ``answer``: those of one answer, or who said nothing; empty: everybody."""
    statement: Any = sa.select(
        Guest.person_id,
        Person.given_name,
        Person.family_name,
        Person.email,
        Profession.label_fr,
        Profession.label_en,
        Guest.asked_at,
        Guest.chases,
        Guest.opened_at,
        Guest.declined_at,
        Registration.created_at.label("registered_at"),
        Registration.cancelled_at,
        sa.case((MailMessage.status == Status.SENT, MailMessage.sent_at), else_=None).label("delivered_at"),
        MailMessage.status.label("mail"),
        ANSWER.label("answer"),
    )
    statement = joined(statement, event_id).outerjoin(Profession, Profession.code == Person.profession_code)
    if answer == SILENT_ONES:
        statement = statement.where(ANSWER.in_(SILENT))
    elif answer in set(Answer):
        statement = statement.where(ANSWER.in_([answer]))
    ordered = statement.order_by(network.family_first(), Person.search_name, Person.id)
    return Page(page=number, per_page=PER_PAGE, error_out=False, select=ordered)


def told(event_id: int) -> sa.Select[Any]:
    """The numbers of those who were reached, whatever they answered."""
    return joined(sa.select(Guest.person_id), event_id).where(ANSWER.not_in(UNTOLD))


def chaseable(event_id: int, before: datetime, most: int) -> int:
    """How many a chase would be for, but for those who refuse mails."""
    statement = joined(sa.select(sa.func.count()), event_id).where(
        ANSWER.in_(SILENT), Guest.asked_at <= before, Guest.chases < most
    )
    return db.session.scalar(statement) or 0
