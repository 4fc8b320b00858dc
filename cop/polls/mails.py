"""The mails of a poll: which dates suit you, a reminder, your own link, the date that was kept."""

from datetime import datetime
from typing import Any

from cop.core import formats, links, tokens
from cop.core.i18n import speaking
from cop.events.models import Event
from cop.invitations import ical
from cop.invitations import queries_guests as guests
from cop.mail import service as mail
from cop.mail.composition import Words
from cop.mail.models import Category
from cop.people.models import Person
from cop.polls.models import Poll, PollVoter
from cop.polls.queries import PURPOSE


def asked(voter: PollVoter) -> None:
    _send(voter, "asked", f"poll:{voter.id}:asked", Category.COMMUNITY, _dates(voter.poll, voter.language))


def reminded(voter: PollVoter, now: datetime) -> None:
    key = f"poll:{voter.id}:reminded:{now:%Y%m%d}"
    _send(voter, "reminded", key, Category.COMMUNITY, _dates(voter.poll, voter.language))


def answered(voter: PollVoter, now: datetime, *, fresh: bool) -> None:
    """The link by which an answer given through the shared link is seen and changed; once an hour at most."""
    key = f"poll:{voter.id}:answered:{'' if fresh else f'{now:%Y%m%d%H}'}"
    _send(voter, "answered", key, Category.SERVICE, {"fresh": fresh, **_dates(voter.poll, voter.language)})


def date_kept(voter: PollVoter, event: Event, person: Person | None, *, comes: bool) -> None:
    with speaking(voter.language):
        when = formats.period(event.starts_at, event.ends_at, event.zone)
        place = ical.location_of(event)
    page = guests.guest_link(event.id, person.id) if person else ical.page_of(event)
    values = {"title": event.title, "when": when, "place": place, "event_page": page, "comes": comes}
    _send(voter, "kept", f"poll:{voter.id}:kept", Category.COMMUNITY, values, event=event)


def preview(poll: Poll, name: str, given_name: str, language: str) -> Words:
    """The mail as its reader will see it, but for the link, which is each reader's own."""
    values = {"given_name": given_name, "page": public_page(poll), **_dates(poll, language)}
    return mail.preview(f"polls/mail/{name}", values, language, Category.COMMUNITY)


def _dates(poll: Poll, language: str) -> dict[str, Any]:
    with speaking(language):
        return {
            "title": poll.title,
            "message": poll.message,
            "dates": [formats.period(option.starts_at, option.ends_at, poll.zone) for option in poll.options],
            "online": poll.mode == "online",
            "place": ", ".join(part for part in (poll.venue_name, poll.commune.name if poll.commune else "") if part),
            "deadline": formats.date_long(poll.closes_at, poll.zone),
        }


def page_of(voter: PollVoter) -> str:
    return links.absolute_url("polls.answer", poll_token=tokens.sign(PURPOSE, str(voter.id)))


def public_page(poll: Poll) -> str:
    return links.absolute_url("polls.answer_by_link", secret=poll.secret)


def _send(
    voter: PollVoter, name: str, key: str, category: Category, values: dict[str, Any], event: Event | None = None
) -> None:
    mail.enqueue(
        key=key,
        kind=f"polls.{name}",
        category=category,
        recipient=voter.email,
        recipient_name=voter.full_name,
        template=f"polls/mail/{name}",
        values={"given_name": voter.given_name, "page": page_of(voter), **values},
        locale=voter.language,
        person_id=voter.person_id,
        event_id=event.id if event else None,
        expires_at=event.starts_at if event else voter.poll.closes_at,
    )
