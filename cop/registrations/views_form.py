"""Sending the registration form, and what follows the press."""

from typing import Any, Final

from flask import redirect, render_template, request, session, url_for

from cop.accounts.sign_in import current_account
from cop.core import clock, page_cache, rate_limits
from cop.core.access import public
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import language
from cop.core.unit_of_work import release
from cop.events import queries as events
from cop.events import queries_glance as glances
from cop.events import queries_questions as questions
from cop.events.models import Event
from cop.host import queries as host
from cop.people.models import Person
from cop.registrations import forms, forms_dates, forms_questions, queries_dates, service_dates
from cop.registrations.service_form import Entered, Said, Visitor
from cop.registrations.views_event import blueprint, form_of, guest_of, page

# A whole practice registers from one network address; who tries mail addresses one by one does not stop there.
PER_NETWORK: Final = {"limit": 150, "seconds": 600}
DONE: Final = "registered"
LONGEST_NAME: Final = 60  # the next page is told by a cookie


@blueprint.post("/evenements/<slug>/inscription")
@public
def register(slug: str) -> Any:
    release()
    for _mail in range(1 + _people_brought() + _dates_ticked()):
        rate_limits.hit("registration", request.remote_addr or "", **PER_NETWORK)
    event = events.public_by_slug(slug)
    guest, form = guest_of(event), form_of(event)
    if forms.wants_another_line() and form.colleagues is not None:
        form.add_line()
    elif form.validate():
        try:
            session[DONE] = _told(event, form, *_registered(event, form, guest))
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect(url_for("registrations.done", slug=event.slug), 303)
    return page(event, form, guest), 422


def _people_brought() -> int:
    """Each of them costs a mail: counted as if they had come one by one."""
    sent = request.form.items()
    written = sum(1 for name, value in sent if name.startswith("colleagues-") and name.endswith("-email") and value)
    return min(written, forms.MOST_COLLEAGUES)


def _dates_ticked() -> int:
    ticked = request.form.getlist("dates")
    return queries_dates.MOST if forms_dates.ALL in ticked else min(len(ticked), queries_dates.MOST)


def _registered(
    event: Event, form: forms.RegistrationForm, guest: Person | None
) -> tuple[list[Entered], list[tuple[Event, Entered]]]:
    """Those of the form, and the other dates they who sent it come to."""
    organisation, account = host.current_host(), current_account()
    visitor = Visitor(
        language=language(),
        notice_version=organisation.notice_version if organisation else None,
        guest=guest,
        known_addresses=frozenset({account.email} if account else ()),
    )
    colleagues = [one.identity() for one in form.brought()]
    dates = forms_dates.ticked(form, queries_dates.offered(event, clock.now())) if "dates" in form else []
    said = said_in(event, form)
    entered, also = service_dates.enter(event, dates, form.identity(), said, colleagues, visitor, clock.now())
    return entered, list(zip(dates, also, strict=True))


def said_in(event: Event, form: Any) -> Said:
    """What the form answered to what this event asks."""
    return Said(
        answers=forms_questions.answers_in(form, questions.asked(event)),
        arrangement=form.arrangement.data or "" if "arrangement" in form else "",
        attends=form.attends.data or "" if "attends" in form else "",
    )


def _told(
    event: Event, form: forms.RegistrationForm, entered: list[Entered], also: list[tuple[Event, Entered]]
) -> dict[str, Any]:
    """What the next page may say of it."""
    first, *others = entered
    told = {"event": event.slug, "email": form.email.data or "", "shown": first.shown}
    more: dict[str, Any] = {
        "side": said_in(event, form).attends if event.mode == "hybrid" else "",
        "others": [[one.name[:LONGEST_NAME], one.shown] for one in others],
        "dates": [[date.id, one.shown] for date, one in also],
    }
    return {**told, **{name: value for name, value in more.items() if value}}


@blueprint.get("/evenements/<slug>/inscription/merci")
@public
def done(slug: str) -> Any:
    found, told = glances.public_glance(slug), session.get(DONE, {})
    if told.get("event") != slug:
        return redirect(url_for("registrations.event_page", slug=slug), 303)
    others, dates, side = told.get("others", []), told.get("dates", []), told.get("side")

    def thanks(email: str) -> str:
        event, known = events.public_by_slug(slug), queries_dates.by_number([number for number, _shown in dates])
        return render_template(
            "registrations/done.html",
            event=event,
            email=email,
            shown=told["shown"],
            side=side,
            others=others,
            dates=[(known[number], theirs) for number, theirs in dates if number in known],
        )

    if others or dates or current_account() is not None or not page_cache.may_serve():
        return thanks(told["email"])
    key = ("done", slug, told["shown"], side, language())
    return page_cache.pages.page(key, found.stamp, lambda marks: thanks(**marks), {"email": lambda: told["email"]})
