"""The renewal campaign: who has to renew, what each mail says, and what became of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n
from cop.memberships import forms, mails, queries, queries_renewal, rules, service_renewal
from cop.memberships.models import RenewalStep
from cop.memberships.queries_renewal import Part, Target
from cop.memberships.rules import Audience
from cop.memberships.views_list import blueprint, viewer, whole_organisation

SHOWN: Final = 100  # of a long list; the others are counted
PAGE: Final = "/coordination/adhesions/renouvellement"


@blueprint.get(PAGE)
@requires(Permission.MEMBERSHIP_MANAGE, scope=whole_organisation)
def renewal() -> str:
    today = clock.today()
    all_steps = queries_renewal.steps(Audience.MEMBER, active=False)
    due = {one.id: _due(one, today) for one in all_steps if one.active}
    return render_template(
        "memberships/renewal.html",
        settings=queries.settings(),
        count=queries_renewal.count_to_renew(today),
        steps=all_steps,
        due=due,
        next_mails=sum(one.waiting for one in due.values()),
        deadlines=queries_renewal.steps(Audience.COORDINATION, active=False),
        deadline=rules.next_deadline(today),
        told=queries_renewal.coordination(),
    )


@dataclass(frozen=True, slots=True)
class DueNow:
    """A step today: how many it concerns, how many are still to be written to, and the first it has not reached."""

    concerned: int
    waiting: int
    missed_count: int
    missed: list[Target]


def _due(step: RenewalStep, today: date) -> DueNow:
    who = viewer()
    return DueNow(
        queries_renewal.count(step, today, who, due_only=True),
        queries_renewal.count(step, today, who, due_only=True, part=Part.WAITING),
        queries_renewal.count(step, today, who, due_only=True, part=Part.MISSED),
        queries_renewal.targets(step, today, who, due_only=True, part=Part.MISSED, limit=SHOWN),
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
    step, today, who = _member_step(renewal_step_id), clock.today(), viewer()
    waiting = queries_renewal.targets(step, today, who, part=Part.WAITING, limit=SHOWN)
    others = queries_renewal.targets(step, today, who, part=Part.UNREACHED, limit=SHOWN)
    sample = next(iter([*waiting, *others]), None) or next(
        iter(queries_renewal.targets(step, today, who, limit=1)), None
    )
    return render_template(
        "memberships/renewal_step.html",
        step=step,
        waiting=waiting,
        waiting_count=queries_renewal.count(step, today, who, part=Part.WAITING),
        others=others,
        others_count=queries_renewal.count(step, today, who, part=Part.UNREACHED),
        mail=mails.preview(step, queries.get(sample.membership.id)) if sample else None,
        sample=sample,
        mails=queries_renewal.mails(step, who, request.args.get("page", 1, type=int)),
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
