"""Telling those who manage mandates that one ends."""

from cop.accounts.models import Account
from cop.core.db import db
from cop.mandates import mails, queries, queries_alerts
from cop.mandates.queries_alerts import Alert


def tell(alert: Alert) -> None:
    account = db.session.get_one(Account, alert.account_id)
    if alert.mandate_id:
        mails.ending(alert, account, queries.mandate(alert.mandate_id))
    else:
        mails.yearly(alert, account, queries_alerts.of_the_year(account, alert.year))
