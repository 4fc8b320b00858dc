"""The pages of those who run events: this week, write, publish, cancel, copy."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from flask import current_app, flash, redirect, render_template, request, url_for

from cop.accounts import access
from cop.accounts.sign_in import actor, current_account
from cop.core import clock
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _l, _n
from cop.events import (
    forms,
    forms_meanwhile,
    forms_templates,
    queries,
    queries_desk,
    queries_journal,
    queries_life,
    queries_templates,
    rules,
    service,
)
from cop.events.models import Event, EventKind
from cop.events.rules_kinds import HEADCOUNT
from cop.events.views_agenda import blueprint as blueprint
from cop.events.views_life import announced_words
from cop.mail import queries_inbox
from cop.mandates import queries as mandates

EVERYWHERE: Final = "tous"
EVERYTHING: Final = "entiere"


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of one event. ``rare``: behind « More ». ``shown``: whether this event has that page."""

    label: Any
    endpoint: str
    permission: Permission
    rare: bool = False
    shown: Callable[[Event], bool] | None = None


def _names_people(event: Event) -> bool:
    return event.kind.attendance != HEADCOUNT


def _shares_journeys(event: Event) -> bool:
    return event.carpool and event.mode != "online"


# What a template has to settle: nobody registers for one.
OF_TEMPLATES: Final = frozenset({"events.manage", "events.questions", "events.team", "registrations.quotas"})
# The pages of one event; those of slices not installed are left out.
TABS: Final = (
    Tab(_l("Summary"), "events.manage", Permission.EVENT_READ),
    Tab(_l("Guests"), "campaigns.guests", Permission.CAMPAIGN_SEND),
    Tab(_l("Registrations"), "registrations.list_for_event", Permission.REGISTRATION_MANAGE, shown=_names_people),
    Tab(_l("Attendance"), "attendance.sheet", Permission.ATTENDANCE_TAKE),
    Tab(_l("Answers"), "registrations.answers", Permission.REGISTRATION_MANAGE, shown=_names_people),
    Tab(_l("Questions"), "events.questions", Permission.EVENT_EDIT, rare=True),
    Tab(_l("Team and documents"), "events.team", Permission.EVENT_EDIT),
    Tab(
        _l("Places"),
        "registrations.quotas",
        Permission.EVENT_EDIT,
        rare=True,
        shown=_names_people,
    ),
    Tab(_l("Reminders"), "reminders.of_event", Permission.EVENT_EDIT, rare=True, shown=_names_people),
    Tab(_l("Sharing a car"), "carpool.of_event", Permission.EVENT_READ, rare=True, shown=_shares_journeys),
)


@blueprint.app_template_global("event_tabs")
def event_tabs(event: Event) -> list[dict[str, Any]]:
    counts = {
        "registrations.list_for_event": event.seats_taken + event.waiting,
        "registrations.answers": queries_inbox.asked_of(event.id) or None,
    }
    account, where = current_account(), queries.where_is(event.id)
    return [
        {
            "label": tab.label,
            "url": url_for(tab.endpoint, event_id=event.id),
            "current": request.endpoint == tab.endpoint,
            "count": counts.get(tab.endpoint),
            "rare": tab.rare,
        }
        for tab in TABS
        if tab.endpoint in current_app.view_functions
        and access.can(account, tab.permission, where)
        and (tab.shown is None or tab.shown(event))
        and (event.status != rules.TEMPLATE or tab.endpoint in OF_TEMPLATES)
    ]


@blueprint.get("/animation")
@requires(Permission.EVENT_READ)
def desk() -> Any:
    account, now = current_account(), clock.now()
    if account is None:
        raise NotFound
    kinds = queries.kinds() if access.has_anywhere(account, Permission.EVENT_CREATE) else []
    own = [] if request.args.get("territoire") == EVERYWHERE else queries_desk.own_territories(account)
    found = queries_desk.desk(account, now, own, whole=request.args.get("liste") == EVERYTHING)
    return render_template(
        "events/desk.html", desk=found, own=own, everywhere=EVERYWHERE, everything=EVERYTHING, kinds=kinds, now=now
    )


@blueprint.route("/animation/evenements/nouveau", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE)
def create() -> Any:
    template = _asked_template()
    kind = template.kind if template else _asked()
    if kind is None:
        return _choice_page()
    make = partial(forms_templates.for_new, template) if template else partial(forms.for_new, kind)
    form = make(_territories(Permission.EVENT_CREATE), _projects())
    if _is_sent(form):
        event = _created(kind, form, template)
        if event:
            return redirect(url_for("events.manage", event_id=event.id), 303)
    return _form_page(form, kind, None)


def _choice_page() -> str:
    """Kinds, and the templates one's own events were kept as."""
    account = current_account()
    found = {
        "templates": queries_templates.templates(account),
        "gone": queries_templates.templates(account, removed=True),
    }
    return render_template("events/kinds.html", kinds=queries.kinds(), **found)


def _asked_template() -> Event | None:
    number = request.args.get("modele", type=int)
    return queries_templates.template(current_account(), number) if number else None


def _asked() -> EventKind | None:
    """The kind asked for; without asking, the only one there is, when there is no template either."""
    code = request.args.get("kind", "")
    if not code:
        kinds = queries.kinds()
        return kinds[0] if len(kinds) == 1 and not queries_templates.any_of(current_account()) else None
    # Archived while its form was open, a kind still takes what was typed.
    return queries.kind(code, archived=request.method == "POST")


def _created(kind: EventKind, form: Any, template: Event | None = None) -> Event | None:
    now = clock.now()
    try:
        event = service.create(kind, form.description(), actor=actor(), now=now, template=template)
        if request.form.get("action") == "publish":
            service.publish(event, actor=actor(), now=now)
    except Refused as refused:
        refuse(form, refused)
        return None
    flash(_draft_words(form.left_out) if event.status == rules.DRAFT else announced_words(event), "done")
    return event


def _draft_words(left_out: int) -> str:
    if not left_out:
        return _("The draft is kept.")
    return _n(
        "The draft is kept, but for %(num)d half-day without date.",
        "The draft is kept, but for %(num)d half-days without date.",
        left_out,
    )


@blueprint.route("/animation/evenements/<int:event_id>/modifier", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT, scope=queries.where_is)
def edit(event_id: int) -> Any:
    event = queries.get(event_id)
    form = forms.for_existing(event, _territories(Permission.EVENT_EDIT), _projects())
    meanwhile, postponed = None, event.status == rules.POSTPONED
    if _is_sent(form):
        try:
            changed = _edited(event, form)
        except service.EditedMeanwhile as refused:
            refuse(form, refused)
            meanwhile = forms_meanwhile.merge(form, event)
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_saved_words(event, changed, postponed=postponed), "done")
            return redirect(url_for("events.manage", event_id=event.id), 303)
    return _form_page(form, event.kind, event, meanwhile)


def _edited(event: Event, form: Any) -> frozenset[str]:
    now = clock.now()
    changed = service.edit(event, form.description(), version=form.shown_version, actor=actor(), now=now)
    if request.form.get("action") == "publish":
        service.publish(event, actor=actor(), now=now)
    return changed


def _is_sent(form: Any) -> bool:
    """Whether the form is to be kept; the button that adds a half-day only shows the page again."""
    return request.method == "POST" and request.form.get("action") != "add" and bool(form.validate())


def _form_page(form: Any, kind: EventKind, event: Event | None, meanwhile: Any = None) -> Any:
    page = render_template(
        "events/form.html",
        form=form,
        kind=kind,
        event=event,
        meanwhile=meanwhile,
        may_approve=access.has_anywhere(current_account(), Permission.EVENT_APPROVE),
        now=clock.now(),
    )
    return page, 422 if request.method == "POST" else 200


def _territories(permission: Permission) -> Any:
    return queries_desk.territories(current_account(), permission)


def _projects() -> Any:
    return mandates.projects_to_hold_events_for(current_account(), clock.today())


def _saved_words(event: Event, changed: frozenset[str], *, postponed: bool) -> str:
    if request.form.get("action") == "publish":
        return announced_words(event, postponed=postponed)
    told = event.status == rules.PUBLISHED and event.seats_taken and changed & (rules.PLANS | rules.CORRECTIONS)
    if told:
        return _("Saved. The calendars of those registered follow by mail, five minutes after your last change.")
    return _("Saved.") if changed else _("Nothing had changed.")


@blueprint.get("/animation/evenements/<int:event_id>")
@requires(Permission.EVENT_READ, scope=queries.where_is)
def manage(event_id: int) -> Any:
    event, account, where = queries.get(event_id), current_account(), queries.where_is(event_id)
    acts = queries_journal.page_of_acts(event, request.args.get("page", 1, type=int))
    return render_template(
        "events/manage.html",
        event=event,
        now=clock.now(),
        may_edit=access.can(account, Permission.EVENT_EDIT, where),
        may_create=access.can(account, Permission.EVENT_CREATE, where),
        may_approve=access.can(account, Permission.EVENT_APPROVE, where),
        may_close=access.can(account, Permission.ATTENDANCE_CLOSE, where),
        may_invite=_may_invite(event, account, where),
        still_open=queries_life.still_open(event),
        acts=acts,
        lines=queries_journal.lines(event, acts.items),
    )


def _may_invite(event: Event, account: Any, where: Any) -> bool:
    closes = event.registration_closes_at or event.starts_at
    open_still = event.status == rules.PUBLISHED and closes > clock.now() and _names_people(event)
    return (
        open_still
        and not event.outside_url
        and "campaigns.choose" in current_app.view_functions
        and access.can(account, Permission.CAMPAIGN_SEND, where)
    )


@blueprint.post("/animation/evenements/<int:event_id>/dupliquer")
@requires(Permission.EVENT_CREATE, scope=queries.where_is)
def duplicate(event_id: int) -> Any:
    copy = service.duplicate(queries.get(event_id), actor=actor(), now=clock.now())
    flash(_("Here is the copy, as a draft. Check its date, then publish."), "done")
    return redirect(url_for("events.edit", event_id=copy.id), 303)
