"""What mandates rest on: functions, decisions, projects."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.mandates import forms, queries, queries_list, rules, service_register
from cop.mandates.models import Decision, MandateKind, Project
from cop.mandates.views_list import blueprint, viewer, whole
from cop.mandates.views_person import cited


def _page_number() -> int:
    return request.args.get("page", 1, type=int)


def _shown(template: str, form: Any, **values: Any) -> Any:
    """A form for the first time, or again with what was typed and why it was refused."""
    return render_template(template, form=form, **values), 422 if request.method == "POST" else 200


# --- Functions ------------------------------------------------------------------------------------


@blueprint.get("/coordination/mandats/fonctions")
@requires(Permission.MANDATE_MANAGE, scope=whole)
def kinds() -> Any:
    return render_template("mandates/kinds.html", kinds=queries.kinds(archived=True))


@blueprint.route("/coordination/mandats/fonctions/nouvelle", methods=["GET", "POST"])
@requires(Permission.MANDATE_MANAGE, scope=whole)
def add_kind() -> Any:
    return _kind_page(forms.KindForm(alert_days=60), None)


@blueprint.route("/coordination/mandats/fonctions/<int:kind_id>", methods=["GET", "POST"])
@requires(Permission.MANDATE_MANAGE, scope=whole)
def edit_kind(kind_id: int) -> Any:
    kind = queries.kind(kind_id)
    return _kind_page(forms.KindForm(obj=kind), kind)


def _kind_page(form: forms.KindForm, kind: MandateKind | None) -> Any:
    if request.method == "POST" and form.validate():
        try:
            if kind is None:
                service_register.add_kind(form.part(rules.code_of(form.name_fr.data or "")), actor())
            else:
                service_register.change_kind(kind, form.part(kind.code), actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Kept. The rights of those who hold it follow."), "done")
            return redirect(url_for("mandates.kinds"), 303)
    return _shown("mandates/kind.html", form, kind=kind)


@blueprint.post("/coordination/mandats/fonctions/<int:kind_id>/archiver")
@requires(Permission.MANDATE_MANAGE, scope=whole)
def archive_kind(kind_id: int) -> Any:
    archived = request.form.get("archived") == "1"
    service_register.archive_kind(queries.kind(kind_id), actor(), archived=archived)
    flash(_("No longer proposed.") if archived else _("Proposed again."), "done")
    return redirect(url_for("mandates.kinds"), 303)


# --- Decisions ------------------------------------------------------------------------------------


@blueprint.get("/coordination/decisions")
@requires(Permission.MANDATE_READ)
def decisions() -> Any:
    page, account = queries_list.page_of_decisions(_page_number()), viewer()
    return render_template(
        "mandates/decisions.html",
        page=page,
        resting=queries_list.resting_on([decision.id for decision in page.items]),
        may_write=access.has_anywhere(account, Permission.MANDATE_MANAGE),
        may_change=access.can_everywhere(account, Permission.MANDATE_MANAGE),
    )


@blueprint.route("/coordination/decisions/nouvelle", methods=["GET", "POST"])
@requires(Permission.MANDATE_MANAGE)
def add_decision() -> Any:
    return _decision_page(forms.DecisionForm(), None)


@blueprint.route("/coordination/decisions/<int:decision_id>", methods=["GET", "POST"])
@requires(Permission.MANDATE_MANAGE, scope=whole)
def edit_decision(decision_id: int) -> Any:
    decision = queries.decision(decision_id)
    return _decision_page(forms.DecisionForm(obj=decision), decision)


def _decision_page(form: forms.DecisionForm, decision: Decision | None) -> Any:
    if request.method == "POST" and form.validate():
        texts = (form.body.data or "", form.decided_on.data, form.wording.data or "", form.link.data or "")
        try:
            service_register.record_decision(*texts, actor(), of=decision)
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The decision is written down."), "done")
            return redirect(url_for("mandates.decisions"), 303)
    return _shown("mandates/decision.html", form, decision=decision)


# --- Projects -------------------------------------------------------------------------------------


def where_is_project(project_id: int, **_: Any) -> int:
    return queries.project(project_id).territory_id


@blueprint.get("/coordination/projets")
@requires(Permission.MANDATE_READ)
def projects() -> Any:
    account = viewer()
    page = queries_list.page_of_projects(account, _page_number())
    return render_template(
        "mandates/projects.html",
        page=page,
        leading=queries_list.leading([project.id for project in page.items], clock.today()),
        today=clock.today(),
        manages=lambda project: queries.manages_on(account, project.territory_id),
        may_create=access.has_anywhere(account, Permission.MANDATE_MANAGE),
    )


@blueprint.route("/coordination/projets/nouveau", methods=["GET", "POST"])
@requires(Permission.MANDATE_MANAGE)
def add_project() -> Any:
    return _project_page(forms.ProjectForm(starts_on=clock.today()), None)


@blueprint.route("/coordination/projets/<int:project_id>", methods=["GET", "POST"])
@requires(Permission.MANDATE_MANAGE, scope=where_is_project)
def edit_project(project_id: int) -> Any:
    project = queries.project(project_id)
    return _project_page(forms.ProjectForm(obj=project), project)


def _project_page(form: forms.ProjectForm, project: Project | None) -> Any:
    form.offer(queries_list.territories(viewer()), queries_list.decisions())
    if request.method == "POST" and form.validate():
        try:
            service_register.keep_project(form.part(cited(form)), actor(), giver=viewer(), of=project)
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The project is kept."), "done")
            return redirect(url_for("mandates.projects"), 303)
    return _shown("mandates/project.html", form, project=project)
