"""A receipt as a page: from what was kept when it was issued to a tagged PDF, set by Typst.

What people typed reaches Typst as JSON, never as source: a name with a hash or a bracket stays a name.
"""

import json
from datetime import date
from typing import Any, Final

from cop.core import formats
from cop.core.i18n import _, label, language
from cop.core.settings import ROOT
from cop.memberships.models import Receipt
from cop.memberships.rules import METHODS, receipt_number

_FOLDERS: Final = (ROOT / "cop" / "_data" / "templates", ROOT / "templates")


def pdf(receipt: Receipt) -> bytes:
    """PDF/UA-1: tagged, titled, in a language, so that a screen reader says it in order."""
    import typst  # thirty megabytes that only whoever asks for a receipt needs

    source = next(folder for folder in _FOLDERS if folder.is_dir()) / "memberships" / "receipt.typ"
    return typst.compile(
        source,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(words(receipt))},
        pdf_standards="ua-1",
        timestamp=receipt.issued_at.replace(microsecond=0),  # Typst refuses them
    )


def words(receipt: Receipt) -> dict[str, Any]:
    """All that the page says, in the reader's language."""
    kept = receipt.content
    issued = date.fromisoformat(kept["issued_on"])
    number = receipt_number(receipt.year, receipt.number)
    cancelled = formats.date_short(receipt.cancelled_at) if receipt.cancelled_at else ""
    return {
        "lang": language(),
        "title": _("Membership fee receipt"),
        "number_text": _("Receipt no. %(number)s", number=number),
        "issued": [issued.year, issued.month, issued.day],
        "host": {"name": kept["host"]["name"], "lines": [line for line in kept["host"]["lines"] if line]},
        "cancelled": _("Cancelled on %(day)s: it no longer proves anything.", day=cancelled) if cancelled else "",
        "statement": _statement(kept),
        "heads": [_("Date"), _("Means of payment"), _("Amount")],
        "payments": [_payment(payment) for payment in kept["payments"]],
        "total_label": _("Total received"),
        "total": formats.money(kept["total_cents"]),
        "notes": _notes(kept),
        "signed": _("Made on %(day)s, for %(name)s", day=formats.date_long(issued), name=kept["host"]["name"]),
    }


def _statement(kept: dict[str, Any]) -> str:
    return _(
        "%(host)s has received from %(member)s the sum of %(total)s as the membership fee “%(kind)s”"
        " for the period from %(first)s to %(last)s.",
        host=kept["host"]["name"],
        member=kept["member"],
        total=formats.money(kept["total_cents"]),
        kind=label(_Named(kept["kind"])),
        first=formats.date_short(date.fromisoformat(kept["starts_on"])),
        last=formats.date_short(date.fromisoformat(kept["ends_on"])),
    )


class _Named:
    """What ``label`` reads of a kind that may have been renamed since."""

    def __init__(self, names: dict[str, str]) -> None:
        self.name_fr, self.name_en = names["name_fr"], names["name_en"]


def _payment(kept: dict[str, Any]) -> list[str]:
    method = str(METHODS[kept["method"]])
    if kept["number"]:
        method = _("%(method)s no. %(number)s", method=method, number=kept["number"])
    return [formats.date_short(date.fromisoformat(kept["paid_on"])), method, formats.money(kept["amount_cents"])]


def _notes(kept: dict[str, Any]) -> list[str]:
    """Nothing about tax unless the organisation declared it: a wrong promise costs a fine (CGI, art. 1740 A)."""
    if not kept["tax_reduction"]:
        return []
    return [
        _(
            "The organisation declares that it meets the conditions of articles 200 and 238 bis of the French"
            " general tax code."
        )
    ]
