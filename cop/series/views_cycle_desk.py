"""Running a cycle: its seminars, who takes part, and the form of a new one."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import Permission, Where, requires
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n
from cop.events import queries as events
from cop.events import queries_desk
from cop.people import service as persons
from cop.people.models import Person
from cop.registrations import forms as registration_forms
from cop.registrations.rules import HEADCOUNT, Status
from cop.series import forms_cycles, queries, queries_cycles, service_cycles
from cop.series.queries_cycles import Cycle
from cop.series.views_repeat import blueprint, may_edit


@blueprint.get("/animation/cycles")
@requires(Permission.EVENT_READ)
def cycles() -> str:
    account = current_account()
    may_create = access.has_anywhere(account, Permission.EVENT_CREATE)
    return render_template("series/cycles.html", cycles=queries_cycles.cycles(account), may_create=may_create)


@blueprint.route("/animation/cycles/nouveau", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE)
def create_cycle() -> Any:
    kinds = [kind for kind in events.kinds() if kind.attendance != HEADCOUNT]
    territories = queries_desk.territories(current_account(), Permission.EVENT_CREATE)
    form = forms_cycles.for_new(kinds, territories)
    if request.method == "POST" and request.form.get("action") != "add" and form.validate():
        try:
            kind = events.kind(form.kind.data)
            series = service_cycles.create(kind, form.plan(kind), actor=actor(), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The cycle is there, its seminars are drafts: check each, then publish them all."), "done")
            return redirect(url_for("series.cycle", cycle_id=series.id), 303)
    page = render_template("series/cycle_form.html", form=form)
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/animation/cycles/<int:cycle_id>")
@requires(Permission.EVENT_READ, scope=queries_cycles.where_is)
def cycle(cycle_id: int) -> Any:
    return _page(queries_cycles.read(cycle_id))


def _page(found: Cycle, **sent: Any) -> str:
    account, where = current_account(), queries.where_is(found.series.id)
    own = _where_registering(found, where)
    words = {"title": found.series.title, "summary": found.series.summary}
    given = {
        "person_form": sent.get("person_form") or registration_forms.StaffRegistrationForm(formdata=None),
        "words_form": sent.get("words_form") or forms_cycles.WordsForm(formdata=None, data=words),
        "seminar_form": sent.get("seminar_form") or forms_cycles.SeminarForm(formdata=None),
    }
    return render_template(
        "series/cycle_desk.html",
        cycle=found,
        desk=queries_cycles.desk(found, account),
        own=own,
        people=queries_cycles.participants(own) if own else None,
        may_edit=access.can(account, Permission.EVENT_EDIT, where),
        editable=queries.reached(account, Permission.EVENT_EDIT, found.series.id),
        door=queries_cycles.door(found, clock.now()),
        now=clock.now(),
        form=next(iter(sent.values()), None),
        **given,
    )


def _where_registering(found: Cycle, where: Where) -> Cycle | None:
    """The cycle as far as the reader may see who comes: a seminar that was given to others has its own door."""
    may = Permission.REGISTRATION_MANAGE
    if not access.can(current_account(), may, where):
        return None
    reached = queries.reached(current_account(), may, found.series.id)
    return Cycle(found.series, [event for event in found.seminars if event.id in reached])


def _back(cycle_id: int) -> Any:
    return redirect(url_for("series.cycle", cycle_id=cycle_id), 303)


@blueprint.post("/animation/cycles/<int:cycle_id>/modifier")
@requires(Permission.EVENT_EDIT, scope=queries_cycles.where_is)
def change_cycle(cycle_id: int) -> Any:
    found, form = queries_cycles.read(cycle_id), forms_cycles.WordsForm()
    if not form.validate():
        return _page(found, words_form=form), 422
    words = (form.title.data or "", form.summary.data or "")
    service_cycles.rename(found.series, *words, actor=actor(), now=clock.now())
    flash(_("Saved."), "done")
    return _back(cycle_id)


@blueprint.post("/animation/cycles/<int:cycle_id>/publier")
@requires(Permission.EVENT_EDIT, scope=queries_cycles.where_is)
def publish_cycle(cycle_id: int) -> Any:
    found = queries_cycles.read(cycle_id)
    own = queries.members(cycle_id, viewer=current_account(), may=Permission.EVENT_EDIT)
    try:
        count = service_cycles.publish(Cycle(found.series, own), actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_n("%(num)d seminar is published.", "%(num)d seminars are published.", count), "done")
    return _back(cycle_id)


@blueprint.post("/animation/cycles/<int:cycle_id>/seminaires")
@requires(Permission.EVENT_EDIT, scope=queries_cycles.where_is)
def add_seminar(cycle_id: int) -> Any:
    found, form = queries_cycles.read(cycle_id), forms_cycles.SeminarForm()
    if found.seminars and not may_edit(found.seminars[-1].id):  # the new one is made like it
        raise NotFound
    if form.validate():
        try:
            service_cycles.add_seminar(found, form.chosen(), actor=actor(), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Here is one more seminar, as a draft like the one before."), "done")
            return _back(cycle_id)
    return _page(found, seminar_form=form), 422


@blueprint.post("/animation/cycles/<int:cycle_id>/seminaires/<int:seminar_id>/retirer")
@requires(Permission.EVENT_EDIT, scope=queries_cycles.where_is)
def remove_seminar(cycle_id: int, seminar_id: int) -> Any:
    found, event = queries_cycles.read(cycle_id), events.get(seminar_id)
    if event.series_id != cycle_id or not may_edit(seminar_id):
        raise NotFound
    try:
        service_cycles.remove_seminar(found, event, actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("The seminar is a meeting of its own now; whoever has a seat there keeps it."), "done")
    return _back(cycle_id)


@blueprint.post("/animation/cycles/<int:cycle_id>/inscriptions")
@requires(Permission.REGISTRATION_MANAGE, scope=queries_cycles.where_is)
def add_person(cycle_id: int) -> Any:
    found, form = queries_cycles.read(cycle_id), registration_forms.StaffRegistrationForm()
    if form.validate():
        try:
            flash(_added(found, form), "done")
        except Refused as refused:
            refuse(form, refused)
        else:
            return _back(cycle_id)
    return _page(found, person_form=form), 422


def _added(found: Cycle, form: Any) -> str:
    now = clock.now()
    person = persons.find_or_create(**form.identity(), actor=actor(), now=now)
    result = service_cycles.register(found, person, now=now, actor=actor())
    if not result.fresh:
        return _("%(name)s was registered already.", name=person.full_name)
    if result.status == Status.CONFIRMED:
        return _("%(name)s has a seat at each seminar.", name=person.full_name)
    return _("All seats are taken: %(name)s is on the waiting list.", name=person.full_name)


@blueprint.post("/animation/cycles/<int:cycle_id>/inscriptions/<int:person_id>/retirer")
@requires(Permission.REGISTRATION_MANAGE, scope=queries_cycles.where_is)
def remove_person(cycle_id: int, person_id: int) -> Any:
    found, person = queries_cycles.read(cycle_id), db.session.get(Person, person_id)
    if person is None or not queries_cycles.takes_part(found, person_id):
        raise NotFound
    try:
        service_cycles.cancel(found, person, now=clock.now(), actor=actor(), by_person=False)
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("%(name)s is no longer registered, and is told by mail.", name=person.full_name), "done")
    return _back(cycle_id)
