"""The people list: everybody one may see, searched, narrowed, kept under a name, taken away as a file."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, render_template, request, url_for

from cop.accounts import access
from cop.accounts.models import Account
from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound
from cop.host import queries as hosts
from cop.network import queries, queries_choices, queries_columns, queries_scope, rules_filter, service
from cop.network.forms import SegmentForm
from cop.network.models import Segment
from cop.network.rules_filter import Filter
from cop.people import rules_phones
from cop.people.models import Person
from cop.statistics import queries_places
from cop.territories.models import Territory

blueprint: Final = Blueprint("network", __name__)
blueprint.add_app_template_filter(rules_phones.phone, "phone")


def viewer() -> Account:
    account = current_account()
    if account is None:
        raise NotFound
    return account


@blueprint.app_template_global("people_url")
def people_url(values: dict[str, Any], segment: Segment | None = None) -> str:
    """The address of a list; opened from a saved one, it remembers which."""
    return url_for("network.people", **(values | {"segment": segment.id} if segment else values))


@blueprint.app_template_global("readable_people")
def readable_people(people: Iterable[Person]) -> set[int]:
    """Those whose page the reader may open: on other pages their names lead there."""
    account = current_account()
    if not access.has_anywhere(account, Permission.PERSON_READ) or account is None:
        return set()
    return queries_scope.readable(account, {person.id for person in people})


@blueprint.get("/personnes")
@requires(Permission.PERSON_READ)
def people() -> Any:
    asked, reader = rules_filter.read(request.args, request.args.getlist), viewer()
    page = queries.page(asked, reader, request.args.get("page", 1, type=int))
    groups = queries_choices.groups(reader)
    segments = queries.segments(reader)
    number = request.args.get("segment", type=int)
    segment = next((one for one in segments if one.id == number), None)
    return render_template(
        "network/people.html",
        asked=asked,
        page=page,
        cells=queries_columns.cells(page.items, asked.colonnes, asked.on(clock.today())),
        groups=groups,
        chosen=list(queries_choices.chosen(asked, groups)),
        own=queries.shown_first(asked, reader),
        segments=segments,
        segment=segment,
        address=partial(people_url, segment=segment),
        form=SegmentForm(formdata=None, question=asked.canonical),
        **_shown(reader),
    )


def _shown(reader: Account) -> dict[str, Any]:
    return {
        "columns": rules_filter.COLUMNS,
        "sorts": rules_filter.SORTS,
        "usual_columns": rules_filter.USUAL_COLUMNS,
        "may_write": access.has_anywhere(reader, Permission.PERSON_EDIT),
        "may_export": access.has_anywhere(reader, Permission.PERSON_EXPORT),
        "me": reader,
    }


@blueprint.post("/personnes/export")
@requires(Permission.PERSON_EXPORT)
def export() -> Any:
    asked = rules_filter.of_query(request.form.get("question", ""))
    form = "xlsx" if request.form.get("form") == "xlsx" else "csv"
    data, headers = service.export(asked, viewer(), form, about=_about(asked), actor=actor())
    return Response(data, headers=headers)


def _about(asked: Filter) -> Territory:
    """What the activity log says the file is about: the place asked for, else the whole territory."""
    host = hosts.current_host()
    number = asked.number("territoire")
    return queries_places.get(number or (host.root_territory_id if host else 0))
