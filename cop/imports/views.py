"""Importing lists: send, match the columns, look at what would happen, do it, take it back."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.models import Account
from cop.accounts.sign_in import actor, current_account
from cop.core import exports
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.core.web import accepts_files
from cop.imports import queries, rules, service
from cop.imports.forms import MappingForm, UploadForm, mapping_form
from cop.imports.models import Import
from cop.imports.rules import State, Verdict
from cop.imports.targets import Target, known, named

blueprint = Blueprint("imports", __name__, url_prefix="/coordination/imports")
BLUEPRINTS = (blueprint,)


def _viewer() -> Account:
    account = current_account()
    if account is None:
        raise NotFound
    return account


def _one(import_id: int) -> tuple[Import, Target]:
    held = queries.one(_viewer(), import_id)
    return held, named(held.target)


def _back(import_id: int) -> Any:
    return redirect(url_for("imports.show", import_id=import_id), 303)


@blueprint.get("")
@requires(Permission.PERSON_IMPORT)
def index() -> str:
    page = queries.page_of_imports(_viewer(), request.args.get("page", 1, type=int))
    return render_template("imports/list.html", page=page, states=rules.STATES)


def _upload_form(**values: Any) -> UploadForm:
    viewer = _viewer()
    return UploadForm(**values).offer([one for one in known() if access.has_anywhere(viewer, one.permission)])


@blueprint.get("/nouveau")
@requires(Permission.PERSON_IMPORT)
def create() -> str:
    return render_template("imports/upload.html", form=_upload_form(formdata=None))


@blueprint.post("/nouveau")
@requires(Permission.PERSON_IMPORT)
@accepts_files(rules.LARGEST + 64 * 1024)
def upload() -> Any:
    form = _upload_form()
    try:
        if not form.validate_on_submit():
            return render_template("imports/upload.html", form=form), 422
        held = service.upload(
            named(form.target.data),
            form.file.data.filename or "",
            form.file.data.read(),
            source=form.source.data,
            informed_on=form.informed_on.data,
            actor=actor(),
        )
    except Refused as refused:
        refuse(form, refused)
        return render_template("imports/upload.html", form=form), 422
    return redirect(url_for("imports.columns", import_id=held.id), 303)


@blueprint.get("/<int:import_id>/colonnes")
@requires(Permission.PERSON_IMPORT)
def columns(import_id: int) -> Any:
    held, target = _one(import_id)
    if held.state not in {State.UPLOADED, State.CHECKED} or held.content is None:
        return _back(import_id)
    form = mapping_form(held.headings, held.mapping, target, formdata=None, replace=held.replace)
    return _columns_page(held, target, form)


def _columns_page(held: Import, target: Target, form: MappingForm) -> str:
    table = service.table_of(held)
    samples = service.samples(table)
    barred = [rules.forbidden(heading, target.forbidden) for heading in held.headings]
    return render_template(
        "imports/columns.html", held=held, target=target, table=table, form=form, samples=samples, barred=barred
    )


@blueprint.post("/<int:import_id>/colonnes")
@requires(Permission.PERSON_IMPORT)
def match(import_id: int) -> Any:
    held, target = _one(import_id)
    form = mapping_form(held.headings, held.mapping, target)
    try:
        if not form.validate_on_submit():
            return _columns_page(held, target, form), 422
        service.match(held, form.mapping, target, replace=form.replace.data)
    except Refused as refused:
        refuse(form, refused)
        return _columns_page(held, target, form), 422
    return _back(import_id)


@blueprint.post("/<int:import_id>/feuille")
@requires(Permission.PERSON_IMPORT)
def choose_sheet(import_id: int) -> Any:
    held, target = _one(import_id)
    try:
        service.choose_sheet(held, request.form.get("sheet", ""), target)
    except Refused as refused:
        flash(str(refused.message), "refused")
    return redirect(url_for("imports.columns", import_id=import_id), 303)


@blueprint.get("/<int:import_id>")
@requires(Permission.PERSON_IMPORT)
def show(import_id: int) -> Any:
    held, target = _one(import_id)
    if held.state == State.UPLOADED and held.content is not None:
        return redirect(url_for("imports.columns", import_id=import_id), 303)
    wanted = request.args.get("lignes") or service.worth_a_look(held)
    lines = queries.page_of_lines(held.id, wanted, request.args.get("page", 1, type=int))
    return render_template(
        "imports/show.html",
        held=held,
        target=target,
        wanted=wanted,
        lines=lines,
        line_tabs=_line_tabs(held, wanted),
        lines_kept=queries.has_lines(held.id),
        states=rules.STATES,
        at_work=held.state in rules.AT_WORK,
        undoable=queries.is_undoable(held),
        inform_before=rules.inform_before(held.applied_at) if held.state == State.APPLIED else None,
    )


def _line_tabs(held: Import, wanted: str) -> list[dict[str, Any]]:
    return [
        {
            "label": rules.VERDICTS[verdict],
            "url": url_for("imports.show", import_id=held.id, lignes=verdict),
            "current": verdict == wanted,
            "count": held.counts[verdict],
        }
        for verdict in (Verdict.REFUSED, Verdict.CHANGE, Verdict.CREATE)
        if held.counts.get(verdict)
    ]


@blueprint.post("/<int:import_id>/importer")
@requires(Permission.PERSON_IMPORT)
def apply(import_id: int) -> Any:
    return _ask(import_id, service.apply)


@blueprint.post("/<int:import_id>/annuler")
@requires(Permission.PERSON_IMPORT)
def undo(import_id: int) -> Any:
    return _ask(import_id, service.undo)


def _ask(import_id: int, what: Any) -> Any:
    held, _target = _one(import_id)
    try:
        what(held, actor())
    except Refused as refused:
        flash(str(refused.message), "refused")
    return _back(import_id)


@blueprint.post("/<int:import_id>/oublier")
@requires(Permission.PERSON_IMPORT)
def discard(import_id: int) -> Any:
    held, _target = _one(import_id)
    try:
        service.discard(held, actor())
    except Refused as refused:
        flash(str(refused.message), "refused")
        return _back(import_id)
    flash(_("The file is forgotten, nothing of it is kept."), "done")
    return redirect(url_for("imports.index"), 303)


@blueprint.post("/<int:import_id>/refus")
@requires(Permission.PERSON_IMPORT)
def refused(import_id: int) -> Response:
    held, _target = _one(import_id)
    rows = service.refused_rows(held, actor())
    kind = "csv" if request.form.get("format") == "csv" else "xlsx"
    data, headers = exports.download(rows, f"lignes-a-corriger-{held.id}", kind, _("Lines to mend"))
    return Response(data, headers=headers)
