"""Feeds: addresses that programs read again and again, without a session."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, make_response, request

from cop.core import clock, links
from cop.core.access import public
from cop.core.errors import NotFound
from cop.core.i18n import DEFAULT_LANGUAGE, LANGUAGES, _, language, speaking
from cop.events import rules_agenda
from cop.events.models import Event
from cop.host import queries as host
from cop.invitations import feeds, ical, objects, queries, queries_feeds, syndication
from cop.invitations import rules_web_calendars as web_calendars
from cop.invitations.syndication import Channel
from cop.mail import service as mail

blueprint = Blueprint("invitations", __name__)
FOR_ALL: Final = "public, max-age=300"
Write = Callable[[Sequence[Event], Channel], bytes]


@blueprint.get("/agenda.ics")
@public
def public_feed() -> Response:
    """The public agenda, or what of it the address asks for, in the words of the agenda's filters."""
    now, filters, wanted = clock.now(), rules_agenda.filters_of(request.args), _language()
    name = host_name()
    # The events themselves are read for who does not have the feed yet.
    tag = feeds.etag(name, mail.sender(), wanted, queries_feeds.public_state(now, filters))

    def written() -> bytes:
        return feeds.public(queries_feeds.public_events(now, filters), name, wanted)

    return _public(tag, written, "text/calendar", _changed_at(queries_feeds.last_change(now), filters))


@blueprint.get("/agenda.atom")
@public
def atom_feed() -> Response:
    return _news("invitations.atom_feed", syndication.atom, "application/atom+xml")


@blueprint.get("/agenda.rss")
@public
def rss_feed() -> Response:
    return _news("invitations.rss_feed", syndication.rss, "application/rss+xml")


@blueprint.get("/agenda.json")
@public
def json_feed() -> Response:
    return _news("invitations.json_feed", syndication.json_feed, "application/feed+json")


@blueprint.get("/evenements/<slug>.ics")
@public
def event_file(slug: str) -> Response:
    """One public event, with the identifier it has in the public feed: who has both sees it once."""
    event = queries_feeds.event_by_slug(slug)
    if event is None:
        raise NotFound
    response = make_response(objects.publish([feeds.public_entry(event, _language())]))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.ics"'
    return response


@blueprint.app_template_global("calendar_links")
def calendar_links(event: Event, *, registered: bool = False) -> list[tuple[str, str]]:
    """Name and address of the calendars of the web that open an entry filled in. The reader's own language."""
    entry = ical.entry_for(
        event, "", sequence=0, created_at=event.created_at, language=language(), registered=registered
    )
    meeting = web_calendars.Meeting(entry.timing, entry.zone, entry.title, entry.description, entry.location)
    return [
        (_("Google Calendar"), web_calendars.google(meeting)),
        ("Outlook.com", web_calendars.outlook(meeting, web_calendars.OUTLOOK_HOME)),
        (_("Outlook at work"), web_calendars.outlook(meeting, web_calendars.OUTLOOK_WORK)),
    ]


@blueprint.get("/calendrier/<token>.ics")
@public
def personal_feed(token: str) -> Response:
    """The meetings of whoever was given this address, come to or run; a revoked one is not found."""
    owner_id, now = queries.feed_owner(token), clock.now()
    told = queries.of_person(owner_id, now)
    run = queries_feeds.run_by(owner_id, now, but=(invitation.event_id for invitation in told))
    theirs = told[0].person.language if told else DEFAULT_LANGUAGE
    with speaking(theirs):
        name = _("My meetings: %(host)s", host=host_name())
    tag = feeds.etag(name, feeds.state_of_invitations(told), feeds.state_of_events(run))
    response = _conditional(tag, lambda: feeds.personal(told, run, name, theirs), "text/calendar", None)
    response.headers["Cache-Control"] = "private, no-cache"
    # Told, not compared: a registration erased leaves no date behind, and the tag sees it.
    response.last_modified = feeds.last_told(told, run)
    return response


def host_name() -> str:
    organisation = host.current_host()
    return organisation.name if organisation else ""


def _language() -> str:
    """``?lang=en`` for English. No session: calendar services keep no cookie."""
    wanted = request.args.get("lang", DEFAULT_LANGUAGE)
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


def _news(endpoint: str, write: Write, mimetype: str) -> Response:
    now, filters, wanted = clock.now(), rules_agenda.filters_of(request.args), _language()
    changed = queries_feeds.last_change(now)
    said: dict[str, Any] = {**filters.address(), "lang": None if wanted == DEFAULT_LANGUAGE else wanted}
    channel = Channel(
        host_name(),
        wanted,
        page=links.absolute_url("events.agenda", **filters.address()),
        own=links.absolute_url(endpoint, **said),
        changed_at=changed or now,
    )

    def written() -> bytes:
        with speaking(wanted):
            return write(queries_feeds.news(now, filters, syndication.MOST), channel)

    state = queries_feeds.news_state(now, filters, syndication.MOST)
    tag = feeds.etag(endpoint, channel.name, channel.own, state)
    return _public(tag, written, mimetype, _changed_at(changed, filters))


def _changed_at(changed: datetime | None, filters: rules_agenda.Filters) -> datetime | None:
    """What is held within so many days comes in as they go by, changed by nobody: the tag alone knows."""
    return None if filters.hours else changed


def _public(tag: str, write: Callable[[], bytes], mimetype: str, changed: datetime | None) -> Response:
    """Read by the scripts of other sites too: it is the same for everybody."""
    response = _conditional(tag, write, mimetype, changed)
    response.headers["Cache-Control"] = FOR_ALL
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _conditional(tag: str, write: Callable[[], bytes], mimetype: str, changed: datetime | None) -> Response:
    """The feed, or 304 for who has it already. Search engines are asked to leave; programs are not redirected."""
    response = make_response(b"")
    response.set_etag(tag, weak=True)
    if changed:  # nothing at all would be written as the date of today
        response.last_modified = changed
    response.make_conditional(request)
    if response.status_code != 304:
        response.set_data(write())
    response.headers["Content-Type"] = f"{mimetype}; charset=utf-8"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
