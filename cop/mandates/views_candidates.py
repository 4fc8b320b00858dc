"""Candidates for the bureau and the board, seat by seat."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.db import db
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _
from cop.mandates import forms, queries, queries_candidates, queries_list, rules, service_candidates
from cop.mandates.models import Candidate, MandateKind
from cop.mandates.views_list import blueprint, viewer, whole
from cop.mandates.views_person import cited, offered, tell
from cop.people import queries as people
from cop.people.models import Person


def _elected_to(kind_id: int) -> MandateKind:
    kind = queries.kind(kind_id)
    if kind.body not in (rules.BUREAU, rules.BOARD):
        raise NotFound
    return kind


@blueprint.get("/coordination/candidatures")
@requires(Permission.MANDATE_MANAGE, scope=whole)
def seats() -> Any:
    return render_template(
        "mandates/seats.html",
        kinds=queries_candidates.elected_kinds(),
        counts=queries_candidates.counts(),
        vacancies=queries_list.vacancies(clock.today()),
    )


@blueprint.get("/coordination/candidatures/<int:kind_id>")
@requires(Permission.MANDATE_MANAGE, scope=whole)
def seat(kind_id: int) -> Any:
    return _seat_page(_elected_to(kind_id))


def _seat_page(kind: MandateKind, sent: forms.CandidateForm | None = None, of: int | None = None) -> Any:
    words = request.args.get("q", "").strip()[:100]
    followed = queries_candidates.of_kind(kind.id)
    lines = [(one, sent if one.id == of else _line_form(one)) for one in followed]
    page = render_template(
        "mandates/seat.html",
        kind=kind,
        lines=lines,
        words=words,
        found=people.search(words, viewer()) if words else [],
        followed={one.person_id for one in followed if one.state in rules.OPEN_STATES},
        vacant=queries_list.vacancies(clock.today()).get(kind.id),
        candidate_states=rules.CANDIDATE_STATES,
        next_steps=rules.NEXT_STEPS,
        open_states=rules.OPEN_STATES,
        form=sent,
    )
    return page, 422 if sent else 200


def _line_form(candidate: Candidate) -> forms.CandidateForm:
    return forms.CandidateForm(formdata=None, obj=candidate, prefix=f"c{candidate.id}-")


@blueprint.post("/coordination/candidatures/<int:kind_id>/<int:person_id>")
@requires(Permission.MANDATE_MANAGE, scope=whole)
def approach(kind_id: int, person_id: int) -> Any:
    kind = _elected_to(kind_id)
    people.where_is(person_id)
    service_candidates.approach(db.session.get_one(Person, person_id), kind, actor())
    flash(_("Followed from today."), "done")
    return redirect(url_for("mandates.seat", kind_id=kind_id), 303)


@blueprint.post("/coordination/candidature/<int:candidate_id>")
@requires(Permission.MANDATE_MANAGE, scope=whole)
def move(candidate_id: int) -> Any:
    candidate = queries_candidates.candidate(candidate_id)
    form = forms.CandidateForm(prefix=f"c{candidate_id}-")
    if not form.validate():
        return _seat_page(candidate.kind, form, candidate_id)
    try:
        service_candidates.move(candidate, form.state.data, form.next_step.data, form.next_on.data, actor())
    except Refused as refused:
        refuse(form, refused)
        return _seat_page(candidate.kind, form, candidate_id)
    flash(_("Kept."), "done")
    return redirect(url_for("mandates.seat", kind_id=candidate.kind_id), 303)


@blueprint.route("/coordination/candidature/<int:candidate_id>/election", methods=["GET", "POST"])
@requires(Permission.MANDATE_MANAGE, scope=whole)
def elect(candidate_id: int) -> Any:
    candidate = queries_candidates.candidate(candidate_id)
    kind, person = candidate.kind, candidate.person
    form = offered(forms.MandateForm(formdata=None) if request.method == "GET" else forms.MandateForm(), kind)
    if request.method == "GET":
        form.starts_on.data = clock.today()
    elif form.validate():
        try:
            mandate = service_candidates.elect(candidate, form.terms(cited(form)), actor(), giver=viewer())
        except Refused as refused:
            refuse(form, refused)
        else:
            tell(mandate, _("Elected: %(name)s. The mandate is written.", name=person.full_name))
            return redirect(url_for("mandates.of_person", person_id=person.id), 303)
    page = render_template("mandates/form.html", form=form, kind=kind, person=person, mandate=None, election=True)
    return page, 422 if request.method == "POST" else 200
