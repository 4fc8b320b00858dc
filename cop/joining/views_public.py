"""« Adhérer », « Devenir bénévole », and the page behind the link that confirms."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from cop.accounts.sign_in import current_account
from cop.core import clock, rate_limits, tokens
from cop.core.access import public
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import language
from cop.core.unit_of_work import release
from cop.host import queries as host
from cop.host import queries_retention as retention
from cop.joining import forms, mails, queries, rules, service
from cop.joining.models import Application
from cop.joining.rules import Kind
from cop.people import queries as people
from cop.people import rules as names
from cop.people.models import Person

blueprint = Blueprint("joining", __name__)
# A whole practice may join from one network address.
PER_NETWORK: Final = {"limit": 60, "seconds": 600}
# Each form writes to the address: nobody is to be buried in mails by somebody else's hand.
PER_ADDRESS: Final = {"limit": 5, "seconds": 3600}
BAD_LINKS: Final = {"limit": 60, "seconds": 600}
SENT: Final = "applied"


@blueprint.route("/adherer", methods=["GET", "POST"])
@public
def member() -> Any:
    return _page(Kind.MEMBER)


@blueprint.route("/benevoles", methods=["GET", "POST"])
@public
def volunteer() -> Any:
    return _page(Kind.VOLUNTEER)


def _page(kind: Kind) -> Any:
    if request.method == "POST":
        release()
        rate_limits.hit("joining", request.remote_addr or "", **PER_NETWORK)
        return _sent(kind)
    charter = queries.charter(kind)
    form = forms.for_reader(kind, _reader(), charter)
    return render_template("joining/form.html", form=form, kind=kind, charter=charter)


def _reader() -> Person | None:
    account = current_account()
    return next(iter(people.of_account(account.id, account.email)), None) if account else None


def _sent(kind: Kind) -> Any:
    charter = queries.charter(kind)
    form = forms.as_sent(kind, charter)
    if form.validate() and form.check_charter(charter):
        address = names.normalise_email(form.email.data or "")
        rate_limits.hit("joining.address", address, **PER_ADDRESS)
        try:
            _apply(kind, form)
        except Refused as refused:
            refuse(form, refused)
        else:
            session[SENT] = {"email": address, "kind": kind.value}
            return redirect(url_for("joining.sent"), 303)
    return render_template("joining/form.html", form=form, kind=kind, charter=queries.charter(kind)), 422


def _apply(kind: Kind, form: forms.ApplicationForm) -> None:
    organisation = host.current_host()
    service.apply(
        kind,
        form.given_name.data or "",
        form.family_name.data or "",
        form.email.data or "",
        form.typed(),
        language=language(),
        charter_version=int(form.charter_version.data or 0),
        notice_version=organisation.notice_version if organisation else 1,
        now=clock.now(),
    )


@blueprint.get("/demande/envoyee")
@public
def sent() -> Any:
    """The same whoever applied, and whatever was known of the address."""
    told = session.get(SENT)
    if told is None:
        return redirect(url_for("joining.member"), 303)
    return render_template(
        "joining/sent.html", email=told["email"], kind=told["kind"], days=retention.kept("application").length
    )


def _application(token: str) -> tuple[Application, int]:
    """What the link speaks of, and of which revision; a wrong link is counted, then not found."""
    try:
        number, revision = (int(part) for part in tokens.read(mails.PURPOSE, token).split(":"))
    except (tokens.BadToken, ValueError):
        release()
        rate_limits.hit("joining-link", request.remote_addr or "", **BAD_LINKS)
        raise NotFound from None
    return queries.get(number), revision


def _is_gone(token: str) -> bool:
    """Whether the link was a good one, in its time: what it spoke of is deleted."""
    try:
        number = tokens.read(mails.PURPOSE, token).partition(":")[0]
    except tokens.BadToken as bad:
        return bad.expired
    return not queries.exists(int(number))


@blueprint.get("/demande/<application_token>")
@public
def show(application_token: str) -> Any:
    if _is_gone(application_token):
        return render_template("joining/gone.html"), 410
    application, revision = _application(application_token)
    typed = rules.typed_from(application.typed)
    return render_template(
        "joining/confirm.html",
        application=application,
        typed=typed,
        communes=queries.communes([site.commune_id for site in typed.sites]),
        current=revision == application.revision,
        application_token=application_token,
    )


@blueprint.post("/demande/<application_token>/confirmer")
@public
def confirm(application_token: str) -> Any:
    application, revision = _application(application_token)
    try:
        service.confirm(application, revision, clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
    return redirect(url_for("joining.show", application_token=application_token), 303)
