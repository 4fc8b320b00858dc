"""The public page of a cycle: all its seminars, one form, and the page behind the personal link."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, session, url_for

from cop.accounts import access
from cop.accounts.sign_in import current_account
from cop.activity.service import PUBLIC
from cop.core import clock, rate_limits, tokens
from cop.core.access import Permission, public
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, language
from cop.core.unit_of_work import release
from cop.events import queries_questions as questions
from cop.events.models import Event
from cop.host import queries as host
from cop.invitations import queries_guests as guests
from cop.people import queries as people
from cop.people.models import Person
from cop.registrations import forms as registration_forms
from cop.registrations import forms_questions, mails, rules
from cop.registrations.rules import Status
from cop.registrations.service_form import Said, Visitor
from cop.series import queries, queries_cycles, service_cycles
from cop.series.queries_cycles import Cycle
from cop.series.views_repeat import blueprint

PER_NETWORK: Final = {"limit": 150, "seconds": 600}
BAD_LINKS: Final = {"limit": 60, "seconds": 600}
DONE: Final = "registered_cycle"


def _visible(cycle_slug: str) -> Cycle:
    """A cycle none of whose seminars is announced is for those who run it alone."""
    cycle = queries_cycles.by_slug(cycle_slug)
    if not cycle.shown and not _may_read(cycle):
        raise NotFound
    return cycle


def _may_read(cycle: Cycle) -> bool:
    account = current_account()
    return account is not None and access.can(account, Permission.EVENT_READ, queries.where_is(cycle.series.id))


@blueprint.get("/cycles/<cycle_slug>")
@public
def cycle_page(cycle_slug: str) -> Any:
    cycle = _visible(cycle_slug)
    guest = _guest(cycle)
    known = registration_forms.known_of_guest(guest) if guest else registration_forms.known_of(_reader())
    return _page(cycle, _form(cycle, known), guest)


def _page(cycle: Cycle, form: Any, guest: Person | None) -> str:
    may_manage, now = _may_read(cycle), clock.now()
    reader = current_account() if may_manage else None
    return render_template(
        "series/cycle.html",
        cycle=cycle,
        seminars=queries_cycles.shown_to(cycle, reader),
        first=_asks(cycle),
        door=queries_cycles.door(cycle, now),
        form=form,
        questions=questions.asked(_asks(cycle)),
        guest=guest,
        to=url_for(
            "series.register", cycle_slug=cycle.series.slug, invite=request.args.get(tokens.INVITE) if guest else None
        ),
        may_manage=may_manage,
    )


def _asks(cycle: Cycle) -> Event:
    """The seminar whose questions the form asks: the first."""
    return next(iter(cycle.live or cycle.seminars))


def _form(cycle: Cycle, data: Any = None) -> Any:
    first = _asks(cycle)
    form = registration_forms.build(first, questions.asked(first), data)
    if form.colleagues is not None:  # each registers for so many days in person
        del form.colleagues
    return form


def _guest(cycle: Cycle) -> Person | None:
    """Whoever was invited to one of its seminars, by a link of their own."""
    try:
        guest = guests.by_token(request.args.get(tokens.INVITE, ""))
    except NotFound:
        return None
    return guest.person if guest.event_id in cycle.event_ids else None


def _reader() -> Person | None:
    account = current_account()
    return next(iter(people.of_account(account.id, account.email)), None) if account else None


@blueprint.post("/cycles/<cycle_slug>/inscription")
@public
def register(cycle_slug: str) -> Any:
    release()
    rate_limits.hit("registration", request.remote_addr or "", **PER_NETWORK)
    cycle = _visible(cycle_slug)
    guest, form = _guest(cycle), _form(cycle)
    if form.validate():
        try:
            session[DONE] = _registered(cycle, form, guest)
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect(url_for("series.done", cycle_slug=cycle_slug), 303)
    return _page(cycle, form, guest), 422


def _registered(cycle: Cycle, form: Any, guest: Person | None) -> dict[str, str]:
    organisation, account, first = host.current_host(), current_account(), _asks(cycle)
    visitor = Visitor(
        language=language(),
        notice_version=organisation.notice_version if organisation else None,
        guest=guest,
        known_addresses=frozenset({account.email} if account else ()),
    )
    said = Said(
        answers=forms_questions.answers_in(form, questions.asked(first)),
        arrangement=form.arrangement.data or "" if "arrangement" in form else "",
        attends=form.attends.data or "" if "attends" in form else "",
    )
    shown = service_cycles.enter(cycle, first, form.identity(), said, visitor, clock.now())
    return {"cycle": cycle.series.slug or "", "email": form.email.data or "", "shown": shown}


@blueprint.get("/cycles/<cycle_slug>/inscription/merci")
@public
def done(cycle_slug: str) -> Any:
    told = session.get(DONE, {})
    if told.get("cycle") != cycle_slug:
        return redirect(url_for("series.cycle_page", cycle_slug=cycle_slug), 303)
    cycle = _visible(cycle_slug)
    return render_template("series/done.html", cycle=cycle, email=told["email"], shown=told["shown"])


# --- Behind the personal link -----------------------------------------------------------------------


def _mine(cycle_token: str) -> tuple[Cycle, Person, list[Any]]:
    """The cycle and the person a link speaks for; a wrong link is counted, then not found."""
    try:
        series_id, person_id = (int(part) for part in tokens.read("cycle", cycle_token).split(":"))
    except (tokens.BadToken, ValueError):
        release()
        rate_limits.hit("registration-link", request.remote_addr or "", **BAD_LINKS)
        raise NotFound from None
    return queries_cycles.of_person(series_id, person_id)


@blueprint.get("/inscription-cycle/<cycle_token>")
@public
def my_cycle(cycle_token: str) -> str:
    cycle, person, rows = _mine(cycle_token)
    now = clock.now()
    active = [row for row in rows if row.status != Status.CANCELLED and row.event.status != "cancelled"]
    waits = bool(active) and active[0].status == Status.WAITLISTED
    return render_template(
        "series/mine.html",
        cycle=cycle,
        person=person,
        rows=rows,
        status_now=active[0].status if active else Status.CANCELLED,
        files={row.id: mails.token_of(row) for row in rows},
        position=queries_cycles.position(cycle, active[0]) if waits else None,
        may_cancel=any(
            rules.may_cancel(row.status, event_status=row.event.status, starts_at=row.event.starts_at, now=now)
            for row in active
        ),
        door=queries_cycles.door(cycle, now),
        token=cycle_token,
        now=now,
    )


@blueprint.post("/inscription-cycle/<cycle_token>/annuler")
@public
def cancel_mine(cycle_token: str) -> Any:
    cycle, person, _rows = _mine(cycle_token)
    try:
        service_cycles.cancel(cycle, person, now=clock.now(), actor=PUBLIC, by_person=True)
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("Your registration is cancelled. Thank you for saying so: somebody else may come."), "done")
    return redirect(url_for("series.my_cycle", cycle_token=cycle_token), 303)


@blueprint.post("/inscription-cycle/<cycle_token>/revenir")
@public
def come_back(cycle_token: str) -> Any:
    """Undo a cancellation: seats if there are any left, else the end of the waiting list."""
    cycle, person, _rows = _mine(cycle_token)
    try:
        result = service_cycles.register(cycle, person, now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        seated = result.status == Status.CONFIRMED
        words = _("You have a seat at each seminar again: the invitations come by mail.")
        flash(words if seated else _("You are back in line."), "done")
    return redirect(url_for("series.my_cycle", cycle_token=cycle_token), 303)
