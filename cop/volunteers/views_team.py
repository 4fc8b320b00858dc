"""The team's pages on volunteers: who offers what, the list of skills, the hours in all."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor, current_account
from cop.core import clock, exports
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.host import queries as host
from cop.volunteers import forms, queries, queries_hours, rules, service, service_hours
from cop.volunteers.queries import Filters
from cop.volunteers.rules import Status

blueprint = Blueprint("volunteers", __name__)
blueprint.add_app_template_filter(forms.slot_name, "slot_name")
blueprint.add_app_template_filter(rules.in_words, "duration")


@blueprint.get("/animation/benevoles")
@requires(Permission.VOLUNTEER_MANAGE)
def index() -> Any:
    filters = Filters(
        skill=_number("competence"),
        slot=_one_of("moment", rules.SLOTS),
        territory=_number("territoire"),
        status=_one_of("etat", Status) or Status.ACTIVE,
    )
    account = current_account()
    return render_template(
        "volunteers/list.html",
        page=queries.page_of_volunteers(account, filters, request.args.get("page", 1, type=int)),
        filters=filters,
        skills=queries.skills(),
        slots=forms.slot_choices(),
        places=forms.place_choices(),
        may_edit_skills=access.can_everywhere(account, Permission.VOLUNTEER_MANAGE),
    )


def _number(name: str) -> int | None:
    found = request.args.get(name, type=int)
    return found if found and found > 0 else None


def _one_of(name: str, known: Any) -> str:
    asked = request.args.get(name, "")
    return asked if asked in list(known) else ""


@blueprint.get("/animation/benevoles/<int:person_id>")
@requires(Permission.VOLUNTEER_MANAGE, scope=queries.where_is)
def show(person_id: int) -> Any:
    profile = queries.profile(person_id)
    return _page(person_id, forms.for_profile(profile))


def _page(person_id: int, form: forms.OfferForm) -> str:
    return render_template(
        "volunteers/show.html",
        profile=queries.profile(person_id),
        form=form,
        hours=queries_hours.of_people([person_id]),
        proposals=queries.proposals_to([person_id]),
    )


@blueprint.post("/animation/benevoles/<int:person_id>")
@requires(Permission.VOLUNTEER_MANAGE, scope=queries.where_is)
def change(person_id: int) -> Any:
    profile, form = queries.profile(person_id), forms.OfferForm()
    if not form.validate():
        return _page(person_id, form), 422
    service.change(profile, form.said(), actor())
    flash(_("Saved."), "done")
    return redirect(url_for("volunteers.show", person_id=person_id), 303)


@blueprint.post("/animation/benevoles/<int:person_id>/etat")
@requires(Permission.VOLUNTEER_MANAGE, scope=queries.where_is)
def set_status(person_id: int) -> Any:
    asked = request.form.get("status", "")
    if asked not in list(Status):
        raise NotFound
    service.set_status(queries.profile(person_id), Status(asked), actor())
    flash(_("Saved."), "done")
    return redirect(url_for("volunteers.show", person_id=person_id), 303)


# --- Skills ---------------------------------------------------------------------------------------


@blueprint.route("/animation/benevoles/competences", methods=["GET", "POST"])
@requires(Permission.VOLUNTEER_MANAGE, scope=queries.everywhere)
def skills() -> Any:
    form = forms.SkillForm()
    if request.method == "POST" and form.validate():
        try:
            service.add_skill(form.name_fr.data or "", form.name_en.data or "", actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The skill is in the list."), "done")
            return redirect(url_for("volunteers.skills"), 303)
    page = render_template("volunteers/skills.html", form=form, skills=queries.skills(archived=True))
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/animation/benevoles/competences/<int:skill_id>")
@requires(Permission.VOLUNTEER_MANAGE, scope=queries.everywhere)
def change_skill(skill_id: int) -> Any:
    """A new name, or in and out of the list: undone by the same button."""
    found = service.skill(skill_id)
    if found is None:
        raise NotFound
    if "archived" in request.form:
        service.archive_skill(found, request.form["archived"] == "1", actor())
    else:
        form = forms.SkillForm()
        if not form.validate():
            return render_template("volunteers/skills.html", form=form, skills=queries.skills(archived=True)), 422
        service.rename_skill(found, form.name_fr.data or "", form.name_en.data or "", actor())
    flash(_("Saved."), "done")
    return redirect(url_for("volunteers.skills"), 303)


# --- Hours ----------------------------------------------------------------------------------------


def _period() -> tuple[date, date, forms.PeriodForm]:
    """What was asked; this year when nothing was, or nothing sensible."""
    today = clock.today()
    form = forms.PeriodForm(request.values)
    if not form.validate():
        return date(today.year, 1, 1), today, form
    since, until = form.since.data or date(today.year, 1, 1), form.until.data or today
    form.since.data, form.until.data = since, until
    return since, until, form


@blueprint.get("/animation/benevoles/heures")
@requires(Permission.VOLUNTEER_MANAGE)
def hours() -> Any:
    since, until, form = _period()
    lines = queries_hours.totals(current_account(), since, until)
    page = render_template("volunteers/hours.html", form=form, lines=lines, since=since, until=until)
    return page, 422 if form.errors else 200


@blueprint.post("/animation/benevoles/heures/export")
@requires(Permission.PERSON_EXPORT)
def export_hours() -> Any:
    since, until, _form = _period()
    organisation = host.current_host()
    if organisation is None:
        raise NotFound
    data = service_hours.export(current_account(), since, until, actor(), organisation.root_territory)
    return Response(data, headers=exports.attachment(f"benevolat-{since}-{until}.csv"))
