"""What everybody sees of the communities, and how one enters and leaves."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.models import Account
from cop.accounts.sign_in import actor, current_account
from cop.communities import queries, service
from cop.communities.models import Community, CommunityMember
from cop.core.access import Permission, public, signed_in
from cop.core.errors import NotFound, Refused
from cop.core.i18n import _
from cop.people import queries as people

blueprint = Blueprint("communities", __name__)


@blueprint.get("/communautes")
@public
def index() -> str:
    found = queries.alive()
    counts = queries.counts([community.id for community in found])
    may_edit = access.has_anywhere(current_account(), Permission.COMMUNITY_EDIT)
    return render_template("communities/list.html", communities=found, counts=counts, may_edit=may_edit)


@blueprint.get("/communautes/<community_slug>")
@public
def show(community_slug: str) -> str:
    """The names of the members are for the members who have signed in, and for those who run the community."""
    community, account = queries.by_slug(community_slug), current_account()
    held = _membership(community, account)
    runs = access.can(account, Permission.COMMUNITY_EDIT, queries.where_is(community.id))
    inside = queries.is_active(held) or runs
    return render_template(
        "communities/show.html",
        community=community,
        charter=queries.charter(community),
        held=held,
        active=queries.is_active(held),
        runs=runs,
        members=queries.members(community.id) if inside else [],
        count=queries.counts([community.id]).get(community.id, 0),
        inside=inside,
    )


def _membership(community: Community, account: Account | None) -> CommunityMember | None:
    if account is None:
        return None
    records = people.of_account(account.id, account.email)
    return queries.membership(community.id, [person.id for person in records])


@blueprint.post("/communautes/<community_slug>/rejoindre")
@signed_in
def join(community_slug: str) -> Any:
    community, account = queries.by_slug(community_slug), current_account()
    if account is None:
        raise NotFound
    back = redirect(url_for("communities.show", community_slug=community.slug), 303)
    if community.charter_version and not request.form.get("accept"):
        flash(_("To enter, read the charter and tick that you accept it."), "refused")
        return back
    try:
        person = service.person_of(account, actor())
        service.join(community, person, request.form.get("charter", 0, type=int), actor())
    except Refused as refused:
        flash(refused.message, "refused")
    else:
        flash(_("Welcome: you are a member of “%(name)s”.", name=community.name), "done")
    return back


@blueprint.post("/communautes/<community_slug>/quitter")
@signed_in
def leave(community_slug: str) -> Any:
    community = queries.by_slug(community_slug)
    held = _membership(community, current_account())
    if held is not None:
        service.leave(held, actor())
    flash(_("You are no longer a member of “%(name)s”. You may come back at any time.", name=community.name), "done")
    return redirect(url_for("communities.show", community_slug=community.slug), 303)
