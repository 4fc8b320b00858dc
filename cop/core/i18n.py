"""Languages: French first, English second; sentences go through gettext catalogues."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask_babel import force_locale, get_locale, gettext, lazy_gettext, ngettext

LANGUAGES: Final = ("fr", "en")
DEFAULT_LANGUAGE: Final = "fr"


def _(message: str, **values: Any) -> str:
    """The sentence in the reader's language, with its values put in."""
    return str(gettext(message, **values))


def _l(message: str, **values: Any) -> Any:
    """The same, worded when it is shown: for what is written once at import (fields, menus, refusals)."""
    return lazy_gettext(message, **values)


def _n(singular: str, plural: str, count: int, **values: Any) -> str:
    """The sentence for ``count`` things, available in it as ``%(num)s``."""
    return str(ngettext(singular, plural, count, **values))


def language() -> str:
    """The language of the page or mail being written; French outside of any context."""
    try:
        locale = get_locale()
    except RuntimeError:
        return DEFAULT_LANGUAGE
    return locale.language if locale and locale.language in LANGUAGES else DEFAULT_LANGUAGE


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Write in ``locale`` for the time of the block: a mail speaks its reader's language, not its author's."""
    wanted = locale if locale in LANGUAGES else DEFAULT_LANGUAGE
    if wanted == language():  # nearly always
        yield
        return
    with force_locale(wanted):
        yield


def label(row: Any, attribute: str = "name") -> str:
    """The wording of a reference row (``name_fr``, ``name_en``) in the present language."""
    return str(getattr(row, f"{attribute}_{language()}", "") or getattr(row, f"{attribute}_fr"))
