"""The forms of a poll: its dates, who is asked, and what somebody answers."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import request
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from cop.accounts.models import Account
from cop.communities import queries as communities
from cop.core import clock
from cop.core.errors import Refused
from cop.core.forms import DayField, Form
from cop.core.i18n import _, _l
from cop.events import rules as event_rules
from cop.events.forms_fields import HourField
from cop.events.models import EventKind
from cop.events.rules import field_of
from cop.host import queries as host
from cop.network import queries as network
from cop.people import queries_communes as communes
from cop.people.forms import CommuneField, EmailField, required
from cop.polls import rules
from cop.polls.models import Poll
from cop.polls.rules import Said
from cop.territories.models import Territory

_FIRST_ROWS: Final = 3
_END_OF_DAY: Final = time(23, 59)
_ADDRESS: Final = re.compile(r"[^\s<>,;\"']+@[^\s<>,;\"']+")
MOST_ADDRESSES: Final = 500


class PollForm(Form):
    """All but the dates, which are added row by row."""

    title = StringField(_l("Title of the meeting"), [required(_l("Give the meeting a title."))])
    mode = RadioField(
        _l("How"),
        default="onsite",
        choices=[SelectChoice("onsite", _l("On site")), SelectChoice("online", _l("Online"))],
    )
    commune = CommuneField(_l("Commune"))
    venue_name = StringField(_l("Venue"), [Length(max=200)])
    message = TextAreaField(_l("A word to those you ask"), [Length(max=2000)])
    territory_id = SelectField(_l("Held for"), coerce=int)
    closes_on = DayField(_l("Answers until"), [InputRequired(_l("Say until when people may answer."))])
    names_shown = BooleanField(_l("Those who answer see the first names of those who can come"))

    rows: int = _FIRST_ROWS
    zone: ZoneInfo = clock.PARIS

    def date_fields(self) -> list[tuple[Any, Any, Any]]:
        """Day, start and end of each row."""
        return [tuple(self[field_of(row, name)] for name in ("day", "starts", "ends")) for row in range(self.rows)]

    def validate(self, extra_validators: Any = None) -> bool:
        good: bool = super().validate(extra_validators)
        for day, starts, ends in self.date_fields():
            for field in (starts, ends):
                if day.data and not field.data and not field.errors:
                    field.errors = [_("Give the hour.")]
                    good = False
        return good

    def said(self, kind: EventKind) -> Said:
        """Raises ``Refused`` on the field of an impossible hour."""
        online = self.mode.data == "online"
        spans = [
            event_rules.span_at(day.data, starts.data, ends.data, self.zone, row, row)
            for row, (day, starts, ends) in enumerate(self.date_fields())
            if day.data
        ]
        return Said(
            title=self.title.data or "",
            kind_id=kind.id,
            territory_id=self.territory_id.data,
            spans=tuple(spans),
            closes_at=end_of(self.closes_on.data, self.zone),
            message=self.message.data or "",
            mode=self.mode.data,
            venue_name="" if online else self.venue_name.data or "",
            commune_id=None if online else self.commune.commune_id,
            names_shown=self.names_shown.data,
            time_zone=self.zone.key,
        )


def end_of(day: date | None, zone: ZoneInfo) -> datetime:
    """A deadline holds to the end of its day."""
    if day is None:
        raise Refused(_l("Say until when people may answer."), "closes_on")
    return clock.at_local(day, _END_OF_DAY, zone)


def for_new(kind: EventKind, territories: Sequence[Territory]) -> PollForm:
    starts = time.fromisoformat(kind.starts_at)
    ends = (datetime.combine(clock.today(), starts) + timedelta(minutes=kind.duration_minutes)).time()
    organisation = host.current_host()
    zone = ZoneInfo(organisation.time_zone) if organisation else clock.PARIS
    values = {"mode": "onsite", "territory_id": territories[0].id if territories else None}
    return _build([(None, starts, ends)] * _FIRST_ROWS, territories, values, zone)


def for_existing(poll: Poll, territories: Sequence[Territory]) -> PollForm:
    def row(option: Any) -> tuple[date, time, time]:
        first, last = (clock.local(moment, poll.zone) for moment in (option.starts_at, option.ends_at))
        return first.date(), first.time(), last.time()

    names = ("title", "mode", "venue_name", "message", "territory_id", "names_shown")
    values = {name: getattr(poll, name) for name in names}
    values |= {"commune": communes.label_of(poll.commune_id), "closes_on": clock.local_date(poll.closes_at, poll.zone)}
    return _build([row(option) for option in poll.options], territories, values, poll.zone)


def _build(rows: Sequence[Any], territories: Sequence[Territory], values: dict[str, Any], zone: ZoneInfo) -> PollForm:
    wanted = _wanted_rows(len(rows))
    fields: dict[str, Any] = {"rows": wanted, "zone": zone}
    usual = (None, *rows[-1][1:])
    for number in range(wanted):
        day, starts, ends = rows[number] if number < len(rows) else usual
        names = {"row": number + 1}
        fields |= {
            field_of(number, "day"): DayField(_("Date %(row)s", **names), default=day),
            field_of(number, "starts"): HourField(_("Start of date %(row)s", **names), default=starts),
            field_of(number, "ends"): HourField(_("End of date %(row)s", **names), default=ends),
        }
    form: PollForm = type("PollFormWithRows", (PollForm,), fields)(data=values)
    form.territory_id.choices = [SelectChoice(str(territory.id), territory.name) for territory in territories]
    return form


def _wanted_rows(usual: int) -> int:
    """As many rows as were shown, and one more when it is asked for."""
    if request.method != "POST":
        return usual
    shown = sum(1 for name in request.form if name.startswith("day_"))
    more = 1 if request.form.get("action") == "add" else 0
    return max(rules.LEAST_OPTIONS, min(shown + more, rules.MOST_OPTIONS))


class PeopleForm(Form):
    """Whom to ask: the members of a community, a saved list, or known addresses."""

    group = SelectField(_l("A group"), default="")
    addresses = TextAreaField(_l("Or addresses"), [Length(max=40_000)])

    def found(self) -> list[str]:
        return list(dict.fromkeys(_ADDRESS.findall(self.addresses.data or "")))[:MOST_ADDRESSES]


def for_people(viewer: Account) -> PeopleForm:
    """With the communities the viewer runs, and the lists they may open."""
    form = PeopleForm()
    held = [one for one in communities.editable_by(viewer) if one.archived_at is None]
    lists = network.segments(viewer)
    form.group.choices = [
        SelectChoice("", str(_("None"))),
        *(SelectChoice(f"c{one.id}", one.name, optgroup=str(_("Members of a community"))) for one in held),
        *(SelectChoice(f"s{one.id}", one.name, optgroup=str(_("Saved lists"))) for one in lists),
    ]
    return form


class DeadlineForm(Form):
    closes_on = DayField(_l("Answers until"), [InputRequired(_l("Say until when people may answer."))])


class KeepForm(Form):
    """The event that is made of a date."""

    publish = RadioField(
        _l("The event"),
        default="publish",
        choices=[
            SelectChoice("publish", _l("Publish it now: people are told within the minute")),
            SelectChoice("draft", _l("Keep a draft to complete: people are told when you publish it")),
        ],
    )
    registers = BooleanField(_l("Register those who said yes: they receive the invitation for their calendar"))


class WhoForm(Form):
    """Who answers, by the shared link."""

    given_name = StringField(_l("Given name"), [required(_l("Give your given name.")), Length(max=80)])
    family_name = StringField(_l("Family name"), [required(_l("Give your family name.")), Length(max=80)])
    email = EmailField(_l("E-mail"), [required(_l("Give your address: the link to change your answer goes there."))])


class NobodyForm(Form):
    """By the personal link nothing is asked but the dates."""


def choices_in(poll: Poll) -> dict[int, str]:
    """What was pressed for each date."""
    sent = {option.id: request.form.get(f"option_{option.id}", "") for option in poll.options}
    return {option_id: choice for option_id, choice in sent.items() if choice}
