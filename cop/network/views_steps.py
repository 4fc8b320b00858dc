"""The steps of engagement on two days, and who went from which to which."""

from typing import Any

from flask import Response, render_template, request
from werkzeug.datastructures import MultiDict

from cop.accounts import access
from cop.accounts.sign_in import actor
from cop.core import clock, exports
from cop.core.access import Permission, requires
from cop.core.errors import NotFound
from cop.host import queries as hosts
from cop.network import queries_choices, queries_filters, queries_steps, rules, service_steps
from cop.network.forms import StepsForm
from cop.network.views_list import blueprint, viewer
from cop.statistics import queries_places


def territory_asked(**_: Any) -> int | None:
    """Where the right must hold; without territory, anywhere the viewer has it."""
    asked = request.values.get("territoire", type=int)
    return None if asked is None else queries_places.get(asked).id


@blueprint.get("/coordination/etapes")
@requires(Permission.STATISTICS_READ, scope=territory_asked)
def steps() -> Any:
    form, offered = _question()
    answered = form.check(clock.today())
    found = _answer(form) if answered else None
    page = render_template(
        "network/steps.html",
        form=form,
        found=found,
        territory=next((one for one in offered if one.id == form.territoire.data), None),
        steps=rules.STEPS,
        rows=[(step.value, step.rank, step.label) for step in rules.STEPS],
        unknown=rules.UNKNOWN,
        may_list=access.can(viewer(), Permission.PERSON_READ, form.territoire.data),
        may_export=access.can(viewer(), Permission.STATISTICS_EXPORT, form.territoire.data),
    )
    return page, 200 if answered else 422


@blueprint.post("/coordination/etapes/export")
@requires(Permission.STATISTICS_EXPORT, scope=territory_asked)
def export_steps() -> Any:
    form, offered = _question()
    if not form.check(clock.today()):
        raise NotFound
    about = next(one for one in offered if one.id == form.territoire.data)
    data = service_steps.export(_answer(form), about, actor())
    return Response(data, headers=exports.attachment("etapes.csv"))


def _question() -> tuple[StepsForm, Any]:
    """What is asked; by default the year up to today, in the widest territory of the reader."""
    host, today = hosts.current_host(), clock.today()
    if host is None:
        raise NotFound
    reach = access.territories_with(viewer(), Permission.STATISTICS_READ)
    offered = queries_places.askable(reach, host.root_territory_id)
    if not offered:
        raise NotFound
    asked = request.values.get("territoire", type=int)
    root = next((one.id for one in offered if one.id == host.root_territory_id), offered[0].id)
    usual = {
        "territoire": asked or root,
        "du": queries_filters.months_before(today, 12).isoformat(),
        "au": today.isoformat(),
    }
    form = StepsForm(MultiDict({name: request.values.get(name) or value for name, value in usual.items()}))
    form.offer(queries_choices.by_kind(offered))
    return form, offered


def _answer(form: StepsForm) -> queries_steps.Answer:
    host = hosts.current_host()
    may_read = access.can(viewer(), Permission.PERSON_READ, form.territoire.data)
    threshold = None if may_read or host is None else host.small_count
    return queries_steps.answer(form.du.data, form.au.data, form.territoire.data, threshold)
