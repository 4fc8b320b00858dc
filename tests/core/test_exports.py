"""CSV that a French spreadsheet opens rightly, and that runs nothing."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cop.core import exports


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        "+33 1 99 00 00 00",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1+1",
        "\u00a0=1",
        "＝1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_a_formula_becomes_text(typed: str) -> None:
    assert exports.cell(typed) == f"'{typed}"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Amélie Le Goff", "Amélie Le Goff"),
        ("a=b", "a=b"),
        ("< 5", "< 5"),
        ("", ""),
        (None, ""),
        (1104, "1104"),
        (-3, "-3"),
        (Decimal("30.0"), "30,0"),
        (Decimal("-0.5"), "-0,5"),
        (Decimal("1E+2"), "100"),
        (date(2026, 9, 23), "23/09/2026"),
    ],
)
def test_how_a_value_is_written(value: Any, written: str) -> None:
    assert exports.cell(value) == written


def test_the_file_has_a_byte_order_mark_semicolons_and_quotes_where_needed() -> None:
    data = exports.csv_file([["Département", "Taux"], ["Sarthe; 72", Decimal("12.5")], ['dit "Le Mans"', 3]])
    assert data.decode() == '\ufeffDépartement;Taux\r\n"Sarthe; 72";12,5\r\n"dit ""Le Mans""";3\r\n'
