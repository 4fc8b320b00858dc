"""What follows once somebody has proven their address: the record is completed, never overwritten."""

from collections.abc import Iterable

from cop.accounts import service_factors, service_sessions
from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core import clock
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.people import queries
from cop.people.models import Person, PracticeSite
from cop.people.service_record import Site


def add_sites(person: Person, said: Iterable[Site]) -> None:
    """Places the person gives, beside those on record; a commune that is there already stays as it is."""
    known = {site.commune_id for site in person.sites}
    for site in said:
        if site.commune_id not in known:
            known.add(site.commune_id)
            person.sites.append(
                PracticeSite(commune_id=site.commune_id, starts_on=site.starts_on, ends_on=site.ends_on)
            )
    db.session.flush()


def release_address(person: Person, actor: Actor) -> None:
    """The address is no longer this person's: a colleague has taken it over, and the account it opens.

    What the account had of the former one ends: devices signed in, password, second factor. Rights are not handed over:
    refused as long as there are any, or any to come.
    """
    account = person.account
    if account is not None and any(one.ends_on is None or one.ends_on >= clock.today() for one in account.grants):
        raise Refused(_l("The account of this address holds rights: take them back first."))
    heir = next(iter(queries.sharing_address(person)), None)
    email = person.email
    person.email = person.email_key = person.account_id = None
    db.session.flush()
    if account is not None:
        account.password_hash = None
        service_factors.reset(account, actor)
        service_sessions.end_all(account.id)
    if heir is not None:
        heir.email_key = email
        if account is not None and heir.account_id is None:
            heir.account_id, account.name = account.id, heir.full_name
    db.session.flush()
    activity.record(actor, "person.address_released", person, heir=heir.id if heir else None)
