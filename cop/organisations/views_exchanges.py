"""Logging an exchange: a line on the record, a press in the list."""

from typing import Any

from flask import flash, redirect, request, url_for

from cop.accounts.sign_in import actor
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.core.links import local_path
from cop.organisations import forms, queries, queries_story, service_exchanges
from cop.organisations.views_list import blueprint
from cop.organisations.views_record import back, record_page


@blueprint.post("/animation/organisations/<int:organisation_id>/echanges")
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def log(organisation_id: int) -> Any:
    organisation = queries.get(organisation_id)
    form = forms.exchange_form(queries_story.affiliations(organisation_id))
    if not form.validate():
        return record_page(organisation, form), 422
    day: Any = form.day.data
    try:
        service_exchanges.log(
            organisation,
            day,
            form.channel.data,
            form.what.data or "",
            actor=actor(),
            contact_id=form.contact_id.data or None,
            next_on=form.next_on.data,
        )
    except Refused as refused:
        refuse(form, refused)
        return record_page(organisation, form), 422
    flash(_("The exchange is noted."), "done")
    return back(organisation_id)


@blueprint.post("/animation/organisations/<int:organisation_id>/vu")
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def seen_today(organisation_id: int) -> Any:
    organisation = queries.get(organisation_id)
    service_exchanges.seen_today(organisation, actor())
    flash(_("Noted: %(name)s, met today.", name=organisation.title), "done")
    return redirect(local_path(request.form.get("next")) or url_for("organisations.index"), 303)


@blueprint.post("/animation/organisations/<int:organisation_id>/echanges/<int:exchange_id>/retirer")
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def remove_exchange(organisation_id: int, exchange_id: int) -> Any:
    service_exchanges.remove(queries_story.exchange(organisation_id, exchange_id), actor())
    return redirect(url_for("organisations.show", organisation_id=organisation_id, retire=exchange_id), 303)


@blueprint.post("/animation/organisations/<int:organisation_id>/echanges/<int:exchange_id>/remettre")
@requires(Permission.ORGANISATION_EDIT, scope=queries.where_is)
def put_exchange_back(organisation_id: int, exchange_id: int) -> Any:
    service_exchanges.put_back(queries_story.exchange(organisation_id, exchange_id), actor())
    flash(_("The exchange is back."), "done")
    return back(organisation_id)
