"""« Team and documents » of an event: who helps, who speaks, with whom, and what is joined to it."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, url_for

from cop.accounts import access, sign_in
from cop.core import clock, exports
from cop.core.access import Permission, public, requires
from cop.core.errors import Refused
from cop.core.forms import Form, refuse
from cop.core.i18n import _
from cop.core.web import accepts_files
from cop.events import (
    forms_team,
    queries,
    queries_documents,
    queries_team,
    rules,
    rules_documents,
    service_documents,
    service_team,
)
from cop.events.models import Event
from cop.events.models_documents import EventDocument
from cop.events.rules_documents import SeenBy
from cop.events.views_agenda import blueprint
from cop.organisations import queries as organisations
from cop.people import queries as people

_MAP: Final = "https://www.openstreetmap.org/search"


@blueprint.app_template_global("event_team")
def event_team(event_id: int) -> queries_team.Team:
    """For the public page of the event, which belongs to a slice above."""
    return queries_team.team(event_id)


@blueprint.app_template_global("event_documents")
def event_documents(event_id: int, *, registered: bool = False) -> queries_documents.Joined:
    seen = (SeenBy.EVERYBODY, SeenBy.REGISTERED) if registered else (SeenBy.EVERYBODY,)
    return queries_documents.joined(event_id, seen)


@blueprint.app_template_global("map_of")
def map_of(event: Event) -> str:
    """Where to look the place up: a link one presses, nothing the page asks for by itself."""
    place = rules.place_to_look_up(event.venue_address or event.venue_name, event.commune_line)
    return f"{_MAP}?{urlencode({'query': place})}" if place and event.mode != "online" else ""


@blueprint.get("/animation/evenements/<int:event_id>/equipe")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def team(event_id: int) -> Any:
    return _page(queries.get(event_id))


def _page(event: Event, sent: Form | None = None) -> Any:
    page = render_template(
        "events/team.html",
        event=event,
        team=queries_team.team(event.id),
        joined=queries_documents.joined(event.id),
        forms=forms_team.Forms(event, sent),
        seen_by=rules_documents.SEEN_BY,
        **({"form": sent} if sent else {}),
    )
    return page, 422 if sent else 200


def _added(event: Event, form: Form, add: Callable[[], Any], words: str) -> Any:
    """Add one line and come back; refused, the page comes back with what was typed."""
    if not form.validate():
        return _page(event, form)
    try:
        add()
    except Refused as refused:
        refuse(form, refused)
    if any(form.errors.values()) or form.form_errors:
        return _page(event, form)
    flash(words, "done")
    return _back(event)


def _back(event: Event) -> Any:
    return redirect(url_for("events.team", event_id=event.id), 303)


@blueprint.post("/animation/evenements/<int:event_id>/equipe/co-organisation")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def add_helper(event_id: int) -> Any:
    event, form = queries.get(event_id), forms_team.HelperForm(prefix="helper")
    form.account_id.choices = forms_team.choices_of(event)

    def add() -> None:
        account = next(one for one in queries_team.who_may_help(event) if one.id == form.account_id.data)
        service_team.add_co_organiser(event, account, actor=sign_in.actor(), now=clock.now())

    return _added(event, form, add, _("May change this event from now on."))


@blueprint.post("/animation/evenements/<int:event_id>/equipe/personnes")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def add_member(event_id: int) -> Any:
    event, form = queries.get(event_id), forms_team.NamedForm(prefix="named")

    def add() -> None:
        service_team.add_named(
            event,
            forms_team.role_of(form),
            form.name.data or "",
            form.organisation.data or "",
            _known(form.email.data or ""),
            actor=sign_in.actor(),
            now=clock.now(),
        )

    return _added(event, form, add, _("Added: the public page shows it."))


def _known(email: str) -> int | None:
    """The record of that address, if the reader may open it: nobody learns here who is known."""
    account = sign_in.current_account()
    found = people.by_email(email) if email else []
    mine = [one for one in found if access.can(account, Permission.PERSON_READ, people.where_is(one.id))]
    return mine[0].id if len(mine) == 1 else None


@blueprint.post("/animation/evenements/<int:event_id>/equipe/personnes/<int:event_member_id>/retirer")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def remove_member(event_id: int, event_member_id: int) -> Any:
    event = queries.get(event_id)
    member = queries_team.member(event.id, event_member_id)
    service_team.take_off(event, member, actor=sign_in.actor(), now=clock.now())
    flash(_("Taken off."), "done")
    return _back(event)


@blueprint.post("/animation/evenements/<int:event_id>/equipe/partenaires")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def add_partner(event_id: int) -> Any:
    event, form = queries.get(event_id), forms_team.PartnerForm(prefix="partner")

    def add() -> None:
        number = form.propose()
        if number is not None:
            part, found = forms_team.part_of(form), organisations.get(number)
            service_team.add_partner(event, found, part, actor=sign_in.actor(), now=clock.now())

    return _added(event, form, add, _("Added: the public page shows it."))


@blueprint.post("/animation/evenements/<int:event_id>/equipe/partenaires/<int:event_partner_id>/retirer")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def remove_partner(event_id: int, event_partner_id: int) -> Any:
    event = queries.get(event_id)
    partner = queries_team.partner(event.id, event_partner_id)
    service_team.remove_partner(event, partner, actor=sign_in.actor(), now=clock.now())
    flash(_("Taken off."), "done")
    return _back(event)


# --- Documents and links --------------------------------------------------------------------------


@blueprint.post("/animation/evenements/<int:event_id>/equipe/documents")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
@accepts_files(rules_documents.LARGEST + 1024 * 1024)
def add_document(event_id: int) -> Any:
    event, form = queries.get(event_id), forms_team.FileForm(prefix="file")

    def add() -> None:
        sent, seen = form.file.data, SeenBy(form.seen_by.data)
        given, title = sent.filename or "", form.title.data or ""
        with sent.stream:
            content = sent.read()
        service_documents.join_file(event, given, content, title, seen, actor=sign_in.actor(), now=clock.now())

    return _added(event, form, add, _("The document is joined to the event."))


@blueprint.post("/animation/evenements/<int:event_id>/equipe/documents/<int:document_id>/retirer")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def remove_document(event_id: int, document_id: int) -> Any:
    event = queries.get(event_id)
    held = queries_documents.document(event.id, document_id, staff=True)
    service_documents.take_away(event, held, actor=sign_in.actor(), now=clock.now())
    flash(_("Taken off."), "done")
    return _back(event)


@blueprint.post("/animation/evenements/<int:event_id>/equipe/liens")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def add_link(event_id: int) -> Any:
    event, form = queries.get(event_id), forms_team.LinkForm(prefix="link")

    def add() -> None:
        title, url, seen = form.link_title.data or "", form.url.data or "", SeenBy(form.seen_by.data)
        service_documents.join_link(event, title, url, seen, actor=sign_in.actor(), now=clock.now())

    return _added(event, form, add, _("The link is joined to the event."))


@blueprint.post("/animation/evenements/<int:event_id>/equipe/liens/<int:link_id>/retirer")
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def remove_link(event_id: int, link_id: int) -> Any:
    event = queries.get(event_id)
    service_documents.take_away(
        event, queries_documents.link(event.id, link_id), actor=sign_in.actor(), now=clock.now()
    )
    flash(_("Taken off."), "done")
    return _back(event)


@blueprint.get("/animation/evenements/<int:event_id>/documents/<int:document_id>")
@requires(Permission.EVENT_READ, scope=queries.where_is)
def staff_document(event_id: int, document_id: int) -> Response:
    return _file(queries_documents.document(event_id, document_id, staff=True))


@blueprint.get("/evenements/<slug>/documents/<int:document_id>")
@public
def document(slug: str, document_id: int) -> Response:
    return _file(queries_documents.document(queries.public_by_slug(slug).id, document_id))


def _file(held: EventDocument) -> Response:
    return Response(held.content, headers=exports.kept_file(held.file_name, held.media_type))
