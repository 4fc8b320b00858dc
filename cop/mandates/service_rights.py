"""Rights follow mandates: given with them, changed with them, gone with them.

A right is never given by hand in the name of a mandate. What a mandate says is computed again each time
(``queries_rights``), so that the change of a mandate, of its function or of its decision, a merge of two records and
the passing of days all come to the same: what differs is put right.
"""

import logging

from cop.accounts import service_management as accounts
from cop.accounts import service_origins
from cop.accounts.models import Account
from cop.activity import service as activity
from cop.activity.service import WORKER, Actor
from cop.core import clock
from cop.core.db import db
from cop.mandates import queries_rights as rights
from cop.mandates.models import Mandate

logger = logging.getLogger(__name__)


def follow(mandate: Mandate, actor: Actor) -> None:
    """Make the holder's rights what the mandate says, today and for the days to come."""
    wanted = rights.rights_of(mandate)
    account = _account_for(mandate, actor) if wanted else None
    places = {(right.role, right.territory_id, right.subject) for right in wanted}
    kept = set()
    for grant in rights.given_by(mandate):
        place = (grant.role, grant.territory_id, grant.subject)
        if account is not None and grant.account_id == account.id and place in places:
            kept.add(place)
        else:
            service_origins.end(grant, actor)
    over = rights.is_over(mandate, clock.today())
    for right in sorted(wanted, key=lambda one: (one.territory_id or 0, one.subject)):
        # A mandate of the past is written down for the record: it gives nothing afterwards.
        if account is not None and (not over or (right.role, right.territory_id, right.subject) in kept):
            _give(mandate, account, right, actor)


def _give(mandate: Mandate, account: Account, right: rights.Right, actor: Actor) -> None:
    service_origins.give_from(
        mandate.origin,
        account,
        right.role,
        actor,
        starts_on=right.starts_on,
        ends_on=right.ends_on,
        territory_id=right.territory_id,
        subject=right.subject,
    )


def _account_for(mandate: Mandate, actor: Actor) -> Account | None:
    """The holder's account; opened on the first day of the mandate, and not for one that is over."""
    person, today = mandate.person, clock.today()
    account = rights.account_of(person)
    if account is None:
        if mandate.starts_on > today or rights.is_over(mandate, today) or not rights.may_have_account(person):
            return None
        account = accounts.open_account(person.email or "", person.full_name, actor, language=person.language)
    person.account = account
    db.session.flush()
    return account


def put_right(mandate_id: int) -> None:
    """What the job does for one mandate: usually open the account on the first day; else something went astray."""
    mandate = db.session.get(Mandate, mandate_id)
    if mandate is None:
        return
    before = mandate.person.account_id
    follow(mandate, WORKER)
    if before is not None:
        logger.warning("mandate %s: the rights of its holder were not those it gives; put right", mandate_id)
        activity.record(WORKER, "mandate.rights_put_right", mandate)
