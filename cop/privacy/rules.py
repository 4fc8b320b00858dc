"""What is done of what is held, in plain values: files to take away, channels, and the month one has to answer."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from cop.core import exports
from cop.core.i18n import _l
from cop.host.rules_retention import Unit, forward

# RGPD, art. 12.3: a month; two more when the request is complex, and then one says so within the first.
TO_ANSWER: Final = 1


class Kind(StrEnum):
    """The right somebody makes use of."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    OPPOSITION = "opposition"
    ERASURE = "erasure"


class Channel(StrEnum):
    """By which way one may refuse to be reached."""

    REMINDER = "reminder"
    COMMUNITY = "community"
    PHONE = "phone"
    POST = "post"


KINDS: Final[Mapping[str, Any]] = {
    Kind.ACCESS: _l("See or receive the data"),
    Kind.RECTIFICATION: _l("Have something corrected"),
    Kind.OPPOSITION: _l("Refuse mails, calls or letters"),
    Kind.ERASURE: _l("Be erased"),
}
WAYS: Final[Mapping[str, Any]] = {
    "letter": _l("Letter"),
    "email": _l("Mail"),
    "phone": _l("Telephone"),
    "counter": _l("Face to face"),
    "site": _l("This site"),
}
CHANNELS: Final[Mapping[str, Any]] = {
    Channel.REMINDER: _l("Reminders before the meetings I register for"),
    Channel.COMMUNITY: _l("News and invitations of the community, by mail"),
    Channel.PHONE: _l("Telephone calls"),
    Channel.POST: _l("Letters"),
}


def due_on(received_on: date) -> date:
    """The last day to answer."""
    return forward(received_on, TO_ANSWER, Unit.MONTHS)


# --- Files ----------------------------------------------------------------------------------------


def as_json(head: Mapping[str, Any], sections: Sequence[tuple[str, str, Sequence[Mapping[str, Any]]]]) -> bytes:
    """For another program (RGPD, art. 20): titles and table names with their rows."""
    body = {**head, "sections": [{"title": title, "table": name, "rows": rows} for title, name, rows in sections]}
    return json.dumps(body, ensure_ascii=False, indent=2, default=_plain).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else repr(value)


def as_csv_files(sections: Sequence[tuple[str, str, Sequence[Mapping[str, Any]]]]) -> bytes:
    """One table a file, in an archive: a spreadsheet opens each as it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (title, name, rows) in enumerate(sections, 1):
            heads = list(dict.fromkeys(key for row in rows for key in row))
            lines: list[list[Any]] = [[title], heads]
            lines += [[_cell(row.get(head)) for head in heads] for row in rows]
            archive.writestr(f"{number:02d}-{name}.csv", exports.csv_file(lines))
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, default=_plain) if isinstance(value, dict | list) else value
