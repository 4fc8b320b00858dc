"""The member's own page: state, history, receipts, and the button that renews. Signed in, or by a personal link."""

from collections.abc import Sequence
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor, current_account
from cop.activity.service import PUBLIC
from cop.core import clock, rate_limits, tokens
from cop.core.access import public, signed_in
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.core.unit_of_work import release
from cop.memberships import forms, queries, queries_own, service, service_receipts
from cop.memberships.mails import PURPOSE
from cop.memberships.queries_own import Offer
from cop.memberships.rules import OfferedTo
from cop.memberships.views_list import blueprint
from cop.memberships.views_person import receipt_file
from cop.people import queries as people
from cop.people.models import Person

BAD_LINKS: Final = {"limit": 60, "seconds": 600}


def _own() -> Sequence[Person]:
    account = current_account()
    return people.of_account(account.id, account.email) if account else []


def _of_link(member_token: str) -> Sequence[Person]:
    """The person a link speaks for, under the record that stays; a wrong link is counted, then not found."""
    try:
        found = db.session.get(Person, int(tokens.read(PURPOSE, member_token)))
    except (tokens.BadToken, ValueError):
        release()
        rate_limits.hit("membership-link", request.remote_addr or "", **BAD_LINKS)
        raise NotFound from None
    while found is not None and found.merged_into_id is not None:
        found = db.session.get(Person, found.merged_into_id)
    if found is None or found.anonymised_at is not None:
        raise NotFound
    return [found]


def _form(offer: Offer, last: int | None = None) -> forms.RenewForm:
    """One for each record under the same address, and each organisation it speaks for, told apart by its prefix."""
    form = forms.RenewForm(prefix=f"{offer.key}-")
    offered_to = OfferedTo.ORGANISATION if offer.organisation else OfferedTo.INDIVIDUAL
    form.offer(queries.kinds_offered(offered_to), last)
    return form


def _page(persons: Sequence[Person], token: str, refused: tuple[str, forms.RenewForm] | None = None) -> str:
    found = queries.of_persons([one.id for one in persons])
    last = {(one.person_id, one.organisation_id): one.kind_id for one in reversed(found)}
    offers = queries_own.offers(persons, clock.today())
    shown = {one.key: _form(one, last.get((one.person.id, one.organisation_id))) for one in offers}
    if refused:
        shown[refused[0]] = refused[1]
    return render_template(
        "memberships/mine.html",
        offers=offers,
        memberships=found,
        forms=shown,
        form=refused[1] if refused else None,
        settings=queries.settings(),
        token=token,
    )


def _renew(persons: Sequence[Person], token: str, who: Any) -> Any:
    offers = {one.key: one for one in queries_own.offers(persons, clock.today())}
    offer = offers.get(request.form.get("member", ""))
    if offer is None:
        raise NotFound
    form = _form(offer)
    if form.validate():
        try:
            service.renew_oneself(offer, form.kind.data, who)
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Your membership is asked for. Here is how to pay it."), "done")
            return redirect(_address(token), 303)
    return _page(persons, token, (offer.key, form)), 422


def _address(token: str) -> str:
    return url_for("memberships.personal", member_token=token) if token else url_for("memberships.mine")


def _receipt(persons: Sequence[Person], token: str, who: Any) -> Any:
    """The receipt itself, made now if there was none: the answer to a press, since a link shows and a button acts."""
    membership_id = request.form.get("membership", "")
    number = int(membership_id) if membership_id.isascii() and membership_id.isdigit() else 0
    membership = queries.get(min(number, 2**31 - 1))
    if membership.person_id not in {one.id for one in persons}:
        raise NotFound
    try:
        return receipt_file(service_receipts.issue(membership, who))
    except Refused as refused:
        flash(refused.message, "refused")
        return redirect(_address(token), 303)


@blueprint.get("/moi/adhesion")
@signed_in
def mine() -> str:
    return _page(_own(), "")


@blueprint.post("/moi/adhesion")
@signed_in
def renew() -> Any:
    return _renew(_own(), "", actor())


@blueprint.post("/moi/adhesion/recu")
@signed_in
def make_own_receipt() -> Any:
    return _receipt(_own(), "", actor())


@blueprint.get("/adhesion/<member_token>")
@public
def personal(member_token: str) -> str:
    return _page(_of_link(member_token), member_token)


@blueprint.post("/adhesion/<member_token>")
@public
def renew_by_link(member_token: str) -> Any:
    return _renew(_of_link(member_token), member_token, PUBLIC)


@blueprint.post("/adhesion/<member_token>/recu")
@public
def make_receipt_by_link(member_token: str) -> Any:
    return _receipt(_of_link(member_token), member_token, PUBLIC)
