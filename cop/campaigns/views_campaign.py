"""One campaign: its mail, whom it goes to, when it will have left; sent, stopped, taken up again."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from cop.accounts.sign_in import actor
from cop.campaigns import forms, mails, queries, queries_audience, rules, service
from cop.campaigns.models import Campaign
from cop.campaigns.rules import State
from cop.campaigns.views_guests import blueprint as blueprint
from cop.campaigns.views_guests import viewer
from cop.core import clock, formats
from cop.core.access import Permission, requires
from cop.core.errors import NotFound, Refused
from cop.core.forms import refuse
from cop.core.i18n import _, _n
from cop.network import queries_choices, rules_filter

PAGE = "/animation/invitations/<int:campaign_id>"


@blueprint.get(PAGE)
@requires(Permission.CAMPAIGN_SEND, scope=queries.where_is)
def campaign(campaign_id: int) -> str:
    found = queries.get(campaign_id)
    return _page(found, forms.of_campaign(found))


def _page(found: Campaign, form: forms.WordsForm) -> str:
    if found.state == State.DRAFT:
        return _draft(found, form)
    now, progress = clock.now(), queries.progress(found)
    return render_template(
        "campaigns/progress.html",
        campaign=found,
        event=found.event,
        progress=progress,
        last_day=queries.last_day(progress.unwritten + progress.on_their_way, now, found.id),
        mail=mails.preview(found, None, "fr"),
        invitable=queries.invitable(found.event, now),
        now=now,
    )


def _draft(found: Campaign, form: forms.WordsForm) -> str:
    now = clock.now()
    audience = queries_audience.of_campaign(found, viewer(), now)
    readers = audience.to_write
    pace = queries.pace(now)
    return render_template(
        "campaigns/draft.html",
        campaign=found,
        event=found.event,
        form=form,
        audience=audience,
        readers=readers,
        english=sum(one.language == "en" for one in readers),
        reasons=rules.ASIDE,
        chosen=_chosen(found),
        pace=pace,
        last_day=rules.last_day(len(readers), pace, clock.local_date(now)),
        mails=[mails.preview(found, next(iter(readers), None), language) for language in ("fr", "en")],
        names={"fr": forms.hint_of("fr"), "en": forms.hint_of("en")},
        now=now,
    )


def _chosen(found: Campaign) -> list[str]:
    """Who was asked for, in words."""
    if found.query is None:
        return []
    asked = rules_filter.of_query(found.query)
    return [words for words, _fields in queries_choices.chosen(asked, queries_choices.groups(viewer()))]


@blueprint.post(PAGE)
@requires(Permission.CAMPAIGN_SEND, scope=queries.where_is)
def write(campaign_id: int) -> Any:
    found, form = queries.get(campaign_id), forms.WordsForm()
    if form.validate():
        try:
            service.write(found, form.written, form.version.data or 0)
        except service.ChangedMeanwhile as refused:
            refuse(form, refused)
            form.version.data = found.version
            form.version.raw_data = [str(found.version)]
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(_("The draft is kept: here is the mail as it will be read."), "done")
            return redirect(url_for("campaigns.campaign", campaign_id=campaign_id, _anchor="mail"), 303)
    return _page(found, form), 422


@blueprint.post(f"{PAGE}/envoyer")
@requires(Permission.CAMPAIGN_SEND, scope=queries.where_is)
def launch(campaign_id: int) -> Any:
    found, now = queries.get(campaign_id), clock.now()
    try:
        if service.launch(found, viewer(), request.form.get("seen", ""), actor=actor(), now=now):
            flash(_sent_words(found), "done")
    except Refused as refused:
        flash(refused.message, "refused")
    return _back(campaign_id)


def _sent_words(found: Campaign) -> str:
    day = queries.last_day(found.asked, clock.now(), found.id)
    if day == clock.today():
        return _n("%(num)d person is written to today.", "%(num)d people are written to today.", found.asked)
    return _n(
        "%(num)d person is written to, by %(day)s.",
        "%(num)d people are written to, by %(day)s.",
        found.asked,
        day=formats.date_day(day),
    )


@blueprint.post(f"{PAGE}/arreter")
@requires(Permission.CAMPAIGN_SEND, scope=queries.where_is)
def stop(campaign_id: int) -> Any:
    if service.stop(queries.get(campaign_id), actor=actor(), now=clock.now()):
        flash(_("Stopped: no further mail leaves. What has left has left."), "done")
    return _back(campaign_id)


@blueprint.post(f"{PAGE}/reprendre")
@requires(Permission.CAMPAIGN_SEND, scope=queries.where_is)
def resume(campaign_id: int) -> Any:
    try:
        if service.resume(queries.get(campaign_id), actor=actor(), now=clock.now()):
            flash(_("The mails leave again."), "done")
    except Refused as refused:
        flash(refused.message, "refused")
    return _back(campaign_id)


@blueprint.post(f"{PAGE}/supprimer")
@requires(Permission.CAMPAIGN_SEND, scope=queries.where_is)
def drop(campaign_id: int) -> Any:
    """A draft only; what has left stays told."""
    found = queries.get(campaign_id)
    event_id = found.event_id
    if not service.drop(found):
        raise NotFound
    return redirect(url_for("campaigns.guests", event_id=event_id, supprime=campaign_id), 303)


@blueprint.post(f"{PAGE}/restaurer")
@requires(Permission.CAMPAIGN_SEND, scope=queries.where_is)
def restore(campaign_id: int) -> Any:
    service.restore(queries.get(campaign_id))
    return _back(campaign_id)


def _back(campaign_id: int) -> Any:
    return redirect(url_for("campaigns.campaign", campaign_id=campaign_id), 303)
