"""Reading a line of HelloAsso's export of memberships: states, means of payment, prices, periods."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from cop.core.errors import Refused
from cop.core.i18n import _l
from cop.memberships import rules
from cop.memberships.rules import Method, Period, Span
from cop.territories.rules import search_name

_PAID: Final = {"valide", "validee", "processed", "paye", "payee"}
_METHODS: Final = (
    ("cheque", Method.CHEQUE),
    ("especes", Method.CASH),
    ("virement", Method.TRANSFER),
    ("prelevement", Method.TRANSFER),
    ("sepa", Method.TRANSFER),
)
_YEAR: Final = re.compile(r"\b(20\d{2})\b")


@dataclass(frozen=True, slots=True)
class Bought:
    """What a line says, once read."""

    reference: str
    given_name: str
    family_name: str
    email: str  # the member's own, or the payer's when the member paid
    organisation: str
    price: str
    amount_cents: int
    method: Method
    paid_on: date

    @property
    def who(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def key(self) -> str:
        """An order may pay for several people: the reference, and who and what it was for."""
        return f"helloasso:{self.reference}:{search_name(self.who)[:40]}:{search_name(self.price)[:30]}"


def check_state(state: str) -> None:
    """Raises ``Refused`` for an order that was not paid, or was given back."""
    if state and search_name(state) not in _PAID:
        raise Refused(_l("This order is marked “%(state)s”: only paid orders are imported.", state=state))


def method(text: str) -> Method:
    """HelloAsso is paid by card, but for what was written into it by hand."""
    plain = search_name(text)
    return next((found for word, found in _METHODS if word in plain), Method.CARD)


def amount(price: str, discount: str) -> int:
    """What was paid: the price less the promotional code."""
    full = rules.cents(price or "0")
    return max(0, full - (rules.cents(discount.lstrip("-")) if discount else 0))


def names(kind_names: str) -> set[str]:
    return {search_name(line) for line in kind_names.splitlines() if line.strip()}


def span(period: str, price: str, paid_on: date, last_ends_on: date | None) -> Span:
    """The period a payment is for: the year its price names; else the next one, when the present one is paid."""
    year = _YEAR.search(price)
    if year and period == Period.CIVIL_YEAR and abs(int(year[1]) - paid_on.year) <= 1:
        return rules.span(period, date(int(year[1]), 1, 1))
    if last_ends_on is not None and last_ends_on >= paid_on:
        return rules.next_span(period, last_ends_on, paid_on)
    return rules.span(period, paid_on)
