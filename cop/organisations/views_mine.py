"""What somebody sees of their own organisations, and the directory of coordinators they may choose to be in."""

from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import signed_in
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _
from cop.organisations import queries, queries_story, service
from cop.organisations.models import Affiliation
from cop.organisations.views_list import blueprint, viewer
from cop.people import queries as people

_LONGEST: Final = 100


def _mine() -> list[Affiliation]:
    account = viewer()
    records = people.of_account(account.id, account.email)
    return [held for person in records for held in queries.of_person(person.id)]


def _one_of_mine(affiliation_id: int) -> Affiliation:
    for held in _mine():
        if held.id == affiliation_id:
            return held
    raise NotFound


@blueprint.get("/moi/organisations")
@signed_in
def mine() -> str:
    return render_template("organisations/mine.html", affiliations=_mine(), today=clock.today())


@blueprint.post("/moi/organisations/<int:affiliation_id>/annuaire")
@signed_in
def choose_directory(affiliation_id: int) -> Any:
    """Consent is a press, and so is taking it back: the entry is gone at once."""
    held, listed = _one_of_mine(affiliation_id), request.form.get("listed") == "1"
    service.list_in_directory(held, listed=listed)
    words = _("You are in the directory of coordinators.") if listed else _("Your name is out of the directory.")
    flash(words, "done")
    return redirect(url_for("organisations.mine"), 303)


@blueprint.post("/moi/organisations/<int:affiliation_id>/partir")
@signed_in
def leave(affiliation_id: int) -> Any:
    held = _one_of_mine(affiliation_id)
    try:
        service.end_affiliation(held, clock.today(), actor())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("Noted: you no longer work for %(name)s.", name=held.organisation.title), "done")
    return redirect(url_for("organisations.mine"), 303)


@blueprint.get("/annuaire-coordination")
@signed_in
def directory() -> str:
    words = request.args.get("q", "").strip()[:_LONGEST]
    page = queries_story.directory(words, request.args.get("page", 1, type=int))
    return render_template("organisations/directory.html", page=page, words=words)
