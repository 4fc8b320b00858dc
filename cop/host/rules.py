"""The organisation's accent: one colour given, two worn (light and dark), each legible wherever it stands.

WCAG 2.2 asks for 4.5:1 for text (1.4.3) and 3:1 for the shapes one needs to see (1.4.11). The accent writes
links, fills the main button and draws the value in a chart: it is measured on every ground of the stylesheet.
Lightness is changed in OKLCH, where the hue a person chose stays the hue they see.
"""

import re
from collections.abc import Callable
from math import atan2, cos, hypot, sin
from typing import Final, NamedTuple

TEXT: Final = 4.5
SHAPE: Final = 3.0

# The grounds of static/css/tokens.css: paper, sheet. A house test keeps the two files in step.
LIGHT_GROUNDS: Final = ("#fbf9f5", "#ffffff")
DARK_GROUNDS: Final = ("#16181a", "#1e2124")
DEFAULT_ACCENT: Final = "#a8432b"

_SOFT_LIGHT: Final = 0.11
_SOFT_DARK: Final = 0.17
_DARK_LIGHTNESS: Final = 0.79
_DARK_CHROMA: Final = 0.72
_HEX: Final = re.compile(r"#[0-9a-f]{6}")


class Soft(NamedTuple):
    light: str
    dark: str


class AccentRefused(ValueError):
    """Why a colour cannot be an accent; ``suggestion`` is the nearest one that can, if there is one."""

    def __init__(self, reason: str, suggestion: str | None = None) -> None:
        super().__init__(reason)
        self.suggestion = suggestion


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two ``#rrggbb`` colours, from 1 to 21."""
    dim, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def check_accent(colour: str) -> str:
    """The accent as kept (``#rrggbb``, lower case), or ``AccentRefused``: not a colour, or too pale to be read."""
    accent = _parse(colour)
    worst = _worst_light(accent)
    if worst < TEXT:
        nearest = accent_pair(accent)[0]
        raise AccentRefused(
            f"{accent} is too pale to be read: its contrast is {worst:.2f}, it must reach {TEXT}. "
            f"The nearest shade that does is {nearest}.",
            nearest,
        )
    return accent


def accent_pair(colour: str) -> tuple[str, str]:
    """The accent on light and on dark grounds: the same hue, darkened or lightened until it is legible."""
    accent = _parse(colour)
    lightness, chroma, hue = _to_oklch(accent)
    light = accent if _worst_light(accent) >= TEXT else _step(lightness, chroma, hue, -1, _worst_light)
    dark = _step(max(lightness, _DARK_LIGHTNESS), chroma * _DARK_CHROMA, hue, +1, _worst_dark)
    return light, dark


def soft_pair(colour: str) -> Soft:
    """The tint behind a quiet band or a chosen line, on light and on dark: enough of the accent to be felt."""
    light, dark = accent_pair(colour)
    return Soft(_mix(light, LIGHT_GROUNDS[0], _SOFT_LIGHT), _mix(dark, DARK_GROUNDS[0], _SOFT_DARK))


def stylesheet(colour: str) -> str:
    """The few lines of ``/apparence.css``: what the default of tokens.css becomes for this organisation."""
    light, dark = accent_pair(colour)
    soft = soft_pair(colour)
    both = f"--accent: light-dark({light}, {dark}); --accent-soft: light-dark({soft.light}, {soft.dark});"
    return (
        "@layer tokens {\n"
        f"  :root {{ --accent: {light}; --accent-soft: {soft.light}; }}\n"
        "  @supports (color: light-dark(#000, #fff)) {\n"
        f"    :root {{ {both} }}\n"
        "  }\n"
        "}\n"
    )


def _worst_light(accent: str) -> float:
    return min(contrast(accent, ground) for ground in (*LIGHT_GROUNDS, _mix(accent, LIGHT_GROUNDS[0], _SOFT_LIGHT)))


def _worst_dark(accent: str) -> float:
    return min(contrast(accent, ground) for ground in (*DARK_GROUNDS, _mix(accent, DARK_GROUNDS[0], _SOFT_DARK)))


def _step(lightness: float, chroma: float, hue: float, way: int, worst: Callable[[str], float]) -> str:
    """Walk the lightness, a two-hundredth at a time, to the first shade that is legible; black and white always are."""
    for count in range(201):
        shade = _from_oklch(min(1.0, max(0.0, lightness + way * count / 200)), chroma, hue)
        if worst(shade) >= TEXT:
            return shade
    raise AssertionError("black on light and white on dark are legible")  # pragma: no cover


def _parse(colour: str) -> str:
    text = colour.strip().lower()
    if not _HEX.fullmatch(text):
        raise AccentRefused(
            f"{colour!r} is not a colour: a hash sign and six figures or letters a to f, like {DEFAULT_ACCENT}."
        )
    return text


def _channels(colour: str) -> tuple[float, float, float]:
    """Linear light of the three channels, as the sRGB standard (IEC 61966-2-1) decodes them."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _encoded(value: float) -> int:
    value = min(1.0, max(0.0, value))
    return round(255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))


def _luminance(colour: str) -> float:
    red, green, blue = _channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(colour: str, ground: str, share: float) -> str:
    pairs = ((int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _to_oklch(colour: str) -> tuple[float, float, float]:
    red, green, blue = _channels(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, hypot(a, b), atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """Back to ``#rrggbb``; a shade no screen shows loses chroma, not hue, until one can."""
    while True:
        channels = _oklch_channels(lightness, chroma, hue)
        if chroma < 0.001 or all(-0.0005 <= channel <= 1.0005 for channel in channels):
            return "#" + "".join(f"{_encoded(channel):02x}" for channel in channels)
        chroma *= 0.97


def _oklch_channels(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
