"""The list of those who come, as a file."""

from typing import Any

from flask import Response, request

from cop.accounts.sign_in import actor
from cop.activity import service as activity
from cop.core import exports
from cop.core.access import Permission, requires
from cop.core.errors import NotFound
from cop.core.i18n import _
from cop.events import queries as events
from cop.registrations import queries_export
from cop.registrations.views_event import blueprint

FORMS = ("xlsx", "csv")


@blueprint.post("/animation/evenements/<int:event_id>/inscriptions/fichier")
@requires(Permission.REGISTRATION_MANAGE, scope=events.where_is)
def export(event_id: int) -> Any:
    """A POST, for it is noted who took the list away."""
    event, form = events.get(event_id), request.form.get("kind", "")
    if form not in FORMS:
        raise NotFound
    rows = queries_export.table(event)
    activity.record(actor(), "registration.exported", event, rows=len(rows) - 1, form=form)
    data, headers = exports.download(rows, f"inscriptions-{event.slug}", form, title=_("Registrations"))
    return Response(data, headers=headers)
