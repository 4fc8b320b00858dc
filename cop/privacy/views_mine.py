"""« Mes données »: what is held about me, a copy of it, what I refuse, and erasing it all."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from cop.accounts import service as signing_in
from cop.accounts import sign_in
from cop.accounts.models import Account
from cop.core import clock, rate_limits
from cop.core.access import signed_in
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.people import queries as people
from cop.people.models import Person
from cop.privacy import queries_channels, queries_overview, service, service_erasure
from cop.privacy.forms import ChannelsForm, ErasureForm
from cop.privacy.rules import Kind

blueprint = Blueprint("my_data", __name__)
FILES: Final = {"json": ("application/json", "mes-donnees.json"), "csv": ("application/zip", "mes-donnees.zip")}


def _me() -> tuple[Account, Sequence[Person]]:
    account = sign_in.current_account()
    if account is None:  # the hook lets nobody else in
        raise NotFound
    return account, people.of_account(account.id, account.email)


def _holding() -> queries_overview.Holding:
    account, persons = _me()
    return queries_overview.holding(persons, [account.id])


@blueprint.get("/moi/donnees")
@signed_in
def show() -> str:
    found = _holding()
    refused = queries_channels.refused(found.persons[0]) if found.persons else set()
    form = ChannelsForm(formdata=None, data=dict.fromkeys(refused, True))
    return render_template("privacy/mine.html", found=found, form=form)


@blueprint.post("/moi/donnees/copie")
@signed_in
def take() -> Response:
    rate_limits.hit("data.copy", str(_me()[0].id), limit=20, seconds=3600)
    return file_of(_holding(), request.form.get("kind", ""))


def file_of(found: queries_overview.Holding, kind: str) -> Response:
    """The copy as a download; who took it is in the log, hence by a POST."""
    if kind not in FILES:
        raise NotFound
    mime, name = FILES[kind]
    body = service.take(found.sections, found.persons, sign_in.actor(), kind)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": mime}
    return Response(body, headers=headers)


@blueprint.post("/moi/donnees/oppositions")
@signed_in
def choose() -> Any:
    _account, persons = _me()
    form = ChannelsForm()
    for person in persons:
        service.choose_channels(person, form.refused, sign_in.actor(), clock.now())
    service.note_own_request(persons, Kind.OPPOSITION, clock.now())
    flash(_("Your choice holds from now on."), "done")
    return redirect(url_for("my_data.show"), 303)


@blueprint.get("/moi/donnees/effacer")
@signed_in
def erase() -> str:
    return _erase_page(ErasureForm(formdata=None))


@blueprint.post("/moi/donnees/effacer/lien")
@signed_in
def confirm() -> Any:
    """Whoever found this computer signed in does not erase its owner: their mailbox decides."""
    account, _persons = _me()
    rate_limits.hit("sign_in_link.account", account.email, limit=3, seconds=900)
    signing_in.request_link(account.email, url_for("my_data.erase"))
    return redirect(url_for("accounts.link_sent"), 303)


@blueprint.post("/moi/donnees/effacer", endpoint="do_erase")
@signed_in
def erase_me() -> Any:
    form, (_account, persons) = ErasureForm(), _me()
    chosen = _chosen(persons)
    if not sign_in.known_visitor().just_proved or not form.validate_on_submit() or not chosen:
        return _erase_page(form), 422
    try:
        service.note_own_request(chosen, Kind.ERASURE, clock.now())
        service_erasure.erase(chosen, actor=sign_in.actor(), now=clock.now())
    except Refused as refused:
        refuse(form, refused)
        return _erase_page(form), 422
    sign_in.end()
    flash(_("It is done: your data is erased. A last mail confirms it."), "done")
    return redirect(url_for("events.home"), 303)


def _chosen(persons: Sequence[Person]) -> list[Person]:
    """One record: that one. Several under one address (two colleagues, one mailbox): those that were ticked."""
    ticked = set(request.form.getlist("record", type=int))
    return [person for person in persons if len(persons) == 1 or person.id in ticked]


def _erase_page(form: ErasureForm) -> str:
    account, persons = _me()
    proved = sign_in.known_visitor().just_proved
    obstacle = service_erasure.obstacle(persons, clock.now())
    return render_template(
        "privacy/erase.html", form=form, persons=persons, account=account, proved=proved, obstacle=obstacle
    )
