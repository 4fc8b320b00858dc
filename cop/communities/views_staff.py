"""Running communities: described, their members, their suspensions."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.models import Account
from cop.accounts.sign_in import actor, current_account
from cop.communities import queries, rules, service
from cop.communities.forms import CommunityForm, SuspensionForm, community_form
from cop.communities.models import Community
from cop.communities.views_public import blueprint as blueprint
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _


def _viewer() -> Account:
    account = current_account()
    if account is None:
        raise NotFound
    return account


def _back(community_id: int) -> Any:
    return redirect(url_for("communities.manage", community_id=community_id), 303)


def _form(community: Community | None) -> CommunityForm:
    everywhere = access.can_everywhere(_viewer(), Permission.COMMUNITY_EDIT)
    return community_form(community, queries.territories(_viewer()), everywhere=everywhere)


def _form_page(form: CommunityForm, community: Community | None) -> Any:
    versions = queries.charters(community.id) if community else []
    page = render_template("communities/form.html", form=form, community=community, versions=versions)
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/animation/communautes")
@requires(Permission.COMMUNITY_EDIT)
def staff_index() -> str:
    found = queries.editable_by(_viewer())
    counts = queries.counts([community.id for community in found])
    return render_template("communities/desk.html", communities=found, counts=counts)


@blueprint.route("/animation/communautes/nouvelle", methods=["GET", "POST"])
@requires(Permission.COMMUNITY_EDIT)
def create() -> Any:
    form = _form(None)
    if request.method == "POST" and form.validate():
        made = service.create(form.description(), form.charter.data or "", actor())
        flash(_("The community has its page."), "done")
        return _back(made.id)
    return _form_page(form, None)


@blueprint.get("/animation/communautes/<int:community_id>")
@requires(Permission.COMMUNITY_EDIT, scope=queries.where_is)
def manage(community_id: int) -> str:
    return _page(queries.get(community_id), SuspensionForm(formdata=None))


def _page(community: Community, form: SuspensionForm, about: int | None = None) -> str:
    return render_template(
        "communities/manage.html",
        community=community,
        members=queries.members(community.id),
        form=form,
        about=about,
        is_suspended=rules.is_suspended,
        today=clock.today(),
    )


@blueprint.route("/animation/communautes/<int:community_id>/modifier", methods=["GET", "POST"])
@requires(Permission.COMMUNITY_EDIT, scope=queries.where_is)
def edit(community_id: int) -> Any:
    community = queries.get(community_id)
    form = _form(community)
    if request.method == "POST" and form.validate():
        said, charter = form.description(), form.charter.data or ""
        try:
            service.edit(community, said, charter, version=form.shown_version, actor=actor())
        except service.EditedMeanwhile as refused:
            form.version.data = str(community.version)
            refuse(form, refused)
        else:
            flash(_("Saved."), "done")
            return _back(community.id)
    return _form_page(form, community)


@blueprint.post("/animation/communautes/<int:community_id>/archiver")
@requires(Permission.COMMUNITY_EDIT, scope=queries.where_is)
def archive(community_id: int) -> Any:
    service.archive(queries.get(community_id), actor())
    flash(_("The community is archived: its page is no longer public, its history stays."), "done")
    return _back(community_id)


@blueprint.post("/animation/communautes/<int:community_id>/restaurer")
@requires(Permission.COMMUNITY_EDIT, scope=queries.where_is)
def restore(community_id: int) -> Any:
    service.restore(queries.get(community_id), actor())
    flash(_("The community is public again."), "done")
    return _back(community_id)


@blueprint.post("/animation/communautes/<int:community_id>/membres/<int:member_id>/animer")
@requires(Permission.COMMUNITY_EDIT, scope=queries.where_is)
def set_animator(community_id: int, member_id: int) -> Any:
    held = queries.member(community_id, member_id)
    service.set_animator(held, animator=request.form.get("animator") == "1", actor=actor())
    flash(_("Saved."), "done")
    return _back(community_id)


@blueprint.post("/animation/communautes/<int:community_id>/membres/<int:member_id>/suspendre")
@requires(Permission.COMMUNITY_EDIT, scope=queries.where_is)
def suspend(community_id: int, member_id: int) -> Any:
    held, form = queries.member(community_id, member_id), SuspensionForm()
    good = form.validate()
    try:
        if good:
            service.suspend(held, form.until.data, actor())
    except Refused as refused:
        refuse(form, refused)
        good = False
    if not good:
        return _page(held.community, form, held.id), 422
    flash(_("Suspended, and told by mail. The suspension may be lifted at any time."), "done")
    return _back(community_id)


@blueprint.post("/animation/communautes/<int:community_id>/membres/<int:member_id>/retablir")
@requires(Permission.COMMUNITY_EDIT, scope=queries.where_is)
def lift(community_id: int, member_id: int) -> Any:
    service.lift(queries.member(community_id, member_id), actor())
    flash(_("The suspension is lifted."), "done")
    return _back(community_id)
