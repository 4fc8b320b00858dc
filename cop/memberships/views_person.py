"""The memberships of one person, for the staff: ask, record what was paid, exempt, end, hand out the receipt."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, Where, requires
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.memberships import forms, queries, receipt_pdf, service, service_payments, service_receipts
from cop.memberships.models import Membership, Payment, Receipt
from cop.memberships.rules import OfferedTo
from cop.memberships.views_list import blueprint, viewer
from cop.organisations import queries as organisations
from cop.people import queries as people
from cop.people.models import Person

PAGE = "/personnes/<int:person_id>/adhesion"
ONE = f"{PAGE}/<int:membership_id>"


def where_is(person_id: int, **_arguments: Any) -> Where:
    return people.where_is(person_id)


def _person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)  # the scope has looked


def _one(person_id: int, membership_id: int) -> Membership:
    membership = queries.get(membership_id)
    if membership.person_id != person_id:
        raise NotFound
    return membership


@blueprint.get(PAGE)
@requires(Permission.MEMBERSHIP_READ, scope=where_is)
def person(person_id: int) -> str:
    return _history(_person(person_id), _ask_form(person_id))


def _history(who: Person, form: forms.AskForm) -> str:
    return render_template(
        "memberships/person.html",
        person=who,
        memberships=queries.of_person(who.id),
        form=form,
        may_manage=access.can(viewer(), Permission.MEMBERSHIP_MANAGE, people.where_is(who.id)),
    )


def _ask_form(person_id: int) -> forms.AskForm:
    form, today = forms.AskForm(), clock.today()
    works_for = [one for one in organisations.of_person(person_id) if one.ends_on is None or one.ends_on >= today]
    kinds = queries.kinds_offered(OfferedTo.ORGANISATION)
    others = [(one.organisation_id, one.organisation.name, kind) for one in works_for for kind in kinds]
    form.offer(queries.kinds_offered(), others)
    return form


@blueprint.post(f"{PAGE}/demander")
@requires(Permission.MEMBERSHIP_MANAGE, scope=where_is)
def ask(person_id: int) -> Any:
    who, form = _person(person_id), _ask_form(person_id)
    if form.validate():
        kind_id, organisation_id = form.chosen()
        try:
            made = service.renew(who, kind_id, actor(), organisation_id=organisation_id)
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect(url_for("memberships.show", person_id=who.id, membership_id=made.id), 303)
    return _history(who, form), 422


@blueprint.get(ONE)
@requires(Permission.MEMBERSHIP_READ, scope=where_is)
def show(person_id: int, membership_id: int) -> str:
    return _page(_one(person_id, membership_id))


def _page(
    membership: Membership,
    payment: forms.PaymentForm | None = None,
    exempt: forms.ExemptForm | None = None,
    end: forms.EndForm | None = None,
) -> str:
    remaining = max(0, membership.amount_cents - queries.settled_of(membership))
    fresh = {"paid_on": clock.today(), "amount": f"{remaining // 100},{remaining % 100:02}"}
    return render_template(
        "memberships/show.html",
        membership=membership,
        person=membership.person,
        remaining=remaining,
        settled=queries.settled_of(membership),
        payment_form=payment or forms.PaymentForm(formdata=None, data=fresh),
        exempt_form=exempt or forms.ExemptForm(formdata=None, prefix="exempt-"),
        end_form=end or forms.EndForm(formdata=None, prefix="end-", data={"ended_on": clock.today()}),
        may_manage=access.can(viewer(), Permission.MEMBERSHIP_MANAGE, people.where_is(membership.person_id)),
    )


@blueprint.post(f"{ONE}/reglements")
@requires(Permission.MEMBERSHIP_MANAGE, scope=where_is)
def pay(person_id: int, membership_id: int) -> Any:
    membership, form = _one(person_id, membership_id), forms.PaymentForm()
    if form.validate():
        try:
            made = service_payments.record(membership, form.paid(), actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The payment is recorded.") if made else _("This payment was recorded already: once."), "done")
            return _back(membership)
    return _page(membership, payment=form), 422


@blueprint.post(f"{ONE}/exonerer")
@requires(Permission.MEMBERSHIP_MANAGE, scope=where_is)
def exempt(person_id: int, membership_id: int) -> Any:
    membership, form = _one(person_id, membership_id), forms.ExemptForm(prefix="exempt-")
    if form.validate():
        try:
            service_payments.exempt(membership, form.reason.data or "", form.press.key, actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("Nothing more is asked for this membership."), "done")
            return _back(membership)
    return _page(membership, exempt=form), 422


@blueprint.post(f"{ONE}/terminer")
@requires(Permission.MEMBERSHIP_MANAGE, scope=where_is)
def end(person_id: int, membership_id: int) -> Any:
    membership, form = _one(person_id, membership_id), forms.EndForm(prefix="end-")
    if form.validate():
        try:
            service.end(membership, form.last_day(), form.reason.data or "", actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The membership is ended. You may undo it below."), "done")
            return _back(membership)
    return _page(membership, end=form), 422


@blueprint.post(f"{ONE}/reprendre")
@requires(Permission.MEMBERSHIP_MANAGE, scope=where_is)
def resume(person_id: int, membership_id: int) -> Any:
    membership = _one(person_id, membership_id)
    service.resume(membership, actor())
    flash(_("The membership goes on until its term."), "done")
    return _back(membership)


def _back(membership: Membership) -> Any:
    return redirect(url_for("memberships.show", person_id=membership.person_id, membership_id=membership.id), 303)


@blueprint.route(f"{ONE}/reglements/<int:payment_id>/annuler", methods=["GET", "POST"])
@requires(Permission.MEMBERSHIP_MANAGE, scope=where_is)
def cancel_payment(person_id: int, membership_id: int, payment_id: int) -> Any:
    membership, form = _one(person_id, membership_id), forms.CancelForm()
    payment = _payment(membership, payment_id)
    if form.validate_on_submit():
        _cancelled(payment, form.reason.data or "")
        return _back(membership)
    page = render_template("memberships/cancel.html", membership=membership, payment=payment, form=form)
    return (page, 422) if form.is_submitted() else page


def _payment(membership: Membership, payment_id: int) -> Payment:
    for payment in membership.payments:
        if payment.id == payment_id:
            return payment
    raise NotFound


def _cancelled(payment: Payment, reason: str) -> None:
    if service_payments.cancel(payment, reason, actor()):
        flash(_("The payment is cancelled. It stays on the page, struck through."), "done")
    else:
        flash(_("This payment was cancelled already."), "note")


@blueprint.post(f"{ONE}/recu")
@requires(Permission.MEMBERSHIP_MANAGE, scope=where_is)
def make_receipt(person_id: int, membership_id: int) -> Any:
    membership = _one(person_id, membership_id)
    try:
        made = service_receipts.issue(membership, actor())
    except Refused as refused:
        flash(refused.message, "refused")
        return _back(membership)
    return redirect(url_for("memberships.receipt", person_id=person_id, receipt_id=made.id), 303)


@blueprint.get(f"{PAGE}/recus/<int:receipt_id>")
@requires(Permission.MEMBERSHIP_READ, scope=where_is)
def receipt(person_id: int, receipt_id: int) -> Response:
    found = queries.receipt(receipt_id)
    if found.membership.person_id != person_id:
        raise NotFound
    return receipt_file(found)


def receipt_file(receipt: Receipt) -> Response:
    """The receipt as PDF, to be kept."""
    name = f"recu-cotisation-{receipt.year}-{receipt.number:04}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex"}
    return Response(receipt_pdf.pdf(receipt), content_type="application/pdf", headers=headers)
