"""« Mon bénévolat »: what one offers, what one accepted, the hours one gave."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import signed_in
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.people import queries as people
from cop.volunteers import forms, mails, queries, queries_hours, rules, service, service_hours
from cop.volunteers.models import VolunteerProfile
from cop.volunteers.rules import Status
from cop.volunteers.views_team import blueprint


def _person_ids() -> list[int]:
    account = current_account()
    return [person.id for person in people.of_account(account.id, account.email)] if account else []


def _profile() -> VolunteerProfile | None:
    return next(filter(None, map(queries.profile_of, _person_ids())), None)


def _must_be_volunteer() -> VolunteerProfile:
    found = _profile()
    if found is None:
        raise NotFound
    return found


@blueprint.get("/moi/benevolat")
@signed_in
def mine() -> Any:
    return _page()


def _page(**changed: Any) -> str:
    profile, numbers, now = _profile(), _person_ids(), clock.now()
    proposals = queries.proposals_to(numbers)
    hours = queries_hours.of_people(numbers)
    page = {
        "profile": profile,
        "offer": forms.for_profile(profile) if profile else None,
        "form": forms.HoursForm(formdata=None),
        "coming": [row for row in proposals if row.task.starts_at > now and row.task.state == rules.State.OPEN],
        "tokens": {row.id: mails.token_of(row) for row in proposals},
        "to_confirm": queries_hours.to_confirm(numbers, now),
        "hours": hours,
        "total": sum(line.minutes for line in hours),
    }
    return render_template("volunteers/mine.html", **{**page, **changed})


@blueprint.post("/moi/benevolat")
@signed_in
def change_mine() -> Any:
    profile, form = _must_be_volunteer(), forms.OfferForm()
    if not form.validate():
        return _page(offer=form), 422
    service.change(profile, form.said(), actor())
    flash(_("Saved."), "done")
    return redirect(url_for("volunteers.mine"), 303)


@blueprint.post("/moi/benevolat/etat")
@signed_in
def pause_mine() -> Any:
    asked = request.form.get("status", "")
    if asked not in list(Status):
        raise NotFound
    service.set_status(_must_be_volunteer(), Status(asked), actor())
    flash(_("Saved."), "done")
    return redirect(url_for("volunteers.mine"), 303)


@blueprint.post("/moi/benevolat/heures")
@signed_in
def note_hours() -> Any:
    profile, form = _must_be_volunteer(), forms.HoursForm()
    if form.validate():
        minutes = rules.duration(form.hours.data, form.minutes.data)
        try:
            service_hours.note(
                profile.person, form.day.data, minutes, form.label.data or "", source="self", actor=actor()
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The hours are noted."), "done")
            return redirect(url_for("volunteers.mine"), 303)
    return _page(form=form), 422


@blueprint.post("/moi/benevolat/taches/<int:task_id>/heures")
@signed_in
def confirm_mine(task_id: int) -> Any:
    task, numbers = queries.task(task_id), {row.person_id for row in queries.proposals_of(task_id)}
    who = next((number for number in _person_ids() if number in numbers), 0)
    minutes = rules.duration(request.form.get("hours", type=int), request.form.get("minutes", type=int))
    try:
        service_hours.confirm(task, who, minutes, source="self", actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
        return _page(), 422
    flash(_("Thank you: your hours are noted."), "done")
    return redirect(url_for("volunteers.mine"), 303)


@blueprint.post("/moi/benevolat/heures/<int:hours_id>/retirer")
@signed_in
def remove_hours(hours_id: int) -> Any:
    service_hours.take_off(queries_hours.line(hours_id, _person_ids()), actor())
    flash(_("The line is taken off."), "done")
    return redirect(url_for("volunteers.mine"), 303)
