"""The mails about mandates: to those who give them, before they end."""

from cop.accounts.models import Account
from cop.core import formats, links
from cop.core.i18n import label, speaking
from cop.mail import service as mail
from cop.mail.models import Category, MailMessage
from cop.mandates.models import Mandate
from cop.mandates.queries_alerts import Alert, Year
from cop.mandates.queries_timeline import described, ending_line


def ending(alert: Alert, account: Account, mandate: Mandate) -> MailMessage | None:
    """One mandate ends soon: who decides on what follows still has the time."""
    with speaking(account.language):
        values = {
            "name": account.name,
            "holder": mandate.person.full_name,
            "what": described(mandate),
            "kind": label(mandate.kind),
            "day": formats.date_long(mandate.last_day) if mandate.last_day else "",
            "role": bool(mandate.kind.role),
            "page": links.absolute_url("mandates.of_person", person_id=mandate.person_id),
        }
    return _send(alert, account, "mandates/mail/ending", values)


def yearly(alert: Alert, account: Account, year: Year) -> MailMessage | None:
    """What is decided each year: before 1 January, or it is no longer."""
    with speaking(account.language):
        values = {
            "name": account.name,
            "year": alert.year,
            "mandates": [ending_line(mandate) for mandate in year.mandates],
            "projects": [project.name for project in year.projects],
            "page": links.absolute_url("mandates.index"),
        }
    return _send(alert, account, "mandates/mail/yearly", values)


def _send(alert: Alert, account: Account, template: str, values: dict[str, object]) -> MailMessage | None:
    return mail.enqueue(
        key=alert.key,
        kind=template.replace("/mail/", "."),
        category=Category.SERVICE,
        recipient=account.email,
        recipient_name=account.name,
        template=template,
        values=values,
        locale=account.language,
    )
