"""Reaching one's own data without an account."""

from cop.accounts import queries as accounts
from cop.accounts import service as signing_in
from cop.accounts import service_management
from cop.activity.service import PUBLIC
from cop.core.db import db
from cop.people import queries as people
from cop.people.rules import normalise_email


def send_link(email: str, back: str) -> None:
    """Mail a link that leads to what is held under this address, if something is.

    Whoever reads that mailbox owns the records: an account that only a mailed link opens is made for them.
    """
    address = normalise_email(email)
    known = people.by_email(address)
    if known and accounts.by_email(address) is None:
        first = known[0]
        account = service_management.open_account(address, first.full_name, PUBLIC, language=first.language, tell=False)
        if first.account_id is None:
            first.account_id = account.id
        db.session.flush()
    signing_in.request_link(address, back)
