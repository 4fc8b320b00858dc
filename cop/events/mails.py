"""The mails about an event between those who run it: it waits for a yes, it has it, is to be changed; somebody is to
help with it."""

from datetime import datetime
from typing import Any

from cop.accounts.models import Account
from cop.core import clock, formats, links
from cop.core.i18n import speaking
from cop.events.models import Event
from cop.mail import service as mail
from cop.mail.models import Category


def submitted(event: Event, account: Account) -> None:
    """To whoever may approve; once each time the event is handed over."""
    stamp = f"{event.submitted_at:%Y%m%d%H%M%S}" if event.submitted_at else ""
    by = event.organiser.name if event.organiser else ""
    _send(event, account, "submitted", stamp, {"by": by})


def approved(event: Event, account: Account) -> None:
    stamp = f"{event.published_at:%Y%m%d%H%M%S}" if event.published_at else ""
    page = links.absolute_url("registrations.event_page", slug=event.slug)
    _send(event, account, "approved", stamp, {"public_page": page})


def sent_back(event: Event, account: Account, now: datetime) -> None:
    _send(event, account, "sent_back", f"{now:%Y%m%d%H%M%S}", {"sentence": event.review_note})


def co_organiser(event: Event, account: Account, by: str, now: datetime) -> None:
    """You may change this event; once a day, whoever is taken off and named again. The attendance may be kept after
    the event: the mail is worth something then too."""
    with speaking(account.language):
        day = formats.date_day(event.starts_at, event.zone)
    stamp = f"{clock.local_date(now, event.zone):%Y%m%d}"
    _send(event, account, "co_organiser", stamp, {"by": by, "day": day}, lasting=True)


def _send(
    event: Event, account: Account, name: str, stamp: str, values: dict[str, Any], *, lasting: bool = False
) -> None:
    with speaking(account.language):
        when = formats.period(event.starts_at, event.ends_at, event.zone)
    mail.enqueue(
        key=f"event:{event.id}:{name}:{stamp}:{account.id}",
        kind=f"events.{name}",
        category=Category.SERVICE,
        recipient=account.email,
        recipient_name=account.name,
        template=f"events/mail/{name}",
        values={
            "name": account.name,
            "title": event.title,
            "when": when,
            "territory": event.territory.name,
            "page": links.absolute_url("events.manage", event_id=event.id),
            **values,
        },
        locale=account.language,
        event_id=event.id,
        expires_at=None if lasting else event.ends_at,
    )
