"""The objects mailed to one person, read back by icalendar and by ical.js."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cop.invitations import objects
from cop.invitations.objects import Entry, Mailbox
from cop.invitations.rules import Timing
from cop.mail.content_lines import clean, one_line
from tests.invitations import reading

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DIANE = Mailbox("Diane Dumas", "diane@cabinet.example")
HOSTILE = 'Titre; a, b\\ "c"\r\nATTENDEE:mailto:mal@example.org\rX:1\n\u2028BEGIN:VEVENT\x00\x1f^n;CN=x'


def block(start: str, end: str, **more: Any) -> Timing:
    starts_at, ends_at = (datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC) for text in (start, end))
    return Timing(starts_at, ends_at, **more)


def entry(**changes: Any) -> Entry:
    values: dict[str, Any] = {
        "uid": "0123456789abcdef0123456789abcdef@agenda.cokillaje.example",
        "sequence": 2,
        "timing": block("2027-01-14 09:00", "2027-01-14 12:30"),
        "zone": PARIS,
        "title": "Écrire, sans se faire mal ; « l’atelier »",
        "description": "9 h Accueil\n10 h Ateliers, deux groupes\n\nEn ligne : https://visio.example/a?b=c&d=e",
        "location": "Maison des associations, 2 rue X, Angers",
        "url": "https://agenda.cokillaje.example/evenements/ecrire",
        "organizer": Mailbox("Cokillaje, association", "contact@cokillaje.example"),
        "created_at": NOW,
        "changed_at": NOW,
        **changes,
    }
    return Entry(**values)


def request(made: Entry) -> str:
    stream = objects.request(made, DIANE, "NEEDS-ACTION", NOW)
    reading.well_formed(stream)
    return stream


def test_a_request_says_the_same_to_both_parsers() -> None:
    made = entry()
    stream = request(made)
    theirs = reading.by_ical_js(stream)
    [ours] = reading.by_icalendar(stream).events
    [event] = theirs["events"]
    assert theirs["method"] == "REQUEST"
    assert theirs["zones"] == ["Europe/Paris"]
    assert event["uid"] == str(ours["UID"]) == made.uid
    assert event["summary"] == str(ours["SUMMARY"]) == made.title
    assert event["description"] == str(ours["DESCRIPTION"]) == made.description
    assert event["location"] == str(ours["LOCATION"]) == made.location
    assert event["url"] == str(ours["URL"]) == made.url
    assert event["sequence"] == ours["SEQUENCE"] == 2
    assert event["start"] == "2027-01-14T08:00:00.000Z"
    assert ours.start == made.timing.starts_at
    assert event["end"] == "2027-01-14T11:30:00.000Z"
    assert ours.end == made.timing.ends_at
    assert event["stamp"] == "2026-11-20T09:00:00.000Z"


def test_one_attendee_and_the_organiser_all_answers_go_to() -> None:
    [event] = reading.by_ical_js(request(entry()))["events"]
    assert event["attendees"] == [
        {"address": "mailto:diane@cabinet.example", "name": "Diane Dumas", "partstat": "NEEDS-ACTION"}
    ]
    assert event["organizers"] == [
        {"address": "mailto:contact@cokillaje.example", "name": "Cokillaje, association", "partstat": None}
    ]


def test_each_property_once_and_none_that_misleads() -> None:
    [event] = reading.by_icalendar(request(entry())).events
    assert not any(isinstance(value, list) for value in event.values())
    assert not {"VALARM", "X-ALT-DESC", "X-MICROSOFT-CDO-ALLDAYEVENT"} & set(event)
    assert "SENT-BY" not in event["ORGANIZER"].params
    assert event["STATUS"] == "CONFIRMED"


@pytest.mark.parametrize(
    ("start", "end", "utc"),
    [
        ("2027-03-27 09:00", "2027-03-28 17:00", ("2027-03-27T08:00:00.000Z", "2027-03-28T15:00:00.000Z")),
        ("2026-10-24 09:00", "2026-10-25 17:00", ("2026-10-24T07:00:00.000Z", "2026-10-25T16:00:00.000Z")),
        ("2026-07-01 09:00", "2026-07-01 12:00", ("2026-07-01T07:00:00.000Z", "2026-07-01T10:00:00.000Z")),
    ],
)
def test_hours_hold_through_both_changes_of_clocks(start: str, end: str, utc: tuple[str, str]) -> None:
    [event] = reading.by_ical_js(request(entry(timing=block(start, end))))["events"]
    assert (event["start"], event["end"]) == utc


def test_a_series_keeps_its_local_hours_through_the_change_of_clocks() -> None:
    timing = block("2027-03-27 09:00", "2027-03-27 17:00", days=3)
    [event] = reading.by_ical_js(request(entry(timing=timing)))["events"]
    assert event["rule"] == "FREQ=DAILY;COUNT=3"
    assert event["occurrences"] == ["2027-03-27T08:00:00.000Z", "2027-03-28T07:00:00.000Z", "2027-03-29T07:00:00.000Z"]


def test_whole_days_end_on_the_day_after_and_need_no_zone() -> None:
    timing = block("2026-11-24 14:00", "2026-11-26 12:00", first_day=date(2026, 11, 24), last_day=date(2026, 11, 26))
    understood = reading.by_ical_js(request(entry(timing=timing)))
    [event] = understood["events"]
    assert (event["start"], event["end"], understood["zones"]) == ("2026-11-24", "2026-11-27", [])


def test_a_zone_that_is_not_french_is_written_in_utc() -> None:
    stream = request(entry(zone=ZoneInfo("Asia/Tokyo")))
    assert "TZID" not in stream
    assert reading.by_ical_js(stream)["events"][0]["start"] == "2027-01-14T08:00:00.000Z"


def test_a_cancelled_meeting_and_a_person_taken_off_are_two_things() -> None:
    whole = objects.cancel(entry(), DIANE, NOW, whole_event=True)
    one = objects.cancel(entry(), DIANE, NOW, whole_event=False)
    for stream, status in ((whole, "CANCELLED"), (one, None)):
        reading.well_formed(stream)
        understood = reading.by_ical_js(stream)
        [event] = understood["events"]
        assert understood["method"] == "CANCEL"
        assert event["status"] == status
        assert [attendee["address"] for attendee in event["attendees"]] == ["mailto:diane@cabinet.example"]
        assert len(event["organizers"]) == 1
        assert event["sequence"] == 2


def test_a_file_asks_nobody_to_answer() -> None:
    stream = objects.publish([entry()])
    reading.well_formed(stream)
    understood = reading.by_ical_js(stream)
    assert understood["method"] == "PUBLISH"
    assert understood["events"][0]["attendees"] == []
    assert len(understood["events"][0]["organizers"]) == 1


@settings(deadline=None)  # no test measures time
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=100), st.text(max_size=100))
@example(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_hostile_text_stays_text(title: str, description: str, name: str, host: str) -> None:
    made = entry(
        title=title,
        description=description,
        location=title,
        url=f"https://x.example/{description}",
        organizer=Mailbox(host, "a@b.example"),
    )
    stream = objects.request(made, Mailbox(name, "diane@cabinet.example"), "NEEDS-ACTION", NOW)
    reading.well_formed(stream)
    calendar = reading.by_icalendar(stream)
    [event] = calendar.events
    assert len(calendar.subcomponents) == 2
    assert not any(isinstance(value, list) for value in event.values())
    assert str(event["SUMMARY"]) == one_line(title)
    assert str(event.get("DESCRIPTION", "")) == clean(description)
    assert str(event["ATTENDEE"]) == "mailto:diane@cabinet.example"
    assert str(event["ORGANIZER"]) == "mailto:a@b.example"


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=200))
@example(HOSTILE)
def test_hostile_text_stays_text_for_the_other_parser(text: str) -> None:
    stream = objects.request(entry(title=text, description=text), Mailbox(text, DIANE.address), "NEEDS-ACTION", NOW)
    [event] = reading.by_ical_js(stream)["events"]
    assert event["summary"] == one_line(text)
    assert (event["description"] or "") == clean(text)
    assert len(event["attendees"]) == len(event["organizers"]) == 1


def test_the_object_of_each_recipient_costs_little() -> None:
    """At most a few kilobytes: the time zone is two rules, not a list of seventy dates."""
    assert len(request(entry())) < 2000
