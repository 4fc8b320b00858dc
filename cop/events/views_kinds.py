"""Kinds of meetings on screen: the same for the whole installation, so for whoever has the right everywhere."""

from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core.access import Permission, Where, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _l, _n, label
from cop.events import forms_kinds, queries_kinds, service_kinds
from cop.events.models import Event, EventKind

blueprint: Final = Blueprint("event_kinds", __name__, url_prefix="/administration/types-de-rencontre")

# The pages of one kind; those of slices not installed are left out.
TABS: Final = (
    (_l("What it proposes"), "event_kinds.edit"),
    (_l("Questions"), "event_kinds.questions"),
    (_l("Places"), "event_kinds.quotas"),
    (_l("Reminders"), "reminders.of_kind"),
)


def everywhere(**_values: Any) -> Where:
    return Where()


@blueprint.app_template_global("kind_tabs")
def kind_tabs(kind: EventKind) -> list[dict[str, Any]]:
    return [
        {"label": words, "url": url_for(endpoint, event_kind_id=kind.id), "current": request.endpoint == endpoint}
        for words, endpoint in TABS
        if endpoint in current_app.view_functions
    ]


@blueprint.app_template_global("counted_words")
def counted_words(event: Event) -> str:
    """« 63 personnes, dont 12 enfants »: of the fullest half-day, for somebody may stay for two."""
    counted = [(half.headcount, half.children) for half in event.half_days if half.headcount is not None]
    if not counted:
        return ""
    people, children = max(counted, key=lambda one: one[0])
    words = [_n("%(num)d person", "%(num)d people", people)]
    if children:
        words.append(_n("of whom %(num)d child", "of whom %(num)d children", children))
    return ", ".join(words)


@blueprint.get("")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def index() -> str:
    kinds, uses = queries_kinds.all_kinds(), queries_kinds.uses()
    return render_template("events/kinds_list.html", kinds=kinds, uses=uses)


@blueprint.route("/nouveau", methods=["GET", "POST"])
@requires(Permission.KIND_MANAGE, scope=everywhere)
def create() -> Any:
    return _form_page(None)


@blueprint.route("/<int:event_kind_id>", methods=["GET", "POST"])
@requires(Permission.KIND_MANAGE, scope=everywhere)
def edit(event_kind_id: int) -> Any:
    return _form_page(queries_kinds.get(event_kind_id))


def _form_page(kind: EventKind | None) -> Any:
    form = forms_kinds.for_kind(kind)
    if request.method == "POST" and form.validate():
        try:
            kept = service_kinds.save(kind, form.description(), actor=actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("“%(name)s” is kept: the next events of this kind follow it.", name=label(kept)), "done")
            return redirect(url_for("event_kinds.index"), 303)
    page = render_template("events/kind.html", form=form, kind=kind)
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/<int:event_kind_id>/archiver")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def archive(event_kind_id: int) -> Any:
    kind, archived = queries_kinds.get(event_kind_id), request.form.get("archived") == "1"
    service_kinds.archive(kind, archived=archived, actor=actor())
    flash(_archived_words(kind) if archived else _("“%(name)s” is proposed again.", name=label(kind)), "done")
    return redirect(url_for("event_kinds.index"), 303)


def _archived_words(kind: EventKind) -> str:
    used = queries_kinds.uses().get(kind.id, 0)
    words = [_("“%(name)s” is no longer proposed.", name=label(kind))]
    if used:
        sentence = _n("Its event stays as it is.", "Its %(num)d events stay as they are.", used)
        words.append(sentence)
    return " ".join(words)


@blueprint.post("/<int:event_kind_id>/deplacer")
@requires(Permission.KIND_MANAGE, scope=everywhere)
def move(event_kind_id: int) -> Any:
    kind, step = queries_kinds.get(event_kind_id), {"up": -1, "down": 1}.get(request.form.get("to", ""))
    if step is None:
        raise NotFound
    service_kinds.move(kind, step, actor=actor())
    return redirect(url_for("event_kinds.index", _anchor=f"kind-{kind.id}"), 303)
