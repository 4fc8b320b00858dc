"""Saved lists: kept, renamed, shared, deleted; each of it can be taken back."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.network import queries, queries_choices, rules_filter, service
from cop.network.forms import SegmentForm
from cop.network.models import Segment
from cop.network.views_list import blueprint, viewer


def _open(segment: Segment) -> Any:
    values: dict[str, Any] = rules_filter.of_query(segment.query).values()
    return redirect(url_for("network.people", **values, segment=segment.id), 303)


@blueprint.get("/personnes/listes")
@requires(Permission.PERSON_READ)
def segments() -> Any:
    undo = request.args.get("defaire", type=int)
    reader = viewer()
    groups = queries_choices.groups(reader)
    found = [
        (one, rules_filter.of_query(one.query).values(), [words for words, _fields in _words(one, groups)])
        for one in queries.segments(reader)
    ]
    undone = queries.changeable(reader, undo) if undo else None
    return render_template(
        "network/segments.html", segments=found, undone=undone, me=reader, may_change=queries.may_change
    )


def _words(one: Segment, groups: Any) -> Any:
    return queries_choices.chosen(rules_filter.of_query(one.query), groups)


@blueprint.post("/personnes/listes")
@requires(Permission.PERSON_READ)
def keep_segment() -> Any:
    form = SegmentForm()
    try:
        if form.validate_on_submit():
            made = service.keep(viewer(), form.name.data, form.canonical, shared=form.shared.data)
            flash(_("The list is kept: who is in it is worked out anew each time."), "done")
            return _open(made)
    except Refused as refused:
        refuse(form, refused)
    return render_template("network/segment.html", form=form, segment=None), 422


@blueprint.get("/personnes/listes/<int:segment_id>")
@requires(Permission.PERSON_READ)
def segment(segment_id: int) -> Any:
    found = queries.changeable(viewer(), segment_id)
    question = request.args.get("question", found.query)
    form = SegmentForm(formdata=None, name=found.name, shared=found.shared, question=question)
    return render_template("network/segment.html", form=form, segment=found)


@blueprint.post("/personnes/listes/<int:segment_id>")
@requires(Permission.PERSON_READ)
def change_segment(segment_id: int) -> Any:
    found, form = queries.changeable(viewer(), segment_id), SegmentForm()
    try:
        if form.validate_on_submit():
            service.change(found, viewer(), form.name.data, form.canonical, shared=form.shared.data)
            return redirect(url_for("network.segments", defaire=found.id), 303)
    except Refused as refused:
        refuse(form, refused)
    return render_template("network/segment.html", form=form, segment=found), 422


@blueprint.post("/personnes/listes/<int:segment_id>/defaire")
@requires(Permission.PERSON_READ)
def undo_segment(segment_id: int) -> Any:
    """Back to what it was before the last change, or from among the deleted."""
    found = queries.changeable(viewer(), segment_id)
    try:
        service.restore(found) if found.deleted_at else service.take_back(found)
    except Refused as refused:
        flash(str(refused.message), "refused")
    else:
        flash(_("“%(name)s” is as it was before.", name=found.name), "done")
    return redirect(url_for("network.segments"), 303)


@blueprint.post("/personnes/listes/<int:segment_id>/supprimer")
@requires(Permission.PERSON_READ)
def delete_segment(segment_id: int) -> Any:
    found = queries.changeable(viewer(), segment_id)
    service.delete(found)
    return redirect(url_for("network.segments", defaire=found.id), 303)
