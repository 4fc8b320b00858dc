"""An event's page with its form."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import Blueprint, get_template_attribute, render_template, request
from markupsafe import Markup

from cop.accounts import access
from cop.accounts.sign_in import current_account
from cop.core import clock, page_cache, tokens
from cop.core.access import Permission, public
from cop.core.errors import NotFound
from cop.core.i18n import language
from cop.events import queries as events
from cop.events import queries_glance as glances
from cop.events import queries_questions as questions
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.invitations import queries_guests as guests
from cop.people import queries as people
from cop.people.models import Person
from cop.registrations import forms, queries, queries_audience, queries_dates, queries_seats, rules

blueprint = Blueprint("registrations", __name__)
# For the pages of events, a slice below.
blueprint.add_app_template_global(queries_seats.offered_in)


@blueprint.get("/evenements/<slug>")
@public
def event_page(slug: str) -> Any:
    if _same_for_all():
        return _kept_page(slug)
    event = events.by_slug(slug)
    preview = not event_rules.is_announced(event.status, event.published_at)
    if preview and not _may_read(event):
        raise NotFound
    guest = guest_of(event)
    known = forms.known_of_guest(guest) if guest else forms.known_of(reader())
    return page(event, form_of(event, known), guest)


def _kept_page(slug: str) -> str:
    """The page as anybody reads it who has not signed in: kept ready, but for the seats and the CSRF token."""
    found, now = glances.public_glance(slug), clock.now()
    door = rules.door(
        status=found.status,
        attendance=found.attendance,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        capacity=found.all_seats,
        seats_taken=found.seats_taken,
        now=now,
        closes_at=found.closes_at,
        outside=bool(found.outside_url),
    )
    return page_cache.pages.page(
        ("event", slug, language()),
        (door, *found.stamp),
        lambda marks: _page_for_all(events.public_by_slug(slug), marks["seats"]),
        {"seats": lambda: _seats(found)},
    )


def _page_for_all(event: Event, seats: Markup) -> str:
    return page(event, form_of(event), None, seats)


def form_of(event: Event, data: Mapping[str, Any] | None = None) -> forms.RegistrationForm:
    return forms.build(event, questions.asked(event), data, dates=queries_dates.offered(event, clock.now()))


def guest_of(event: Event) -> Person | None:
    """Whoever came by a personal link to this event; a link that opens nothing leaves the page as it is for all."""
    try:
        guest = guests.by_token(request.args.get(tokens.INVITE, ""))
    except NotFound:
        return None
    return guest.person if guest.event_id == event.id else None


def page(event: Event, form: forms.RegistrationForm, guest: Person | None, seats: Markup | None = None) -> str:
    now = clock.now()
    may_manage = _may_read(event)
    return render_template(
        "registrations/event.html",
        event=event,
        door=queries.door(event, now),
        seats=_seats(event) if seats is None else seats,
        form=form,
        questions=questions.asked(event),
        guest=guest,
        invite=request.args.get(tokens.INVITE) if guest else None,
        programme=event_rules.programme_parts(event.programme),
        may_manage=may_manage,
        now=now,
    )


def _may_read(event: Event) -> bool:
    account = current_account()
    return account is not None and access.can(account, Permission.EVENT_READ, events.where_is(event.id))


def _seats(event: Event | glances.Glance) -> Markup:
    if event.audience == queries_audience.MEMBERS:  # a seat less would tell that the address just typed is a member's
        return Markup("")
    return _seats_line(language(), event.seats_left, event.all_seats, event.waiting, queries_seats.parts(event))


@lru_cache(maxsize=256)
def _seats_line(
    _language: str, left: int | None, total: int | None, waiting: int, parts: tuple[queries_seats.Part, ...]
) -> Markup:
    line: Markup = get_template_attribute("registrations/seats.html", "seats_line")(left, total, waiting, parts)
    return line


def reader() -> Person | None:
    account = current_account()
    return next(iter(people.of_account(account.id, account.email)), None) if account else None


def _same_for_all() -> bool:
    """Whether the reader is one of the many who have not signed in, came by no personal link, and to whom nothing else
    has to be said."""
    return current_account() is None and tokens.INVITE not in request.args and page_cache.may_serve()
