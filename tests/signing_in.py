"""A session opened by hand: what tests that are not about signing in begin with."""

import secrets
from typing import Any

from flask.testing import FlaskClient

from cop.accounts.models import Session
from cop.core import clock, tokens
from cop.core.db import db


def open_session(account: Any, **values: Any) -> str:
    """A session of the account, its second factor passed, in a transaction of its own; the secret of its cookie."""
    number, now, token = account.id, clock.now(), secrets.token_urlsafe(16)
    db.session.rollback()
    moments = dict.fromkeys(("created_at", "seen_at", "proved_at", "second_factor_at"), now)
    row = {"account_id": number, "by": "password", "browser": "Firefox", "system": "Linux", **moments, **values}
    with db.engine.begin() as connection:
        connection.execute(Session.__table__.insert(), {**row, "token_hash": tokens.digest(token)})
    return token


def put_in(client: FlaskClient, account: Any, **values: Any) -> FlaskClient:
    """Sign the account in on this client."""
    return hold(client, open_session(account, **values))


def hold(client: FlaskClient, token: str) -> FlaskClient:
    """Give this client the cookie of a session."""
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client
