"""The attendance list of an event: show it, press a line, add somebody, count, close."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor, current_account
from cop.attendance import queries, rules, service
from cop.attendance.forms import HeadcountForm, WalkInForm
from cop.attendance.rules import State, split_name
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n
from cop.events import queries as events
from cop.events import rules_half_days as half_days
from cop.events.models import Event, HalfDay

blueprint = Blueprint("attendance", __name__, url_prefix="/animation/evenements/<int:event_id>/presences")
BLUEPRINTS = (blueprint,)
blueprint.add_app_template_filter(half_days.part_of_day)


@blueprint.get("")
@requires(Permission.ATTENDANCE_TAKE, scope=events.where_is)
def sheet(event_id: int) -> str:
    event = events.get(event_id)
    half = _half_day_asked(event)
    if request.args.get("papier"):
        return render_template("attendance/paper.html", event=event, sheet=queries.sheet(event, half, clock.now()))
    return _page(event, half)


def _half_day_asked(event: Event) -> HalfDay:
    asked = request.args.get("demi_journee", type=int)
    number = asked or rules.meant(event.half_days, clock.now(), event.zone)
    return queries.half_day(event.id, number)


def _page(event: Event, half: HalfDay, walk_in: Any = None, headcount: Any = None) -> str:
    found, words = queries.sheet(event, half, clock.now()), request.args.get("q", "").strip()
    return render_template(
        "attendance/sheet.html",
        event=event,
        half=half,
        sheet=found,
        words=words,
        found=[line for line in found.expected if line.answers(words)],
        walk_in=walk_in or WalkInForm(formdata=None, **split_name(words)),
        headcount=headcount or HeadcountForm(half.headcount, half.children, formdata=None),
        may_close=access.can(current_account(), Permission.ATTENDANCE_CLOSE, events.where_is(event.id)),
    )


def _back(half: HalfDay, **values: Any) -> Any:
    here = url_for("attendance.sheet", event_id=half.event_id, demi_journee=half.id, **values)
    return redirect(here, 303)


@blueprint.post("/<int:half_day_id>/<int:person_id>")
@requires(Permission.ATTENDANCE_TAKE, scope=events.where_is)
def mark(event_id: int, half_day_id: int, person_id: int) -> Any:
    """A press on a line: ``present=1``, or ``present=0`` to take it back. Said outright, so that twice is once."""
    pressed = request.form.get("present")
    if pressed not in {"0", "1"}:
        raise NotFound
    return _mark(event_id, half_day_id, person_id, State.PRESENT if pressed == "1" else None)


@blueprint.post("/<int:half_day_id>/excuser")
@requires(Permission.ATTENDANCE_TAKE, scope=events.where_is)
def excuse(event_id: int, half_day_id: int) -> Any:
    return _mark(event_id, half_day_id, request.form.get("person", 0, type=int), State.EXCUSED)


def _mark(event_id: int, half_day_id: int, person_id: int, state: State | None) -> Any:
    half = queries.half_day(event_id, half_day_id)
    try:
        service.mark(half, person_id, state, actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
        return _page(events.get(event_id), half), 422
    return _back(half, q=request.args.get("q") or None, _anchor=f"person-{person_id}")


@blueprint.post("/<int:half_day_id>/ajouter")
@requires(Permission.ATTENDANCE_TAKE, scope=events.where_is)
def add(event_id: int, half_day_id: int) -> Any:
    half, form = queries.half_day(event_id, half_day_id), WalkInForm()
    if form.validate():
        try:
            person = service.add_walk_in(half, form.identity(), actor=actor(), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("%(name)s is on the list, present.", name=person.full_name), "done")
            return _back(half, _anchor="add")
    return _page(events.get(event_id), half, walk_in=form), 422


@blueprint.post("/<int:half_day_id>/<int:person_id>/retirer")
@requires(Permission.ATTENDANCE_TAKE, scope=events.where_is)
def remove(event_id: int, half_day_id: int, person_id: int) -> Any:
    half = queries.half_day(event_id, half_day_id)
    try:
        service.remove_walk_in(half, person_id, actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
        return _page(events.get(event_id), half), 422
    return _back(half)


@blueprint.post("/<int:half_day_id>/nombre")
@requires(Permission.ATTENDANCE_TAKE, scope=events.where_is)
def count(event_id: int, half_day_id: int) -> Any:
    half = queries.half_day(event_id, half_day_id)
    form = HeadcountForm()
    if form.validate():
        try:
            numbers = {"children": form.children.data}
            service.set_headcount(half, form.headcount.data, actor=actor(), now=clock.now(), **numbers)
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The number of people is kept."), "done")
            return _back(half)
    return _page(events.get(event_id), half, headcount=form), 422


@blueprint.post("/<int:half_day_id>/clore")
@requires(Permission.ATTENDANCE_CLOSE, scope=events.where_is)
def close(event_id: int, half_day_id: int) -> Any:
    half = queries.half_day(event_id, half_day_id)
    try:
        absent = service.close(half, actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
        return _page(events.get(event_id), half), 422
    words = [_("The list is closed.")]
    if absent:
        words.append(_n("One registered person is absent.", "%(num)d registered people are absent.", absent))
    flash(" ".join(words), "done")
    return _back(half)


@blueprint.post("/<int:half_day_id>/rouvrir")
@requires(Permission.ATTENDANCE_CLOSE, scope=events.where_is)
def reopen(event_id: int, half_day_id: int) -> Any:
    half = queries.half_day(event_id, half_day_id)
    try:
        service.reopen(half, actor=actor())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("The list is open again. Close it when it is right."), "done")
    return _back(half)
