"""The mails about one's data."""

from cop.core import links
from cop.mail import service as mail
from cop.mail.models import Category
from cop.people.models import Person


def erased(person: Person) -> None:
    """The last one: it is done (RGPD, art. 12.3). Its own address is forgotten once it has left."""
    if person.email:
        mail.enqueue(
            key=f"privacy:{person.id}:erased",
            kind="privacy.erased",
            category=Category.SERVICE,
            recipient=person.email,
            recipient_name=person.full_name,
            template="privacy/mail/erased",
            values={"given_name": person.given_name, "page": links.absolute_url("host.privacy")},
            locale=person.language,
            person_id=person.id,
        )
