"""What follows once somebody has proven their address: the record is completed, never overwritten."""

from collections.abc import Iterable

from cop.activity import service as activity
from cop.activity.service import Actor
from cop.core.db import db
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
    """The address is no longer this person's: a colleague has taken it over. Their account goes with it."""
    heir = next(iter(queries.sharing_address(person)), None)
    email, account_id = person.email, person.account_id
    person.email = person.email_key = person.account_id = None
    db.session.flush()
    if heir is not None:
        heir.email_key = email
        heir.account_id = heir.account_id or account_id
        if account_id and heir.account_id == account_id and heir.account:
            heir.account.name = heir.full_name
    db.session.flush()
    activity.record(actor, "person.address_released", person, heir=heir.id if heir else None)
