"""The mails of joining: confirm your address, we have it, welcome, no. To the person, and to nobody else."""

from datetime import datetime
from typing import Any, Final

from cop.core import clock, formats, links, tokens
from cop.core.i18n import label, speaking
from cop.joining import queries
from cop.joining.models import Application
from cop.joining.rules import Kind
from cop.mail import service as mail
from cop.mail.models import Category
from cop.memberships import mails as memberships_mails
from cop.memberships import queries as memberships

PURPOSE: Final = "application"


def token_of(application: Application) -> str:
    """For this revision of the form: sent again, only the latest link confirms."""
    until = queries.confirm_until(application)
    return tokens.sign(PURPOSE, f"{application.id}:{application.revision}", until)


def confirm_address(application: Application) -> None:
    until = queries.confirm_until(application)
    with speaking(application.language):
        day = formats.date_long(until)
    page = links.absolute_url("joining.show", application_token=token_of(application))
    _send(application, "confirm", str(application.revision), {"page": page, "until": day}, expires_at=until)


def received(application: Application) -> None:
    """Confirmed; somebody will say yes or no."""
    _send(application, "received", "", {})


def still_waiting(application: Application, now: datetime) -> None:
    """The form came again while the first one waits. Once a day."""
    _send(application, "still_waiting", str(clock.local_date(now)), {})


def welcome(application: Application, *, approved: bool) -> None:
    """To a member: what it is, what is owed and how to pay it, behind a link that asks for no account."""
    endpoint = "memberships.mine" if application.kind == Kind.MEMBER else "volunteers.mine"
    values = {"page": links.absolute_url(endpoint), "kind": "", "amount": "", "how_to_pay": ""}
    asked = memberships.covering(application.person_id or 0, None, clock.today())
    if application.kind == Kind.MEMBER and asked is not None:
        owed = asked.amount_cents - memberships.settled_of(asked)
        with speaking(application.language):
            values = {
                "page": memberships_mails.personal_page(asked.person_id),
                "kind": label(asked.kind),
                "amount": formats.money(owed) if owed > 0 else "",
                "how_to_pay": label(memberships.settings(), "how_to_pay"),
            }
    _send(application, "welcome", "", {"approved": approved, **values})


def refused(application: Application, word: str) -> None:
    _send(application, "refused", "", {"word": word})


def _send(
    application: Application, name: str, stamp: str, values: dict[str, Any], expires_at: datetime | None = None
) -> None:
    mail.enqueue(
        key=f"application:{application.id}:{name}:{stamp}",
        kind=f"joining.{name}",
        category=Category.SERVICE,
        recipient=application.email,
        recipient_name=application.full_name,
        template=f"joining/mail/{name}",
        values={"given_name": application.given_name, "volunteer": application.kind == Kind.VOLUNTEER, **values},
        locale=application.language,
        person_id=application.person_id,
        expires_at=expires_at,
    )
