"""The data of somebody who asked by letter, by telephone, in person; and the requests still to be answered."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from cop.accounts import sign_in
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.formats import date_long
from cop.core.i18n import _
from cop.people import queries as people
from cop.people.models import Person
from cop.privacy import queries, queries_channels, queries_overview, rules, service, service_erasure
from cop.privacy.forms import ChannelsForm, RequestForm
from cop.privacy.views_mine import file_of

blueprint = Blueprint("data_requests", __name__)


@blueprint.get("/personnes/demandes")
@requires(Permission.PERSON_ERASE)
def index() -> str:
    viewer = sign_in.current_account()
    if viewer is None:
        raise NotFound
    page = queries_channels.open_requests(viewer, request.args.get("page", 1, type=int))
    return render_template(
        "privacy/requests.html", page=page, kinds=rules.KINDS, due_on=rules.due_on, today=clock.today()
    )


@blueprint.get("/personnes/<int:person_id>/donnees")
@requires(Permission.PERSON_ERASE, people.where_is)
def show(person_id: int) -> str:
    return _page(_person(person_id))


def _person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)


def _holding(person: Person) -> queries_overview.Holding:
    return queries_overview.holding([person], queries.accounts_of([person]))


def _page(person: Person, **forms: Any) -> str:
    refused = queries_channels.refused(person)
    usual = {
        "channels_form": ChannelsForm(formdata=None, data=dict.fromkeys(refused, True)),
        "request_form": RequestForm(formdata=None, data={"received_on": clock.today()}),
    }
    return render_template(
        "privacy/person.html",
        **{**usual, **forms},
        person=person,
        found=_holding(person),
        requests=queries_channels.requests_of(person.id),
        words=rules,
        today=clock.today(),
    )


def _back(person_id: int) -> Any:
    return redirect(url_for("data_requests.show", person_id=person_id), 303)


@blueprint.post("/personnes/<int:person_id>/donnees/copie")
@requires(Permission.PERSON_ERASE, people.where_is)
def take(person_id: int) -> Response:
    return file_of(_holding(_person(person_id)), request.form.get("kind", ""))


@blueprint.post("/personnes/<int:person_id>/donnees/oppositions")
@requires(Permission.PERSON_ERASE, people.where_is)
def choose(person_id: int) -> Any:
    service.choose_channels(_person(person_id), ChannelsForm().refused, sign_in.actor(), clock.now())
    flash(_("What this person refuses is noted."), "done")
    return _back(person_id)


@blueprint.post("/personnes/<int:person_id>/donnees/demandes")
@requires(Permission.PERSON_ERASE, people.where_is)
def note(person_id: int) -> Any:
    person, form = _person(person_id), RequestForm()
    if not form.validate_on_submit():
        return _page(person, request_form=form, form=form), 422
    said = {name: form[name].data for name in ("kind", "received_by", "received_on", "asked_by", "note")}
    service.note_request(person, actor=sign_in.actor(), now=clock.now(), **said)
    flash(_("The request is noted. Answer by %(day)s.", day=date_long(rules.due_on(form.received_on.data))), "done")
    return _back(person_id)


@blueprint.post("/personnes/<int:person_id>/donnees/demandes/<int:request_id>/repondue")
@requires(Permission.PERSON_ERASE, people.where_is)
def answer(person_id: int, request_id: int) -> Any:
    asked = queries_channels.request_of(person_id, request_id)
    service.answer(asked, actor=sign_in.actor(), now=clock.now())
    flash(_("The answer is noted."), "done")
    return _back(person_id)


@blueprint.post("/personnes/<int:person_id>/donnees/effacer")
@requires(Permission.PERSON_ERASE, people.where_is)
def erase(person_id: int) -> Any:
    """Asked for by the person: the open request is answered by it."""
    person, now, actor = _person(person_id), clock.now(), sign_in.actor()
    try:
        service_erasure.erase([person], actor=actor, now=now)
    except Refused as refused:
        flash(refused.message, "refused")
        return _back(person_id)
    for asked in queries_channels.requests_of(person_id):
        service.answer(asked, actor=actor, now=now)
    flash(_("The record is erased. What counts in the figures stays, nameless."), "done")
    return redirect(url_for("data_requests.index"), 303)
