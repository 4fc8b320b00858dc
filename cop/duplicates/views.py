"""« Doublons »: pairs that look like one person, side by side, merged or told apart."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from cop.accounts import sign_in
from cop.accounts.models import Account
from cop.core import clock, personal
from cop.core.access import Permission, requires
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _, _l, _n
from cop.duplicates import queries, rules, service
from cop.duplicates.models import Pair
from cop.mandates import queries_rights

blueprint = Blueprint("duplicates", __name__)
BLUEPRINTS: Final = (blueprint,)
LABELS: Final = {
    "given_name": _l("Given name"),
    "family_name": _l("Family name"),
    "email": _l("E-mail"),
    "phone": _l("Telephone"),
    "profession_code": _l("Profession"),
    "rpps": _l("RPPS number"),
    "language": _l("Language"),
    "account_id": _l("Account"),
}


def _viewer() -> Account:
    account = sign_in.current_account()
    if account is None:
        raise NotFound
    return account


@blueprint.get("/personnes/doublons")
@requires(Permission.PERSON_MERGE)
def index() -> str:
    page = queries.open_pairs(_viewer(), request.args.get("page", 1, type=int))
    merges = queries.recent_merges(_viewer())
    return render_template("duplicates/list.html", page=page, words=rules.WORDS, merges=merges)


@blueprint.post("/personnes/doublons/chercher")
@requires(Permission.PERSON_MERGE)
def find() -> Any:
    fresh = service.find(clock.now())
    words = _n("%(num)d new pair.", "%(num)d new pairs.", fresh)
    flash(words if fresh else _("No new pair: everybody was looked at."), "done")
    return redirect(url_for("duplicates.index"), 303)


@blueprint.get("/personnes/doublons/<int:pair_id>")
@requires(Permission.PERSON_MERGE, queries.where_pair)
def show(pair_id: int) -> str:
    return _page(queries.pair(_viewer(), pair_id))


def _page(pair: Pair, refused: Any = None) -> str:
    numbers = [pair.one_id, pair.other_id]
    return render_template(
        "duplicates/show.html",
        pair=pair,
        sides=(pair.one, pair.other),
        labels=LABELS,
        words=rules.WORDS,
        owned=queries.owned(numbers),
        two_numbers=pair.one.rpps and pair.other.rpps and pair.one.rpps != pair.other.rpps,
        refused=refused,
    )


def _chosen(pair: Pair) -> dict[str, int]:
    """For each field the record whose value stays; a number that is neither is nobody's."""
    said = {name: request.form.get(name, type=int) for name in service.FIELDS}
    return {name: number for name, number in said.items() if number in (pair.one_id, pair.other_id)}


@blueprint.post("/personnes/doublons/<int:pair_id>/fusionner")
@requires(Permission.PERSON_MERGE, queries.where_pair)
def merge(pair_id: int) -> Any:
    pair = queries.pair(_viewer(), pair_id)
    # The older record stays, with its number: more links were mailed in its name.
    kept, other = pair.one_id, pair.other_id
    try:
        _check_rights(kept, other)
        made = service.merge(kept, other, _chosen(pair), actor=sign_in.actor(), now=clock.now())
    except Refused as refused:
        return _page(pair, refused.message), 422
    return redirect(url_for("duplicates.merged", merge_id=made.id), 303)


def _check_rights(*numbers: int) -> None:
    """The account that stays gets the rights of the mandates: nobody gives in this way what they could not give."""
    if queries_rights.holds_beyond(_viewer(), numbers):
        raise Refused(_l("One of them has a mandate whose rights you may not give: who gives it can merge them."))


@blueprint.post("/personnes/doublons/<int:pair_id>/deux-personnes")
@requires(Permission.PERSON_MERGE, queries.where_pair)
def tell_apart(pair_id: int) -> Any:
    service.tell_apart(queries.pair(_viewer(), pair_id), actor=sign_in.actor(), now=clock.now())
    flash(_("Noted: two people. You will not be asked again."), "done")
    return redirect(url_for("duplicates.show", pair_id=pair_id), 303)


@blueprint.post("/personnes/doublons/<int:pair_id>/reprendre")
@requires(Permission.PERSON_MERGE, queries.where_pair)
def reopen(pair_id: int) -> Any:
    service.reopen(queries.pair(_viewer(), pair_id), actor=sign_in.actor())
    return redirect(url_for("duplicates.show", pair_id=pair_id), 303)


@blueprint.get("/personnes/fusions/<int:merge_id>")
@requires(Permission.PERSON_MERGE, queries.where_merge)
def merged(merge_id: int) -> str:
    made = queries.merge(merge_id)
    return render_template("duplicates/merged.html", merge=made, titles=_titles())


def _titles() -> dict[str, str]:
    """Each table as people call it."""
    found = personal.links(db.metadata)
    return {column.table.name: str(link.title) for column, link in found.items() if link}


@blueprint.post("/personnes/fusions/<int:merge_id>/annuler")
@requires(Permission.PERSON_MERGE, queries.where_merge)
def undo(merge_id: int) -> Any:
    made = queries.merge(merge_id)
    try:
        undone = service.undo(made, actor=sign_in.actor(), now=clock.now())
    except Refused as refused:
        flash(refused.message, "refused")
        return redirect(url_for("duplicates.merged", merge_id=merge_id), 303)
    flash(_("Both records are back as they were."), "done")
    if undone.left:
        left = _n("%(num)d line was changed since: it stays as it is.",
                  "%(num)d lines were changed since: they stay as they are.", len(undone.left))  # fmt: skip
        flash(left, "warn")
    return redirect(url_for("duplicates.index"), 303)
