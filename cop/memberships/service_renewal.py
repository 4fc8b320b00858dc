"""The renewal campaign: mails that are due leave once, by themselves or at the press of a button."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.memberships import mails, queries, queries_renewal, rules
from cop.memberships.models import MembershipSettings, RenewalStep
from cop.memberships.queries_renewal import Due, Part


def remind(due: Due, now: datetime) -> None:
    """Queue one mail, if it is still due now that the transaction has begun; a second time does nothing."""
    step, today = queries_renewal.step(due.step_id), clock.local_date(now)
    if due.account_id is not None:
        account = db.session.get_one(Account, due.account_id)
        mails.deadline(step, account, rules.next_deadline(today), queries_renewal.count_to_renew(today))
    elif due.membership_id is not None and queries_renewal.still_due(step, due.membership_id, today):
        mails.renewal(step, queries.get(due.membership_id))


def launch(step: RenewalStep, viewer: Account, actor: Actor) -> int:
    """Send a step now to everybody who has to renew and has not had it; how many mails were written."""
    waiting = queries_renewal.targets(step, clock.today(), viewer, part=Part.WAITING)
    sent = sum(mails.renewal(step, target.membership) is not None for target in waiting)
    if sent:
        activity.record(actor, "membership_renewal.launched", step, mails=sent)
    return sent


def switch(on: bool, actor: Actor) -> MembershipSettings:
    """Let the mails of the renewal leave by themselves, or keep them."""
    kept = queries.settings()
    if kept.campaign_on is not on or kept.id is None:
        kept.campaign_on = on
        db.session.add(kept)
        db.session.flush()
        activity.record(actor, "membership_renewal.switched", kept, on=on)
    return kept


def save_step(step: RenewalStep | None, values: Mapping[str, Any], actor: Actor) -> RenewalStep:
    taken = sa.select(RenewalStep.id).where(
        RenewalStep.audience == values["audience"], RenewalStep.days_before == values["days_before"]
    )
    other = db.session.scalar(taken)
    if other is not None and (step is None or other != step.id):
        raise Refused(_l("There is a mail on this day already: change that one."), "days")
    made = step or RenewalStep()
    for name in ("audience", "days_before", "text_fr", "text_en", "active"):
        setattr(made, name, values[name])
    db.session.add(made)
    db.session.flush()
    activity.record(actor, "membership_renewal.changed", made)
    return made
