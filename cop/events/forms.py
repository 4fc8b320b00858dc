"""The form of an event: one page, prefilled by its kind, with as many half-days as it takes."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import request
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional

from cop.communities import queries as communities
from cop.core import clock
from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l, label
from cop.events import forms_meanwhile, queries, rules
from cop.events.forms_fields import Boxes, HourField
from cop.events.models import Event, EventKind
from cop.events.rules import Description, Span
from cop.host import queries as host
from cop.mandates import queries as mandates
from cop.mandates.models import Project
from cop.people import queries_communes as communes
from cop.people.forms import CommuneField, required
from cop.territories.models import Territory

_SHORT: Final = 200
_LONG: Final = 10_000
_SHOWN: Final = (
    "title", "mode", "venue_name", "venue_address", "venue_access", "online_url", "outside_url", "capacity",
    "online_capacity", "territory_id", "project_id", "community_id", "summary", "objectives", "programme", "speakers",
    "audience", "key_event", "version", "carpool",
)  # fmt: skip


# Behind « Presentation, programme, and more ».
_DETAILS: Final = (
    "venue_address", "venue_access", "outside_url", "summary", "objectives", "programme", "speakers",
    "audience", "theme_ids", "territory_id", "project_id",
)  # fmt: skip


class EventForm(Form):
    """Everything but the half-days, which are added row by row."""

    title = StringField(_l("Title"), [required(_l("Give the event a title."))])
    mode = RadioField(
        _l("How"),
        default="onsite",
        choices=[
            SelectChoice("onsite", _l("On site")),
            SelectChoice("online", _l("Online")),
            SelectChoice("hybrid", _l("On site and online")),
        ],
    )
    commune = CommuneField(_l("Commune"))
    venue_name = StringField(_l("Venue"), [Length(max=_SHORT)])
    venue_address = StringField(_l("Address"), [Length(max=300)])
    venue_access = TextAreaField(_l("How to come"), [Length(max=1000)])
    online_url = StringField(_l("Link to join online"), [Length(max=500)])
    outside_url = StringField(_l("Registration elsewhere"), [Length(max=500)])
    capacity = IntegerField(_l("Seats"), [Optional(), NumberRange(1, rules.MOST_SEATS)])
    online_capacity = IntegerField(_l("Seats online"), [Optional(), NumberRange(1, rules.MOST_SEATS)])
    territory_id = SelectField(_l("Held for"), coerce=int)
    # Left out for whoever may not choose: the event stays with its project.
    project_id = SelectField(_l("Project"), coerce=lambda value: int(value) if value else None)
    community_id = SelectField(
        _l("Community of practice"), coerce=lambda value: int(value) if value else None, choices=lambda: _communities()
    )
    summary = TextAreaField(_l("Presentation"), [Length(max=_LONG)])
    objectives = TextAreaField(_l("Objectives"), [Length(max=_LONG)])
    programme = TextAreaField(_l("Programme"), [Length(max=_LONG)])
    speakers = StringField(_l("With"), [Length(max=500)])
    audience = SelectField(
        _l("Who sees it"),
        choices=[
            SelectChoice("public", _l("Everybody: it is in the agenda")),
            SelectChoice("members", _l("Members: by its link only")),
            SelectChoice("invited", _l("Those invited: by its link only")),
        ],
    )
    key_event = BooleanField(_l("Key event: it counts in the engagement figures"))
    carpool = BooleanField(_l("Those registered may share journeys"))
    theme_ids = Boxes(_l("Themes"), coerce=int)
    version = HiddenField()
    base = HiddenField()  # what this editor was shown: see forms_meanwhile

    rows: int = 1
    zone: ZoneInfo = clock.PARIS
    kept_project: int | None = None

    def half_day_fields(self) -> list[tuple[Any, Any, Any, Any]]:
        """Day, start, end and number of each row."""
        return [
            tuple(self[rules.field_of(row, name)] for name in ("day", "starts", "ends", "number"))
            for row in range(self.rows)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        return self._check_rows() and good

    def _check_rows(self) -> bool:
        for row, (day, starts, ends, number) in enumerate(self.half_day_fields()):
            if not day.data and not day.errors and (row == 0 or starts.errors or ends.errors):
                day.errors = [_("Give the date.")]
            for field in (starts, ends):
                if day.data and not field.data and not field.errors:
                    field.errors = [_("Give the hour.")]
            if request.form.get("action") == "publish" and not day.errors and _is_dateless(day, starts, ends, number):
                day.errors = [_("This half-day has no date: give it, or empty its hours to leave it out.")]
        return not any(field.errors for row_fields in self.half_day_fields() for field in row_fields)

    def spans(self) -> tuple[Span, ...]:
        """The half-days given, in the order of time. Raises ``Refused`` on the field of an impossible hour."""
        found = [
            rules.span_at(day.data, starts.data, ends.data, self.zone, row, _number_in(number.data))
            for row, (day, starts, ends, number) in enumerate(self.half_day_fields())
            if day.data
        ]
        return tuple(found)

    def description(self) -> Description:
        online, onsite = self.mode.data == "online", self.mode.data == "onsite"
        # What a browser leaves out is empty.
        text = {field.name: field.data or "" for field in self if isinstance(field, StringField)}
        return Description(
            title=text["title"],
            half_days=self.spans(),
            territory_id=self.territory_id.data,
            mode=self.mode.data,
            commune_id=None if online else self.commune.commune_id,
            venue_name="" if online else text["venue_name"],
            venue_address="" if online else text["venue_address"],
            venue_access="" if online else text["venue_access"],
            online_url="" if onsite else text["online_url"],
            outside_url=text["outside_url"],
            capacity=self.capacity.data,
            online_capacity=self.online_capacity.data if self.mode.data == "hybrid" else None,
            summary=text["summary"],
            objectives=text["objectives"],
            programme=text["programme"],
            speakers=text["speakers"],
            audience=self.audience.data,
            key_event=self.key_event.data,
            carpool=self.carpool.data,
            time_zone=self.zone.key,
            theme_ids=frozenset(self.theme_ids.data or ()),
            community_id=self.community_id.data,
            project_id=self.project_id.data if "project_id" in self else self.kept_project,
        )

    @property
    def shown_version(self) -> int:
        return _number_in(self.version.data) or 0

    def details_have_errors(self) -> bool:
        return any(self[name].errors for name in _DETAILS if name in self)

    @property
    def left_out(self) -> int:
        """Half-days proposed or begun that have hours and no date."""
        rows = self.half_day_fields()
        return sum(1 for day, starts, ends, number in rows if _is_dateless(day, starts, ends, number))


def _is_dateless(day: Any, starts: Any, ends: Any, number: Any) -> bool:
    """With hours and without date; one that stood there before is taken away by emptying its date."""
    return not day.data and bool(starts.data or ends.data) and _number_in(number.data) is None


def _number_in(hidden: str | int | None) -> int | None:
    """A hidden number as it was sent or, left out of the request, as it stood."""
    digits = str(hidden or "")
    return int(digits) if digits.isdigit() else None


def _communities() -> list[SelectChoice]:
    """An archived one stays, for the events it held."""
    archived = str(_("archived"))
    found = communities.all_names()
    names = [SelectChoice(str(number), f"{name} ({archived})" if gone else name) for number, name, gone in found]
    return [SelectChoice("", str(_("None"))), *names]


def for_new(kind: EventKind, territories: Sequence[Territory], projects: Sequence[Project] = ()) -> EventForm:
    """Prefilled by the kind: what remains to type is a title, a date, a place."""
    proposed = rules.usual_spans(clock.today(), kind.starts_at, kind.duration_minutes, kind.half_days)
    rows = [(None, starts, ends, None) for _day, starts, ends in proposed]
    organisation = host.current_host()
    values = {
        "mode": "onsite",
        "capacity": kind.capacity,
        "audience": kind.audience,
        "key_event": kind.key_event,
        "carpool": kind.carpool,
        "territory_id": territories[0].id if territories else None,
        # A page that knows what people should meet about leads here with the words (« …?titre=… »).
        "title": request.args.get("titre", "")[: rules.LONGEST_TITLE],
        "summary": request.args.get("presentation", "")[:_LONG],
    }
    zone = ZoneInfo(organisation.time_zone) if organisation else clock.PARIS
    return _build(rows, territories, values, zone, projects)


def for_existing(event: Event, territories: Iterable[Territory], projects: Sequence[Project] = ()) -> EventForm:
    def row(half: Any) -> tuple[date, time, time, int]:
        first, last = (clock.local(moment, event.zone) for moment in (half.starts_at, half.ends_at))
        return first.date(), first.time(), last.time(), half.id

    choices = list(territories)
    if event.territory_id not in {territory.id for territory in choices}:
        choices.append(event.territory)
    return filled(event, [row(half) for half in event.held_half_days], choices, projects, base=True)


def filled(
    event: Event,
    rows: Sequence[tuple[Any, Any, Any, Any]],
    territories: Sequence[Territory],
    projects: Sequence[Project],
    *,
    base: bool = False,
) -> EventForm:
    """What the event says, at these hours. ``base``: to change it, remembering what was shown."""
    values = {name: getattr(event, name) for name in _SHOWN}
    values |= {"commune": communes.label_of(event.commune_id), "theme_ids": [theme.id for theme in event.themes]}
    values |= {"base": forms_meanwhile.base_of(event)} if base else {}
    if projects and event.project_id and event.project_id not in {project.id for project in projects}:
        projects = [*projects, mandates.project(event.project_id)]
    # Half-days somebody else added meanwhile find room in a form that was shown without them.
    form = _build(rows, territories, values, event.zone, projects, least=len(rows) if base else 1)
    form.kept_project = event.project_id
    return form


def _build(
    rows: Sequence[tuple[Any, Any, Any, Any]],
    territories: Sequence[Territory],
    values: dict[str, Any],
    zone: ZoneInfo,
    projects: Sequence[Project],
    least: int = 1,
) -> EventForm:
    shown = _wanted_rows(len(rows))
    wanted = max(shown, least)
    fields: dict[str, Any] = {"rows": wanted, "zone": zone}
    for number in range(wanted):
        day, starts, ends, half_day = rows[number] if number < min(shown, len(rows)) else (None,) * 4
        several = wanted > 1
        names = {"row": number + 1}
        fields |= {
            rules.field_of(number, "day"): DayField(
                _("Date of half-day %(row)s", **names) if several else _("Date"), default=day
            ),
            rules.field_of(number, "starts"): HourField(
                _("Start of half-day %(row)s", **names) if several else _("Start"), default=starts
            ),
            rules.field_of(number, "ends"): HourField(
                _("End of half-day %(row)s", **names) if several else _("End"), default=ends
            ),
            rules.field_of(number, "number"): HiddenField(default=half_day),
        }
    form: EventForm = type("EventFormWithRows", (EventForm,), fields)(data=values)
    form.territory_id.choices = [SelectChoice(str(territory.id), territory.name) for territory in territories]
    form.project_id.choices = [
        SelectChoice("", _("None")),
        *(SelectChoice(str(project.id), project.name) for project in projects),
    ]
    if not projects:
        del form.project_id
    form.theme_ids.choices = [SelectChoice(str(theme.id), label(theme)) for theme in queries.themes()]
    return form


def _wanted_rows(usual: int) -> int:
    """As many rows as were shown, and one more when it is asked for."""
    if request.method != "POST":
        return usual
    shown = sum(1 for name in request.form if name.startswith("day_"))
    more = 1 if request.form.get("action") == "add" else 0
    return max(1, min(shown + more, rules.MOST_HALF_DAYS))
