"""The pages of who answers applications, writes the charters and opens the doors."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.joining import forms, queries, queries_known, rules, service, service_settings
from cop.joining.models import Application
from cop.joining.rules import Kind
from cop.joining.views_public import blueprint
from cop.people import queries as people
from cop.people import service_own


@blueprint.get("/coordination/nouvelles-demandes")
@requires(Permission.APPLICATION_DECIDE)
def index() -> Any:
    account = current_account()
    return render_template(
        "joining/list.html",
        waiting=queries.to_approve(account),
        lately=queries.lately(account, clock.now()),
        unconfirmed=queries.unconfirmed_count(),
        may_set=access.can_everywhere(account, Permission.APPLICATION_DECIDE),
    )


@blueprint.get("/coordination/nouvelles-demandes/<int:application_id>")
@requires(Permission.APPLICATION_DECIDE, scope=queries.where_is)
def application(application_id: int) -> Any:
    return _page(queries.get(application_id), forms.RefusalForm())


def _page(found: Application, form: forms.RefusalForm) -> str:
    typed = rules.typed_from(found.typed)
    return render_template(
        "joining/application.html",
        application=found,
        typed=typed,
        known=queries_known.known(found, typed),
        form=form,
    )


@blueprint.post("/coordination/nouvelles-demandes/<int:application_id>/accepter")
@requires(Permission.APPLICATION_DECIDE, scope=queries.where_is)
def accept(application_id: int) -> Any:
    found = queries.get(application_id)
    try:
        service.accept(found, actor=actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("%(name)s is in, and is told by mail.", name=found.full_name), "done")
    return redirect(url_for("joining.index"), 303)


@blueprint.post("/coordination/nouvelles-demandes/<int:application_id>/refuser")
@requires(Permission.APPLICATION_DECIDE, scope=queries.where_is)
def refuse_application(application_id: int) -> Any:
    found, form = queries.get(application_id), forms.RefusalForm()
    if not form.validate():
        return _page(found, form), 422
    try:
        service.refuse(found, form.word.data or "", actor=actor(), now=clock.now())
    except Refused as refused:
        refuse(form, refused)
        return _page(found, form), 422
    flash(_("The answer leaves by mail. What was typed is deleted."), "done")
    return redirect(url_for("joining.index"), 303)


@blueprint.post("/coordination/nouvelles-demandes/<int:application_id>/adresse/<int:person_id>")
@requires(Permission.APPLICATION_DECIDE, scope=queries.where_is)
def release_address(application_id: int, person_id: int) -> Any:
    """Somebody has left, and a colleague has their address now."""
    found = queries.get(application_id)
    sharing = people.sharing_address(found.person) if found.person else []
    former = next((one for one in sharing if one.id == person_id), None)
    if former is None or not access.can(current_account(), Permission.PERSON_EDIT, people.where_is(person_id)):
        raise NotFound
    try:
        service_own.release_address(former, actor())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("The address is no longer on the record of %(name)s.", name=former.full_name), "done")
    return redirect(url_for("joining.application", application_id=application_id), 303)


# --- Charters and doors ---------------------------------------------------------------------------


@blueprint.get("/coordination/nouvelles-demandes/reglages")
@requires(Permission.APPLICATION_DECIDE, scope=queries.everywhere)
def settings() -> Any:
    return _settings_page()


def _settings_page(**shown: forms.SettingsForm) -> str:
    found = {kind.value: shown.get(kind.value) or _settings_form(kind) for kind in Kind}
    charters = {kind.value: queries.charter(kind) for kind in Kind}
    wrong = next((form for form in found.values() if form.errors), None)
    return render_template("joining/settings.html", forms=found, charters=charters, form=wrong)


def _settings_form(kind: Kind) -> forms.SettingsForm:
    charter = queries.charter(kind)
    texts = {"text_fr": charter.text_fr, "text_en": charter.text_en} if charter else {}
    data = {"approval": queries.needs_approval(kind), **texts}
    return forms.SettingsForm(formdata=None, data=data, prefix=kind.value)


@blueprint.post("/coordination/nouvelles-demandes/reglages")
@requires(Permission.APPLICATION_DECIDE, scope=queries.everywhere)
def save_settings() -> Any:
    asked = request.form.get("kind", "")
    if asked not in list(Kind):
        raise NotFound
    kind, form = Kind(asked), forms.SettingsForm(prefix=asked)
    if not form.validate():
        return _settings_page(**{asked: form}), 422
    service_settings.set_approval(kind, bool(form.approval.data), actor=actor())
    text_fr = form.text_fr.data or ""
    made = service_settings.write_charter(kind, text_fr, form.text_en.data or text_fr, actor=actor(), now=clock.now())
    flash(_("Saved. The charter in force is version %(version)s.", version=made.version), "done")
    return redirect(url_for("joining.settings"), 303)
