"""The coordinator's figures: the page, the people behind each figure, the file."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from cop.accounts import access
from cop.accounts.sign_in import actor, current_account
from cop.core import exports
from cop.core.access import Permission, requires
from cop.core.errors import NotFound
from cop.statistics import queries_dashboard, queries_people, rules, service
from cop.statistics.registry import all_measures
from cop.statistics.rules_crowd import By
from cop.statistics.views_inquiry import Inquiry, read, territory_asked

blueprint = Blueprint("statistics", __name__, url_prefix="/coordination")
BLUEPRINTS = (blueprint,)
blueprint.add_app_template_filter(service.remark, "figure_remark")


@blueprint.get("")
@requires(Permission.STATISTICS_READ, scope=territory_asked)
def engagement() -> Any:
    inquiry = read(Permission.STATISTICS_READ)
    account, here = current_account(), inquiry.territory.id
    found = queries_dashboard.dashboard(inquiry.ground, inquiry.threshold) if inquiry.ground else None
    page = render_template(
        "statistics/engagement.html",
        inquiry=inquiry,
        form=inquiry.form,
        found=found,
        may_list=access.can(account, Permission.PERSON_READ, here),
        may_export=access.can(account, Permission.STATISTICS_EXPORT, here),
        may_open_lists=access.can(account, Permission.ATTENDANCE_TAKE, here),
    )
    return page, 200 if found else 422


@blueprint.get("/mobilises")
@requires(Permission.PERSON_READ, scope=territory_asked)
def people() -> Any:
    inquiry = read(Permission.PERSON_READ, by_place=False)
    which = request.args.get("liste", queries_dashboard.MOBILISATION)
    if inquiry.ground is None:
        return render_template("statistics/engagement.html", **_unanswered(inquiry)), 422
    page, rows = queries_people.people(inquiry.ground, which, request.args.get("page", 1, type=int))
    measure = all_measures().get(which)
    return render_template(
        "statistics/people.html",
        inquiry=inquiry,
        which=which,
        measure=measure,
        figure=rules.show(measure.shares(inquiry.ground, By.TOTAL)[None], None) if measure else None,
        page=page,
        rows=rows,
    )


def _unanswered(inquiry: Inquiry) -> dict[str, Any]:
    rights = {"may_list": False, "may_export": False, "may_open_lists": False}
    return {"inquiry": inquiry, "form": inquiry.form, "found": None, **rights}


@blueprint.post("/export")
@requires(Permission.STATISTICS_EXPORT, scope=territory_asked)
def export() -> Any:
    inquiry = read(Permission.STATISTICS_EXPORT)
    if inquiry.ground is None:
        raise NotFound
    threshold = inquiry.threshold
    data = service.export(
        queries_dashboard.dashboard(inquiry.ground, threshold),
        inquiry.ground,
        territory=inquiry.territory,
        places=inquiry.places,
        professions=inquiry.professions,
        threshold=threshold,
        actor=actor(),
    )
    return Response(data, headers=exports.attachment("engagement.csv"))
