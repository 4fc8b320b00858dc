"""The one mail about organisations: to whoever was named by somebody else, what is kept of them."""

from typing import Any

from cop.core import formats, links
from cop.core.i18n import speaking
from cop.host import queries as host
from cop.mail import service as mail
from cop.mail.composition import Words
from cop.mail.models import Category, MailMessage
from cop.organisations.models import Affiliation

TEMPLATE = "organisations/mail/named_as_contact"


def named_as_contact(held: Affiliation) -> MailMessage | None:
    """Source, purpose, rights: the information of RGPD, art. 14."""
    return mail.enqueue(
        key=f"affiliation:{held.id}:informed",
        kind="organisations.named_as_contact",
        category=Category.SERVICE,
        recipient=held.person.email or "",
        recipient_name=held.person.full_name,
        template=TEMPLATE,
        values=_values(held),
        locale=held.person.language,
        person_id=held.person_id,
    )


def preview(held: Affiliation) -> Words:
    """The same words, to be read before they leave."""
    return mail.preview(TEMPLATE, _values(held), held.person.language, Category.SERVICE)


def _values(held: Affiliation) -> dict[str, Any]:
    organisation = host.current_host()
    with speaking(held.person.language):
        return {
            "given_name": held.person.given_name,
            "organisation": held.organisation.title,
            "function": held.function,
            "day": formats.date_long(held.created_at),
            "network": organisation.name if organisation else "",
            "contact": organisation.email if organisation else "",
            "privacy_page": links.absolute_url("host.privacy"),
        }
