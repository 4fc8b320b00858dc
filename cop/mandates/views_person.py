"""The mandates of one person: given, changed, ended, put right."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.db import db
from cop.core.errors import Forbidden, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, label
from cop.mandates import forms, queries, queries_list, queries_rights, service, service_register
from cop.mandates.forms import MandateForm
from cop.mandates.models import Mandate, MandateKind
from cop.mandates.views_list import blueprint, viewer
from cop.people import queries as people
from cop.people.models import Person


def _person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)


def _back(person_id: int) -> Any:
    return redirect(url_for("mandates.of_person", person_id=person_id), 303)


@blueprint.get("/personnes/<int:person_id>/mandats")
@requires(Permission.MANDATE_READ, scope=people.where_is)
def of_person(person_id: int) -> Any:
    account, held = viewer(), queries.of_person(person_id)
    return render_template(
        "mandates/person.html",
        person=_person(person_id),
        mandates=held,
        states={mandate.id: queries.state(mandate, clock.today()) for mandate in held},
        changeable={mandate.id for mandate in held if queries.may_change(account, mandate)},
        without_access=queries_rights.without_access(held),
        may_give=access.can(account, Permission.MANDATE_MANAGE, people.where_is(person_id)),
    )


@blueprint.route("/personnes/<int:person_id>/mandats/nouveau", methods=["GET", "POST"])
@requires(Permission.MANDATE_MANAGE, scope=people.where_is)
def give(person_id: int) -> Any:
    person, code = _person(person_id), request.args.get("fonction", "")
    if not code:
        return render_template("mandates/kinds_to_give.html", person=person, kinds=queries.kinds())
    kind = queries.kind_by_code(code)
    form = offered(MandateForm(formdata=None) if request.method == "GET" else MandateForm(), kind)
    if request.method == "GET":
        form.starts_on.data = clock.today()
    elif form.validate():
        try:
            mandate = service.give(person, kind, form.terms(cited(form)), actor(), giver=viewer())
        except Refused as refused:
            refuse(form, refused)
        else:
            tell(mandate, _("Written: %(name)s, %(kind)s.", name=person.full_name, kind=label(kind)))
            return _back(person_id)
    page = render_template("mandates/form.html", form=form, kind=kind, person=person, mandate=None)
    return page, 422 if request.method == "POST" else 200


def offered(form: MandateForm, kind: MandateKind) -> MandateForm:
    account = viewer()
    form.offer(kind, queries_list.territories(account), queries_list.projects(account), queries_list.decisions())
    return form


def cited(form: forms.CitingForm) -> int | None:
    """The decision chosen, or the one written by the same press."""
    if not form.writes_decision:
        chosen: int | None = form.decision_id.data
        return chosen
    try:
        made = service_register.record_decision(
            form.new_body.data or "", form.new_on.data, form.new_wording.data or "", "", actor()
        )
    except Refused as refused:
        raise Refused(refused.message, "new_on") from None
    return made.id


def tell(mandate: Mandate, words: str) -> None:
    """What was done, and what one would want to know of it."""
    flash(words, "done")
    if not mandate.approved:
        flash(_("It awaits a decision: it gives no right until one is cited."), "warn")
    count, kind = queries.holders_at(mandate.kind_id, mandate.starts_on), mandate.kind
    if queries.too_many(kind, count):
        flash(_("%(count)d people hold this function for %(seats)d seats.", count=count, seats=kind.seats or 0), "warn")


def _mandate(person_id: int, mandate_id: int) -> Mandate:
    """One of this person's mandates, that the viewer may change."""
    mandate = queries.mandate(mandate_id, person_id)
    if not queries.may_change(viewer(), mandate):
        raise Forbidden
    return mandate


@blueprint.route("/personnes/<int:person_id>/mandats/<int:mandate_id>/modifier", methods=["GET", "POST"])
@requires(Permission.MANDATE_MANAGE, scope=people.where_is)
def edit(person_id: int, mandate_id: int) -> Any:
    mandate = _mandate(person_id, mandate_id)
    form = offered(MandateForm(formdata=None) if request.method == "GET" else MandateForm(), mandate.kind)
    if request.method == "GET":
        form.show(mandate)
    elif form.validate():
        try:
            service.change(mandate, form.terms(cited(form)), actor(), giver=viewer())
        except Refused as refused:
            refuse(form, refused)
        else:
            tell(mandate, _("Changed. The access follows at once."))
            return _back(person_id)
    page = render_template(
        "mandates/form.html", form=form, kind=mandate.kind, person=_person(person_id), mandate=mandate
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/personnes/<int:person_id>/mandats/<int:mandate_id>/fin", methods=["GET", "POST"])
@requires(Permission.MANDATE_MANAGE, scope=people.where_is)
def end(person_id: int, mandate_id: int) -> Any:
    mandate, form = _mandate(person_id, mandate_id), forms.EndForm()
    if request.method == "GET":
        form.ended_on.data = clock.today()
    elif form.validate():
        try:
            service.end_early(mandate, form.ended_on.data, form.end_reason.data, actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Ended. The access stops that evening; the line stays in the history."), "done")
            return _back(person_id)
    page = render_template("mandates/end.html", form=form, mandate=mandate, person=_person(person_id))
    return page, 422 if request.method == "POST" else 200


def _act(person_id: int, mandate_id: int, act: Callable[..., None], words: str) -> Any:
    mandate = _mandate(person_id, mandate_id)
    try:
        act(mandate, actor())
    except Refused as refused:
        flash(str(refused.message), "refused")
    else:
        flash(words, "done")
    return _back(person_id)


@blueprint.post("/personnes/<int:person_id>/mandats/<int:mandate_id>/reprendre")
@requires(Permission.MANDATE_MANAGE, scope=people.where_is)
def reopen(person_id: int, mandate_id: int) -> Any:
    return _act(person_id, mandate_id, service.reopen, _("The mandate goes on as decided."))


@blueprint.post("/personnes/<int:person_id>/mandats/<int:mandate_id>/retirer")
@requires(Permission.MANDATE_MANAGE, scope=people.where_is)
def remove(person_id: int, mandate_id: int) -> Any:
    words = _("Taken off, with the rights it gave. It is at the bottom of the page: “Put back” undoes this.")
    return _act(person_id, mandate_id, service.remove, words)


@blueprint.post("/personnes/<int:person_id>/mandats/<int:mandate_id>/remettre")
@requires(Permission.MANDATE_MANAGE, scope=people.where_is)
def put_back(person_id: int, mandate_id: int) -> Any:
    return _act(person_id, mandate_id, service.put_back, _("Put back, with the rights it gives."))
