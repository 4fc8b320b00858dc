"""What came in and is about no registration: words of people, mails nobody could read."""

from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for

from cop.core.access import Permission, requires
from cop.core.settings import current_settings
from cop.mail import queries_inbox as queries
from cop.mail import service_inbox as service
from cop.mail.models_inbox import InboxState

blueprint = Blueprint("inbox", __name__)
PER_PAGE: Final = 30


@blueprint.get("/administration/courrier-recu")
@requires(Permission.MAIL_READ)
def received() -> str:
    return render_template(
        "mail/received.html",
        page=queries.waiting(request.args.get("page", 1, type=int), PER_PAGE),
        mark=queries.mark(),
        server=current_settings().inbox_server,
    )


@blueprint.post("/administration/courrier-recu/<int:inbox_id>/classer")
@requires(Permission.MAIL_READ)
def dismiss(inbox_id: int) -> Any:
    service.settle(queries.waiting_one(inbox_id), InboxState.DROPPED, "by_hand")
    return redirect(url_for("inbox.received"), 303)
