"""One person's page, and writing a record: nobody is typed twice."""

from typing import Any, Final

from flask import current_app, flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _l
from cop.mandates import queries_rights
from cop.network import forms, queries_person, queries_timeline
from cop.network.forms import PersonForm
from cop.network.views_list import blueprint, viewer
from cop.people import queries as records
from cop.people import rules, service_record
from cop.people.forms import make_room
from cop.people.models import Person
from cop.volunteers import queries as volunteers

# The other pages about one person: label, endpoint, right; those of slices not installed are left out.
TABS: Final = (
    (_l("The person"), "network.person", Permission.PERSON_READ),
    (_l("Membership"), "memberships.person", Permission.MEMBERSHIP_READ),
    (_l("Mandates"), "mandates.of_person", Permission.MANDATE_READ),
    (_l("Volunteering"), "volunteers.show", Permission.VOLUNTEER_MANAGE),
    (_l("Personal data"), "data_requests.show", Permission.PERSON_ERASE),
)
# What a line of the story leads to besides, and the right it takes everywhere: the link is for whoever may follow it.
LEADS: Final = {
    "attendance.sheet": Permission.ATTENDANCE_TAKE,
    "communities.manage": Permission.COMMUNITY_EDIT,
    "duplicates.index": Permission.PERSON_MERGE,
    "imports.show": Permission.PERSON_IMPORT,
    "mail.message": Permission.MAIL_READ,
    "organisations.show": Permission.ORGANISATION_READ,
    "volunteers.show_task": Permission.VOLUNTEER_MANAGE,
}


@blueprint.app_template_global("person_tabs")
def person_tabs(person_id: int) -> list[dict[str, Any]]:
    """The pages of one person, those the reader may open. A volunteer's page begins with the profile."""
    apart = set() if volunteers.profile_of(person_id) else {"volunteers.show"}
    return [
        {"label": label, "url": url_for(endpoint, person_id=person_id), "current": request.endpoint == endpoint}
        for label, endpoint in _pages(person_id)
        if endpoint not in apart
    ]


def _pages(person_id: int) -> list[tuple[Any, str]]:
    account, where = viewer(), records.where_is(person_id)
    return [
        (label, endpoint)
        for label, endpoint, permission in TABS
        if endpoint in current_app.view_functions and access.can(account, permission, where)
    ]


def _links(person_id: int) -> set[str]:
    account, known = viewer(), current_app.view_functions
    elsewhere = {name for name, right in LEADS.items() if name in known and access.can_everywhere(account, right)}
    theirs = {endpoint for _label, endpoint in _pages(person_id)}
    # One membership is behind the same right as all those of the person.
    theirs |= {"memberships.show"} if "memberships.person" in theirs else set()
    return {"registrations.event_page", *theirs, *elsewhere}


@blueprint.get("/personnes/<int:person_id>")
@requires(Permission.PERSON_READ, scope=records.where_is)
def person(person_id: int) -> Any:
    reader = viewer()
    story = queries_timeline.story(person_id, request.args.get("quoi", ""), request.args.get("page", 1, type=int))
    return render_template(
        "network/person.html",
        portrait=queries_person.portrait(person_id),
        story=story,
        today=clock.today(),
        may_write=access.can(reader, Permission.PERSON_EDIT, records.where_is(person_id)),
        links=_links(person_id),
    )


@blueprint.route("/personnes/<int:person_id>/modifier", methods=["GET", "POST"])
@requires(Permission.PERSON_EDIT, scope=records.where_is)
def edit_person(person_id: int) -> Any:
    found = queries_person.get(person_id)
    if request.method == "GET":
        return _form(forms.of_person(found), found)
    form = PersonForm()
    try:
        if not form.validate_on_submit():
            return _form(form, found), 422
        _keep_within_reach(form)
        _check_address(found, form)
        service_record.change(found, form.record, actor())
    except Refused as refused:
        refuse(form, refused)
        return _form(form, found), 422
    return _written(found, _("The record is changed."))


@blueprint.route("/personnes/nouveau", methods=["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def new_person() -> Any:
    form = PersonForm() if request.method == "POST" else PersonForm(formdata=None)
    if request.method == "GET":
        return _form(form, None)
    try:
        if not form.validate_on_submit():
            return _form(form, None), 422
        _keep_within_reach(form)
        alike = queries_person.alike(form.record, viewer())
        if alike and not form.anyway.data:
            return _form(form, None, alike), 422
        made = service_record.create(form.record, actor())
    except Refused as refused:
        refuse(form, refused)
        return _form(form, None), 422
    return _written(made, _("The record is written."))


def _form(form: PersonForm, person: Person | None, alike: Any = ()) -> str:
    make_room(form.sites)
    return render_template("network/form.html", form=form, person=person, alike=alike)


def _keep_within_reach(form: PersonForm) -> None:
    """Whoever works in a part of the territory may not write a record they would lose from sight."""
    if not queries_person.reaches(viewer(), form.record):
        raise Refused(_l("One place at least must be in your territories: elsewhere you would not see this record."))


def _check_address(person: Person, form: PersonForm) -> None:
    """Whoever reads the address may open the record, and even erase it; without an account yet, the rights of a mandate
    go there."""
    email = rules.normalise_email(form.record.email)
    if email == (person.email or ""):
        return
    if email == viewer().email and person.account_id != viewer().id:
        raise Refused(_l("This is the address you sign in with: this record would become yours."), "email")
    if person.account_id is None and queries_rights.holds_beyond(viewer(), [person.id]):
        raise Refused(
            _l("This person has a mandate whose rights go to this address: who gives the mandate writes it."), "email"
        )


def _written(person: Person, words: str) -> Any:
    flash(words, "done")
    if person.rpps_claimed:
        flash(_("This RPPS number is on another record: it was set aside, for the two to be compared."), "warn")
    return redirect(url_for("network.person", person_id=person.id), 303)
