"""The question of a list: read from an address, written back in one form only."""

import pytest

from cop.network import rules_filter


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("tri=nom&colonnes=profession,lieu,etape,vu", ""),
        ("etape=adherent&q=++le++goff+", "q=le+goff&etape=adherent"),
        ("territoire=007", "territoire=7"),
        ("territoire=tous", "territoire=tous"),
        ("territoire=-1", ""),
        ("territoire=99999999999999999999", ""),
        ("etape_avant=contact", ""),
        ("etape_avant=contact&avant=2025-12-31", "etape_avant=contact&avant=2025-12-31"),
        ("avant=2025-02-30", ""),
        ("colonnes=vu,email", "colonnes=email%2Cvu"),
        ("profession=<script>", ""),
        ("pas_vu=5", ""),
    ],
)
def test_the_canonical_form(query: str, canonical: str) -> None:
    assert rules_filter.of_query(query).canonical == canonical
    assert rules_filter.of_query(canonical).canonical == canonical
