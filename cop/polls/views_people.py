"""Choosing whom a poll asks."""

from typing import Any

from flask import flash

from cop.communities import queries as communities
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.i18n import _, _n
from cop.network import queries as network
from cop.network import queries_scope as scope
from cop.polls import forms, queries, service, views_desk
from cop.polls.models import Poll
from cop.polls.service import Added
from cop.polls.views_desk import back, blueprint, viewer


@blueprint.post("/animation/sondages/<int:poll_id>/personnes")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def add_people(poll_id: int) -> Any:
    poll, form = queries.get(poll_id), forms.for_people(viewer())
    if not form.validate():
        return views_desk.page_of(poll, people=form), 422
    addresses = form.found()
    if not form.group.data and not addresses:
        form.group.errors = [_("Choose a group, or give at least one address.")]
        return views_desk.page_of(poll, people=form), 422
    if form.group.data:
        _say(_add_group(poll, form.group.data))
    if addresses:
        _say(_add_addresses(poll, addresses))
    return back(poll)


def _add_group(poll: Poll, group: str) -> Added:
    account = viewer()
    number = int(group[1:])
    if group[0] == "c":
        poll.community_id = poll.community_id or number
        return service.add_people(poll, communities.members_of(number), clock.now())
    return service.add_people(poll, network.segment_people(network.segment(account, number), account), clock.now())


def _add_addresses(poll: Poll, addresses: list[str]) -> Added:
    numbers, unknown = service.known_among(addresses, scope.visible_to(viewer()))
    added = service.add_people(poll, numbers, clock.now())
    return Added(added.added, added.already, added.unreachable, unknown)


def _say(added: Added) -> None:
    flash(_n("%(num)d person added to the list.", "%(num)d people added to the list.", added.added), "done")
    if added.unreachable:
        words = _n(
            "%(num)d person has no address: tell them yourself.",
            "%(num)d people have no address: tell them yourself.",
            added.unreachable,
        )
        flash(words, "note")
    if added.unknown:
        words = _("Nobody you may see has these addresses; send them the link yourself: %(list)s")
        flash(words % {"list": ", ".join(added.unknown[:10])}, "warn")


@blueprint.post("/animation/sondages/<int:poll_id>/personnes/<int:voter_id>/retirer")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def remove_person(poll_id: int, voter_id: int) -> Any:
    poll = queries.get(poll_id)
    service.remove(poll, voter_id)
    return back(poll)
