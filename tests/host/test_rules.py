"""An organisation's accent is legible in both lights, or refused with the shade that would be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.host.rules import (
    DARK_GROUNDS,
    LIGHT_GROUNDS,
    SHAPE,
    TEXT,
    AccentRefused,
    accent_pair,
    check_accent,
    contrast,
    soft_pair,
    stylesheet,
)

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
TRACKS = ("#ded8cd", "#353a3e")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#a8432b", "#a8432b", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@given(colours)
def test_any_colour_becomes_legible_text(colour: str) -> None:
    light, dark = accent_pair(colour)
    soft = soft_pair(colour)
    assert all(contrast(light, ground) >= TEXT for ground in (*LIGHT_GROUNDS, soft.light))
    assert all(contrast(dark, ground) >= TEXT for ground in (*DARK_GROUNDS, soft.dark))


@given(colours)
def test_any_colour_stands_out_of_the_track_of_a_bar(colour: str) -> None:
    assert all(contrast(accent, track) >= SHAPE for accent, track in zip(accent_pair(colour), TRACKS, strict=True))


@given(colours)
def test_a_legible_colour_is_kept_as_given(colour: str) -> None:
    light, _ = accent_pair(colour)
    if light == colour:
        assert check_accent(colour) == colour
        return
    with pytest.raises(AccentRefused) as caught:
        check_accent(colour)
    assert caught.value.suggestion == light
    assert check_accent(light) == light


def test_the_hue_stays() -> None:
    # A yellow darkens to an olive, not to a grey: red and green still far above blue.
    light, _ = accent_pair("#ffee00")
    red, green, blue = (int(light[i : i + 2], 16) for i in (1, 3, 5))
    assert min(red, green) > 3 * blue


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "a8432b", "#a8432b;}body{", "#a8432b\n}"])
def test_what_is_not_a_colour_is_refused(text: str) -> None:
    with pytest.raises(AccentRefused, match="not a colour") as caught:
        check_accent(text)
    assert caught.value.suggestion is None


def test_a_pale_colour_is_refused_with_its_reason() -> None:
    with pytest.raises(AccentRefused, match=r"too pale.*contrast is 1\.12"):
        check_accent("#ffee00")


def test_case_and_blanks_do_not_matter() -> None:
    assert check_accent(" #A8432B ") == "#a8432b"


def test_the_stylesheet_holds_both_lights_and_nothing_else() -> None:
    light, dark = accent_pair("#1f5f8b")
    css = stylesheet("#1f5f8b")
    assert f"--accent: light-dark({light}, {dark});" in css
    assert css.startswith("@layer tokens {")
    assert css.count("{") == css.count("}")
