"""Tasks: written, proposed to those available, done."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n, label, language
from cop.events import queries_desk as desks
from cop.volunteers import forms, mails, queries, queries_hours, rules, service_hours, service_tasks
from cop.volunteers.models import Task
from cop.volunteers.service_tasks import TaskSaid
from cop.volunteers.views_team import blueprint


@blueprint.get("/animation/taches")
@requires(Permission.VOLUNTEER_MANAGE)
def tasks() -> Any:
    past = request.args.get("quand") == "passees"
    page = queries.page_of_tasks(current_account(), request.args.get("page", 1, type=int), clock.now(), past=past)
    return render_template("volunteers/tasks.html", page=page, past=past, state_of=_state)


def _state(task: Task) -> rules.State:
    return rules.state_of(task.state, taken=task.taken, places=task.places)


@blueprint.route("/animation/taches/nouvelle", methods=["GET", "POST"])
@requires(Permission.VOLUNTEER_MANAGE)
def create_task() -> Any:
    form = _task_form()
    if request.method == "POST" and form.validate():
        try:
            task = service_tasks.create(_said(form), actor=actor(), now=clock.now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The task is written. Nobody has been asked yet: choose below whom to ask."), "done")
            return redirect(url_for("volunteers.show_task", task_id=task.id), 303)
    page = render_template("volunteers/task_form.html", form=form)
    return page, 422 if request.method == "POST" else 200


def _task_form() -> forms.TaskForm:
    form, account, now = forms.TaskForm(), current_account(), clock.now()
    form.territory_id.choices = [(one.id, one.name) for one in desks.territories(account, Permission.VOLUNTEER_MANAGE)]
    coming = queries.events_to_come(account, now)
    form.event_id.choices = [
        ("", _("None")),
        *((event.id, f"{label(event.kind)} · {event.title} · {event.local_start:%d/%m/%Y}") for event in coming),
    ]
    return form


def _said(form: forms.TaskForm) -> TaskSaid:
    return TaskSaid(
        title=form.title.data or "",
        description=form.description.data or "",
        territory_id=form.territory_id.data,
        starts_at=clock.at_local(form.day.data, form.at.data),
        minutes=rules.duration(form.hours.data, form.minutes.data) or 0,
        places=form.places.data or 0,
        skill_ids=frozenset(form.skills.data or ()),
        event_id=form.event_id.data,
    )


@blueprint.get("/animation/taches/<int:task_id>")
@requires(Permission.VOLUNTEER_MANAGE, scope=queries.where_task_is)
def show_task(task_id: int) -> Any:
    return _task_page(queries.task(task_id))


def _task_page(task: Task) -> str:
    now, zone = clock.now(), mails.zone_of(task)
    state = _state(task)
    asking = state == rules.State.OPEN and task.starts_at > now
    return render_template(
        "volunteers/task.html",
        task=task,
        zone=zone,
        state=state,
        ends_at=rules.end_of(task.starts_at, task.minutes),
        slot=rules.slot_of(task.starts_at, zone),
        candidates=queries.candidates(task, zone) if asking else [],
        asking=asking,
        skills={skill.id: label(skill) for skill in queries.skills(archived=True)},
        proposals=queries.proposals_of(task.id),
        hours=queries_hours.of_task(task.id),
        now=now,
    )


@blueprint.get("/animation/taches/<int:task_id>/proposer")
@requires(Permission.VOLUNTEER_MANAGE, scope=queries.where_task_is)
def before_proposing(task_id: int) -> Any:
    """Who is written to, how many they are, and the mail: before anything leaves."""
    task = queries.task(task_id)
    chosen = _chosen(task)
    if not chosen:
        flash(_("Choose at least one person to ask."), "refused")
        return redirect(url_for("volunteers.show_task", task_id=task_id), 303)
    mail = mails.preview(task, chosen[0].name.split()[0], language())
    return render_template("volunteers/propose.html", task=task, chosen=chosen, mail=mail)


def _chosen(task: Task) -> list[rules.Offer]:
    asked = {int(number) for number in request.values.getlist("person") if number.isdigit()}
    return [offer for offer in queries.candidates(task, mails.zone_of(task)) if offer.person_id in asked]


@blueprint.post("/animation/taches/<int:task_id>/proposer")
@requires(Permission.VOLUNTEER_MANAGE, scope=queries.where_task_is)
def propose(task_id: int) -> Any:
    task = queries.task(task_id)
    try:
        made = service_tasks.propose(task, [offer.person_id for offer in _chosen(task)], actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_n("%(num)d person is asked by mail.", "%(num)d people are asked by mail.", len(made)), "done")
    return redirect(url_for("volunteers.show_task", task_id=task_id), 303)


@blueprint.post("/animation/taches/<int:task_id>/annuler")
@requires(Permission.VOLUNTEER_MANAGE, scope=queries.where_task_is)
def cancel_task(task_id: int) -> Any:
    told = service_tasks.cancel(queries.task(task_id), actor=actor())
    words = [_("The task is cancelled.")]
    if told:
        words.append(_n("%(num)d person is told by mail.", "%(num)d people are told by mail.", told))
    flash(" ".join(words), "done")
    return redirect(url_for("volunteers.show_task", task_id=task_id), 303)


@blueprint.post("/animation/taches/<int:task_id>/heures")
@requires(Permission.VOLUNTEER_MANAGE, scope=queries.where_task_is)
def confirm_hours(task_id: int) -> Any:
    """One volunteer's hours for this task, as the team saw them."""
    task, who = queries.task(task_id), request.form.get("person", 0, type=int)
    minutes = rules.duration(request.form.get("hours", type=int), request.form.get("minutes", type=int))
    try:
        service_hours.confirm(task, who, minutes, source="staff", actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
        return _task_page(queries.task(task_id)), 422
    flash(_("The hours are noted."), "done")
    return redirect(url_for("volunteers.show_task", task_id=task_id), 303)
