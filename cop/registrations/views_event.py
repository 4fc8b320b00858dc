"""An event's page with its form, and what follows the press."""

from functools import lru_cache
from typing import Any, Final

from flask import Blueprint, get_template_attribute, redirect, render_template, request, session, url_for
from markupsafe import Markup

from cop.accounts import access
from cop.accounts.sign_in import current_account
from cop.core import clock, page_cache, rate_limits
from cop.core.access import Permission, public
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import language
from cop.core.unit_of_work import release
from cop.events import queries as events
from cop.events import queries_glance as glances
from cop.events import rules as event_rules
from cop.events.models import Event
from cop.host import queries as host
from cop.people import queries as people
from cop.people import service as persons
from cop.people.models import Person
from cop.registrations import forms, queries, rules, service

blueprint = Blueprint("registrations", __name__)
# A whole practice registers from one network address; who tries mail addresses one by one does not stop there.
PER_NETWORK: Final = {"limit": 150, "seconds": 600}
DONE: Final = "registered"


@blueprint.get("/evenements/<slug>")
@public
def event_page(slug: str) -> Any:
    if _same_for_all():
        return _kept_page(slug)
    event = events.by_slug(slug)
    preview = event.status not in event_rules.VISIBLE
    if preview and not _may_read(event):
        raise NotFound
    return _page(event, forms.for_reader(_reader()))


def _kept_page(slug: str) -> str:
    """The page as anybody reads it who has not signed in: kept ready, but for the seats and the CSRF token."""
    found, now = glances.public_glance(slug), clock.now()
    door = rules.door(
        status=found.status,
        attendance=found.attendance,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        capacity=found.capacity,
        seats_taken=found.seats_taken,
        now=now,
        closes_at=found.closes_at,
    )
    return page_cache.pages.page(
        ("event", slug, language()),
        (door, *found.stamp),
        lambda marks: _page(events.public_by_slug(slug), forms.RegistrationForm(), marks["seats"]),
        {"seats": lambda: _seats(found)},
    )


def _page(event: Event, form: forms.RegistrationForm, seats: Markup | None = None) -> str:
    now = clock.now()
    may_manage = _may_read(event)
    return render_template(
        "registrations/event.html",
        event=event,
        door=queries.door(event, now),
        seats=_seats(event) if seats is None else seats,
        form=form,
        programme=event_rules.programme_parts(event.programme),
        may_manage=may_manage,
        now=now,
    )


def _may_read(event: Event) -> bool:
    account = current_account()
    return account is not None and access.can(account, Permission.EVENT_READ, events.where_is(event.id))


def _seats(event: Event | glances.Glance) -> Markup:
    return _seats_line(language(), event.seats_left, event.capacity, event.waiting)


@lru_cache(maxsize=256)
def _seats_line(_language: str, left: int | None, total: int | None, waiting: int) -> Markup:
    line: Markup = get_template_attribute("registrations/seats.html", "seats_line")(left, total, waiting)
    return line


def _reader() -> Person | None:
    account = current_account()
    return next(iter(people.of_account(account.id, account.email)), None) if account else None


@blueprint.post("/evenements/<slug>/inscription")
@public
def register(slug: str) -> Any:
    release()
    rate_limits.hit("registration", request.remote_addr or "", **PER_NETWORK)
    event, form = events.public_by_slug(slug), forms.RegistrationForm()
    if form.validate():
        try:
            session[DONE] = _registered(event, form)
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect(url_for("registrations.done", slug=event.slug), 303)
    return _page(event, form), 422


def _registered(event: Event, form: forms.RegistrationForm) -> dict[str, str]:
    """Register, and what the next page may say of it."""
    now, organisation = clock.now(), host.current_host()
    door = queries.door(event, now)
    rules.check_door(door, staff=False)
    notice = organisation.notice_version if organisation else None
    person = persons.find_or_create(**form.identity(), language=language(), notice_version=notice, now=now)
    outcome = service.register(event, person, now=now)
    row = outcome.registration
    shown = rules.shown(row.status, fresh=outcome.fresh, queued_at=row.queued_at, found=door, now=now)
    return {"event": event.slug, "email": form.email.data or "", "shown": shown}


@blueprint.get("/evenements/<slug>/inscription/merci")
@public
def done(slug: str) -> Any:
    found, told = glances.public_glance(slug), session.get(DONE, {})
    if told.get("event") != slug:
        return redirect(url_for("registrations.event_page", slug=slug), 303)

    def page(email: str) -> str:
        event = events.public_by_slug(slug)
        return render_template("registrations/done.html", event=event, email=email, shown=told["shown"])

    if not _same_for_all():
        return page(told["email"])
    key = ("done", slug, told["shown"], language())
    return page_cache.pages.page(key, found.stamp, lambda marks: page(**marks), {"email": lambda: told["email"]})


def _same_for_all() -> bool:
    """Whether the reader is one of the many who have not signed in and to whom nothing else has to be said."""
    return current_account() is None and page_cache.may_serve()
