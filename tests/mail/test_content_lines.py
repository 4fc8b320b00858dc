"""Calendar lines: folded at 75 octets, escaped, free of anything that could begin another line."""

import icalendar
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cop.mail import content_lines


@settings(deadline=None)  # no test measures time
@given(st.text())
@example("é" * 100)
@example("👩‍⚕️" * 40)
@example("a" * 75)
@example("a" * 76)
def test_a_line_is_folded_inside_its_octets_and_never_inside_a_character(value: str) -> None:
    line = "SUMMARY:" + content_lines.text(value)
    folded = content_lines.fold(line)
    for piece in folded.split("\r\n"):
        assert len(piece.encode()) <= 75
        piece.encode().decode()
    assert content_lines.unfold(folded) == line


@settings(deadline=None)  # no test measures time
@given(st.text())
@example("a\r\nATTENDEE:mailto:mal@example.org")
@example("a\rb\nc\x0bd\x0ce\x85f\u2028g\u2029h")
@example("\x00\x01\x1f\x7f\ud800")
@example("\\n \\; \\, ; ,")
def test_a_text_comes_back_from_an_independent_parser(value: str) -> None:
    stream = content_lines.join(["BEGIN:VEVENT", f"SUMMARY:{content_lines.text(value)}", "END:VEVENT"])
    event = icalendar.Event.from_ical(stream)
    assert set(event) == {"SUMMARY"}
    assert str(event["SUMMARY"]) == content_lines.clean(value)


@settings(deadline=None)  # no test measures time
@given(st.text())
@example('Diane "D" Dumas; ^n x:y,z')
@example('a"\r\nATTENDEE:mailto:mal@example.org')
def test_a_name_in_a_parameter_is_one_parameter(value: str) -> None:
    attendee = f"ATTENDEE;CN={content_lines.quoted(value)}:mailto:a@b.example"
    stream = content_lines.join(["BEGIN:VEVENT", attendee, "END:VEVENT"])
    event = icalendar.Event.from_ical(stream)
    assert set(event) == {"ATTENDEE"}
    assert str(event["ATTENDEE"]) == "mailto:a@b.example"
    assert set(event["ATTENDEE"].params) == {"CN"}
    assert '"' not in event["ATTENDEE"].params["CN"]


@settings(deadline=None)  # no test measures time
@given(st.text())
@example("https://visio.example/a?b=c&d=é#f")
@example("https://visio.example/\r\nATTENDEE:mailto:mal@example.org")
def test_an_address_stays_on_its_line(value: str) -> None:
    assert content_lines.uri(value).isascii()
    assert not set(content_lines.uri(value)) & set('\r\n\t "<>')
    assert not set(content_lines.mailto(value)) & set('\r\n\t "<>,;?:') - {":"}


def test_no_break_spaces_stay() -> None:
    assert content_lines.one_line("de 9\u00a0h\u202f? à\t12") == "de 9\u00a0h\u202f? à 12"
