"""Our VTIMEZONE texts against the zones of the system, by a parser that knows no zone by name."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cop.invitations import timezones
from tests.invitations import reading


def moments(zone: ZoneInfo) -> list[datetime]:
    """Noon of the first of each month, and the hours around each change of clocks, for twelve years."""
    found = [datetime(year, month, 1, 12, tzinfo=UTC) for year in range(2024, 2036) for month in range(1, 13)]
    moment, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    while moment < end:
        later = moment + timedelta(hours=1)
        if moment.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            # Local times that exist once: programs disagree on the hour that comes twice.
            found += [moment - timedelta(hours=3), moment - timedelta(hours=2), later + timedelta(hours=2)]
        moment = later
    return found


@pytest.mark.parametrize("key", sorted(timezones.TEXTS))
def test_every_zone_agrees_with_the_system(key: str) -> None:
    zone = ZoneInfo(key)
    expected = moments(zone)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//FR", *timezones.TEXTS[key]]
    for number, moment in enumerate(expected):
        local = moment.astimezone(zone)
        lines += ["BEGIN:VEVENT", f"UID:{number}", f"DTSTAMP:{moment:%Y%m%dT%H%M%SZ}"]
        lines += [f"DTSTART;TZID={key}:{local:%Y%m%dT%H%M%S}", "END:VEVENT"]
    understood = reading.by_ical_js("\r\n".join([*lines, "END:VCALENDAR", ""]))
    read = [datetime.fromisoformat(event["start"]) for event in understood["events"]]
    assert read == expected


def test_paris_changes_its_clocks_in_the_sample() -> None:
    """The sample above would prove nothing without the two nights of each year."""
    assert len(moments(ZoneInfo("Europe/Paris"))) == 144 + 3 * 24
    assert len(moments(ZoneInfo("America/Miquelon"))) == 144 + 3 * 24


@pytest.mark.parametrize("key", sorted(timezones.TEXTS))
def test_exchange_reads_yearly_rules_with_one_numbered_weekday(key: str) -> None:
    rules = [line for line in timezones.TEXTS[key] if line.startswith("RRULE")]
    assert len(rules) in {0, 2}
    assert all(rule.startswith("RRULE:FREQ=YEARLY;BYMONTH=") and rule.count("BYDAY=") == 1 for rule in rules)
    assert not any(line.startswith("RDATE") for line in timezones.TEXTS[key])
