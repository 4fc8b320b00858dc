"""The local mailbox: mails that are kept instead of sent, as their readers would see them."""

import re
from typing import Final

from flask import Blueprint, Response, g, make_response, render_template, request

from cop.core.access import Permission, requires
from cop.core.errors import NotFound
from cop.core.settings import current_settings
from cop.mail import queries, views_inbox
from cop.mail.content_lines import unfold
from cop.mail.models import MailMessage

mail = Blueprint("mail", __name__)
BLUEPRINTS: Final = [mail, views_inbox.blueprint]

PER_PAGE: Final = 50
# Shown as a mail program would: no script, no form, nothing from outside, no way out of the frame.
BODY_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
_LINK: Final = re.compile(r"https?://[^\s<>\"]+")


def _kept(message_id: int) -> MailMessage:
    """A mail that is read here because it was not sent; sent ones hold sign-in links of real people."""
    if current_settings().mail_transport != "preview":
        raise NotFound
    return queries.message(message_id)


@mail.get("/demo/courrier")
@requires(Permission.MAIL_READ, open_in_demo=True)
def mailbox() -> str:
    if current_settings().mail_transport != "preview":
        raise NotFound
    recipient = request.args.get("to", "")
    page = queries.page_of_mails(request.args.get("page", 1, type=int), PER_PAGE, recipient)
    return render_template("mail/mailbox.html", mails=page, recipient=recipient)


@mail.get("/demo/courrier/<int:message_id>")
@requires(Permission.MAIL_READ, open_in_demo=True)
def message(message_id: int) -> str:
    found = _kept(message_id)
    g.csp_extra = {"frame-src": "'self'"}
    links = list(dict.fromkeys(_LINK.findall(found.text or "")))
    calendar = unfold(found.calendar or "").replace("\r\n", "\n")
    source = (found.raw or b"").decode("utf-8", "replace")
    return render_template("mail/message.html", mail=found, links=links, calendar=calendar, source=source)


@mail.get("/demo/courrier/<int:message_id>/html")
@requires(Permission.MAIL_READ, open_in_demo=True)
def body(message_id: int) -> Response:
    """The HTML body alone, for the frame of the page above."""
    response = make_response(_kept(message_id).html or "")
    response.headers["Content-Security-Policy"] = BODY_POLICY
    return response


@mail.get("/demo/courrier/<int:message_id>/source")
@requires(Permission.MAIL_READ, open_in_demo=True)
def source(message_id: int) -> Response:
    """The message octet for octet, to be opened in a mail program."""
    response = make_response(_kept(message_id).raw or b"")
    response.headers["Content-Type"] = "message/rfc822"
    response.headers["Content-Disposition"] = f'attachment; filename="courriel-{message_id}.eml"'
    return response


@mail.get("/demo/courrier/<int:message_id>/invite.ics")
@requires(Permission.MAIL_READ, open_in_demo=True)
def calendar(message_id: int) -> Response:
    found = _kept(message_id)
    if not found.calendar:
        raise NotFound
    response = make_response(found.calendar.encode())
    response.headers["Content-Type"] = f"text/calendar; charset=utf-8; method={found.calendar_method}"
    response.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return response
