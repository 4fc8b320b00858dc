"""Mails of communities: welcome, and a suspension."""

from typing import Any

from cop.communities.models import Community, CommunityMember
from cop.core import formats, links
from cop.core.i18n import speaking
from cop.host import queries as host
from cop.mail import service as mail
from cop.mail.models import Category, MailMessage
from cop.people.models import Person


def welcome(held: CommunityMember, person: Person, community: Community) -> MailMessage | None:
    """Once for each time somebody enters."""
    values = {"rhythm": community.rhythm, "charter": community.charter_version}
    return _send(f"community_member:{held.id}:welcome", "welcome", person, community, values)


def suspended(held: CommunityMember) -> MailMessage | None:
    """Until when, and whom to answer. No reason: none is kept."""
    organisation = host.current_host()
    with speaking(held.person.language):
        values = {
            "until": formats.date_long(held.suspended_until) if held.suspended_until else "",
            "contact": organisation.email if organisation else "",
        }
    key = f"community_member:{held.id}:suspended:{held.suspended_until}"
    return _send(key, "suspended", held.person, held.community, values)


def _send(key: str, name: str, person: Person, community: Community, values: dict[str, Any]) -> MailMessage | None:
    if not person.email:
        return None
    page = links.absolute_url("communities.show", community_slug=community.slug)
    return mail.enqueue(
        key=key,
        kind=f"communities.{name}",
        category=Category.SERVICE,
        recipient=person.email,
        recipient_name=person.full_name,
        template=f"communities/mail/{name}",
        values={"given_name": person.given_name, "community": community.name, "page": page, **values},
        locale=person.language,
        person_id=person.id,
    )
