"""The mails of the renewal: to a member, and to the coordination before the yearly deadline."""

from datetime import date, timedelta
from typing import Any, Final

from cop.accounts.models import Account
from cop.core import clock, formats, links, tokens
from cop.core.i18n import label, speaking
from cop.mail import service as mail
from cop.mail.composition import Words
from cop.mail.models import Category, MailMessage
from cop.memberships import queries, rules
from cop.memberships.models import Membership, RenewalStep

PURPOSE: Final = "membership"
_LINK_LIVES: Final = timedelta(days=180)


def personal_page(person_id: int) -> str:
    """Where somebody without an account renews: theirs alone, for half a year."""
    token = tokens.sign(PURPOSE, str(person_id), clock.now() + _LINK_LIVES)
    return links.absolute_url("memberships.personal", member_token=token)


def renewal(step: RenewalStep, membership: Membership) -> MailMessage | None:
    person = membership.person
    return mail.enqueue(
        key=rules.renewal_key(step.id, membership.id),
        kind=rules.RENEWAL_KIND,
        category=Category.REMINDER,
        recipient=person.email or "",
        recipient_name=person.full_name,
        template="memberships/mail/renewal",
        values=_values(step, membership, personal_page(person.id)),
        locale=person.language,
        person_id=person.id,
    )


def preview(step: RenewalStep, membership: Membership) -> Words:
    """What this member would read; the link leads nowhere, since whoever previews is somebody else."""
    page = links.absolute_url("memberships.mine")
    values = _values(step, membership, page)
    return mail.preview("memberships/mail/renewal", values, membership.person.language, Category.REMINDER)


def _values(step: RenewalStep, membership: Membership, page: str) -> dict[str, Any]:
    person, asked = membership.person, queries.after(membership)
    with speaking(person.language):
        return {
            "given_name": person.given_name,
            "organisation": membership.organisation.name if membership.organisation else "",
            "kind": label((asked or membership).kind),
            "amount": formats.money(asked.amount_cents if asked else membership.kind.amount_cents),
            "last_day": formats.date_long(membership.ends_on),
            "ended": membership.ends_on < clock.today(),
            "asked": asked is not None,
            "sentence": label(step, "text"),
            "how_to_pay": label(queries.settings(), "how_to_pay"),
            "page": page,
        }


def deadline(step: RenewalStep, account: Account, due_on: date, count: int) -> MailMessage | None:
    with speaking(account.language):
        values = {
            "name": account.name,
            "day": formats.date_long(due_on),
            "count": count,
            "sentence": label(step, "text"),
            "page": links.absolute_url("memberships.renewal"),
        }
    return mail.enqueue(
        key=rules.deadline_key(step.id, due_on.year - 1, account.id),
        kind=rules.DEADLINE_KIND,
        category=Category.SERVICE,
        recipient=account.email,
        recipient_name=account.name,
        template="memberships/mail/deadline",
        values=values,
        locale=account.language,
    )
