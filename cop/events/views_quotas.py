"""The groups usual for a kind of meeting: its next events begin with them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _, label
from cop.events import forms_quotas, queries_kinds
from cop.events import service_quotas as service
from cop.events.models_quotas import Quota
from cop.events.views_kinds import blueprint, everywhere


@blueprint.route("/<int:event_kind_id>/places", methods=["GET", "POST"])
@requires(Permission.KIND_MANAGE, scope=everywhere)
def quotas(event_kind_id: int) -> Any:
    return _page(event_kind_id, None)


@blueprint.route("/<int:event_kind_id>/places/<int:kind_quota_id>", methods=["GET", "POST"])
@requires(Permission.KIND_MANAGE, scope=everywhere)
def quota(event_kind_id: int, kind_quota_id: int) -> Any:
    return _page(event_kind_id, service.get(kind_quota_id, kind_id=event_kind_id))


def _page(event_kind_id: int, changed: Quota | None) -> Any:
    kind, form = queries_kinds.get(event_kind_id), forms_quotas.for_quota(changed, sides=True)
    if request.method == "POST" and form.validate():
        try:
            service.save_for_kind(kind, changed, form.description(), actor=actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Kept: the next events of the kind “%(name)s” begin with these seats.", name=label(kind)), "done")
            return redirect(url_for("event_kinds.quotas", event_kind_id=kind.id), 303)
    page = render_template(
        "events/quotas.html", kind=kind, form=form, changed=changed, quotas=service.of_kind(event_kind_id)
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/<int:event_kind_id>/places/<int:kind_quota_id>/retirer")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def remove_quota(event_kind_id: int, kind_quota_id: int) -> Any:
    kind, gone = queries_kinds.get(event_kind_id), service.get(kind_quota_id, kind_id=event_kind_id)
    service.remove_from_kind(kind, gone, actor=actor())
    flash(_("Taken away: events that exist already keep theirs."), "done")
    return redirect(url_for("event_kinds.quotas", event_kind_id=kind.id), 303)


@blueprint.post("/<int:event_kind_id>/places/<int:kind_quota_id>/monter")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def raise_quota(event_kind_id: int, kind_quota_id: int) -> Any:
    kind, raised = queries_kinds.get(event_kind_id), service.get(kind_quota_id, kind_id=event_kind_id)
    service.raise_one(service.of_kind(kind.id), raised)
    return redirect(url_for("event_kinds.quotas", event_kind_id=kind.id), 303)
