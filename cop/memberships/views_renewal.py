"""The renewal campaign: who has to renew, what each mail says, and what became of it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n
from cop.memberships import forms, mails, queries, queries_renewal, rules, service_renewal
from cop.memberships.models import RenewalStep
from cop.memberships.queries_renewal import Outcome
from cop.memberships.rules import Audience
from cop.memberships.views_list import blueprint, viewer, whole_organisation

PAGE = "/coordination/adhesions/renouvellement"


@blueprint.get(PAGE)
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def renewal() -> str:
    today = clock.today()
    all_steps = queries_renewal.steps(Audience.MEMBER, active=False)
    lists = {one.id: queries_renewal.targets(one, today, viewer(), due_only=True) for one in all_steps if one.active}
    return render_template(
        "memberships/renewal.html",
        settings=queries.settings(),
        count=queries_renewal.count_to_renew(today),
        steps=all_steps,
        missed={number: [one for one in found if one.outcome is not Outcome.SENT] for number, found in lists.items()},
        lists=lists,
        next_mails=sum(one.outcome is Outcome.NOT_QUEUED for found in lists.values() for one in found),
        deadlines=queries_renewal.steps(Audience.COORDINATION, active=False),
        deadline=rules.next_deadline(today),
        told=queries_renewal.coordination(),
    )


@blueprint.post(f"{PAGE}/interrupteur")
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def switch_renewal() -> Any:
    on = request.form.get("on") == "1"
    service_renewal.switch(on, actor())
    flash(_("The mails leave by themselves from now on.") if on else _("No mail leaves by itself any more."), "done")
    return redirect(url_for("memberships.renewal"), 303)


def _member_step(step_id: int) -> RenewalStep:
    step = queries_renewal.step(step_id)
    if step.audience != Audience.MEMBER:
        raise NotFound
    return step


@blueprint.get(f"{PAGE}/etapes/<int:renewal_step_id>")
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def renewal_step(renewal_step_id: int) -> str:
    step, today = _member_step(renewal_step_id), clock.today()
    found = queries_renewal.targets(step, today, viewer(), due_only=False)
    waiting = [one for one in found if one.outcome is Outcome.NOT_QUEUED]
    sample = next(iter(waiting or found), None)
    return render_template(
        "memberships/renewal_step.html",
        step=step,
        waiting=waiting,
        others=[one for one in found if one.outcome not in {Outcome.NOT_QUEUED, Outcome.SENT}],
        mail=mails.preview(step, queries.get(sample.membership.id)) if sample else None,
        sample=sample,
        mails=queries_renewal.mails(step, viewer(), request.args.get("page", 1, type=int)),
    )


@blueprint.post(f"{PAGE}/etapes/<int:renewal_step_id>/envoyer")
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def launch_renewal(renewal_step_id: int) -> Any:
    sent = service_renewal.launch(_member_step(renewal_step_id), viewer(), actor())
    words = _n("%(num)s mail is on its way.", "%(num)s mails are on their way.", sent)
    flash(words if sent else _("Everybody has had this mail already: nothing was sent."), "done" if sent else "note")
    return redirect(url_for("memberships.renewal_step", renewal_step_id=renewal_step_id), 303)


@blueprint.route(f"{PAGE}/etapes/nouvelle", methods=["GET", "POST"])
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def create_step() -> Any:
    return _step_page(None)


@blueprint.route(f"{PAGE}/etapes/<int:renewal_step_id>/modifier", methods=["GET", "POST"])
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def edit_step(renewal_step_id: int) -> Any:
    return _step_page(queries_renewal.step(renewal_step_id))


def _step_page(step: RenewalStep | None) -> Any:
    form = forms.for_step(step)
    if form.validate_on_submit():
        try:
            service_renewal.save_step(step, form.values(), actor())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The mail is saved."), "done")
            return redirect(url_for("memberships.renewal"), 303)
    page = render_template("memberships/step_form.html", step=step, form=form)
    return (page, 422) if form.is_submitted() else page
