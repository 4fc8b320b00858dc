"""Making a meeting regular: the rule, the dates it gives with what they meet, then the meetings."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n
from cop.events import queries as events
from cop.events.models import Event
from cop.events.models_series import EventSeries
from cop.series import forms, queries, rules, service
from cop.series.queries import Candidate

blueprint: Final = Blueprint("series", __name__)


@blueprint.app_template_global("series_words")
def series_words(series: EventSeries) -> str:
    return rules.words(rules.read(series.rule)) if series.rule else ""


@blueprint.app_template_global("series_page")
def series_page(event: Event) -> str:
    """The page of what an event belongs to; empty for who was given this one and not the rest."""
    if not event.series_id or not _may_read(event.series_id):
        return ""
    if event.cycle:
        return url_for("series.cycle", cycle_id=event.series_id)
    return url_for("series.show", series_id=event.series_id)


def _may_read(series_id: int) -> bool:
    return access.can(current_account(), Permission.EVENT_READ, queries.where_is(series_id))


@blueprint.app_template_global("series_or_event_page")
def page_of(event: Event) -> str:
    return series_page(event) or url_for("events.manage", event_id=event.id)


blueprint.add_app_template_global(queries.coming_after, "next_dates")
blueprint.add_app_template_global(queries.warnings_of, "day_warnings")


@blueprint.route("/animation/evenements/<int:event_id>/repeter", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE, scope=events.where_is)
def repeat(event_id: int) -> Any:
    event, now = events.get(event_id), clock.now()
    if event.series_id:
        return redirect(page_of(event), 303)
    day = rules.first_day(events.description_of(event).half_days, event.zone)
    form = forms.repeating(day)
    found: list[Candidate] = []
    try:
        service.check_repeatable(event)
        if request.method == "POST" and form.validate():
            rule = form.rule(day)
            days = rules.days(rule, day, until=form.until.data, more=_more(form.count.data, 1))
            found = queries.candidates(event, days, now)
            if _wanted(form, found):
                publish = request.form["action"] == "publish"
                made = service.repeat(event, rule, _chosen(found), publish=publish, actor=actor(), now=now)
                return _made(made, page_of(event))
    except Refused as refused:
        refuse(form, refused)
    return _dates_page("series/repeat.html", form, found, event=event, skipped=_skipped(form, day, found))


def _more(count: int | None, standing: int) -> int | None:
    return count - standing if count else None


def _wanted(form: forms.EndForm, found: list[Candidate]) -> bool:
    """Whether meetings are to be made: the dates shown with their boxes are still those of the rule."""
    shown = ",".join(candidate.day.isoformat() for candidate in found)
    same = form.shown.data == shown
    form.shown.data = shown
    return same and request.form.get("action") in {"publish", "draft"}


def _chosen(found: list[Candidate]) -> list[Candidate]:
    ticked = set(request.form.getlist("date"))
    return [candidate for candidate in found if candidate.day.isoformat() in ticked]


def _skipped(form: Any, day: Any, found: list[Candidate]) -> Any:
    return rules.without(form.rule(day), day, found[-1].day) if found else []


def _dates_page(template: str, form: Any, found: list[Candidate], **values: Any) -> Any:
    ticked = set(request.form.getlist("date"))
    # Boxes come back as they were left; the first time, all that can be is ticked.
    first_time = not request.form.get("shown")
    page = render_template(template, form=form, found=found, ticked=ticked, first_time=first_time, **values)
    return page, 422 if request.method == "POST" else 200


def _made(made: service.Made, address: str) -> Any:
    words = _n("%(num)d meeting is made.", "%(num)d meetings are made.", made.count)
    flash(words, "done")
    if made.drafts:
        flash(
            _n(
                "%(num)d of them stays a draft: it cannot be published yet.",
                "%(num)d of them stay drafts: they cannot be published yet.",
                made.drafts,
            ),
            "warn",
        )
    return redirect(address, 303)


@blueprint.get("/animation/series/<int:series_id>")
@requires(Permission.EVENT_READ, scope=queries.where_is)
def show(series_id: int) -> Any:
    series, account, where = queries.regular(series_id), current_account(), queries.where_is(series_id)
    found = queries.members(series_id, viewer=account, may=Permission.EVENT_READ)
    return render_template(
        "series/show.html",
        series=series,
        events=found,
        others=queries.how_many(series_id) - len(found),
        editable=queries.reached(account, Permission.EVENT_EDIT, series_id),
        out=queries.taken_out(series, account),
        may_edit=access.can(account, Permission.EVENT_EDIT, where),
        may_create=access.can(account, Permission.EVENT_CREATE, where),
        now=clock.now(),
    )


@blueprint.route("/animation/series/<int:series_id>/prolonger", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def extend(series_id: int) -> Any:
    series, now, form = queries.regular(series_id), clock.now(), forms.EndForm()
    like, last = queries.model_of(series, current_account())
    if like is None or last is None or series.rule is None:
        raise NotFound
    found: list[Candidate] = []
    try:
        if request.method == "POST" and form.validate():
            rule = rules.read(series.rule)
            days = rules.days(rule, last, until=form.until.data, more=form.count.data)
            found = queries.candidates(like, days, now)
            if _wanted(form, found):
                publish = request.form["action"] == "publish"
                made = service.extend(series, like, _chosen(found), publish=publish, actor=actor(), now=now)
                return _made(made, url_for("series.show", series_id=series.id))
    except Refused as refused:
        refuse(form, refused)
    return _dates_page("series/extend.html", form, found, series=series, last=last, event=like, skipped=[])


def may_edit(event_id: int) -> bool:
    """A right on the series is none on a meeting that was given to another territory."""
    return access.can(current_account(), Permission.EVENT_EDIT, events.where_is(event_id))


@blueprint.post("/animation/series/<int:series_id>/sortir/<int:event_id>")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def take_out(series_id: int, event_id: int) -> Any:
    series, event = queries.regular(series_id), events.get(event_id)
    if event.series_id != series.id or not may_edit(event.id):
        raise NotFound
    service.take_out(series, event, actor=actor(), now=clock.now())
    flash(_("The meeting is one of its own now; the rule leaves that day out."), "done")
    return redirect(url_for("series.show", series_id=series.id), 303)


@blueprint.post("/animation/series/<int:series_id>/remettre/<int:event_id>")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def put_back(series_id: int, event_id: int) -> Any:
    series = queries.regular(series_id)
    if str(event_id) not in (series.rule or {}).get("out", {}) or not may_edit(event_id):
        raise NotFound
    try:
        service.put_back(series, events.get(event_id), actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    return redirect(url_for("series.show", series_id=series.id), 303)
