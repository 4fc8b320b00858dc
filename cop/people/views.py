"""What a field asks while one types, and one's own record."""

from typing import Any, Final

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor, current_account
from cop.core.access import public, signed_in
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.people import forms, queries, service_record
from cop.people import queries_communes as communes
from cop.people.models import Person

blueprint = Blueprint("people", __name__)
BLUEPRINTS: Final = (blueprint,)
LONGEST: Final = 60


@blueprint.get("/communes")
@public
def find_communes() -> Response:
    """Names and postal codes that begin like ``q``; nothing about anybody, so browsers may keep it."""
    found = communes.matching(request.args.get("q", "")[:LONGEST], proposals=True)
    response = jsonify([{"label": commune.label, "value": commune.id} for commune in found])
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    return response


@blueprint.get("/moi/profil")
@signed_in
def my_profile() -> Any:
    person = _mine()
    return _page(person, forms.profile_of(person) if person else None)


def _mine() -> Person | None:
    account = current_account()
    return queries.own_record(account) if account else None


def _page(person: Person | None, form: forms.ProfileForm | None) -> str:
    if form is not None:
        forms.make_room(form.sites)
    state = queries.rpps_state(person) if person else None
    return render_template("people/profile.html", person=person, form=form, rpps_state=state)


@blueprint.post("/moi/profil")
@signed_in
def change_profile() -> Any:
    person, form = _mine(), forms.ProfileForm()
    if person is None:
        raise NotFound
    if form.validate():
        try:
            service_record.change(person, form.record(person), actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Your record is changed."), "done")
            return redirect(url_for("people.my_profile"), 303)
    return _page(person, form), 422
