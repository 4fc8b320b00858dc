"""The functions each organisation begins with."""

import pytest

from cop.accounts.roles import ROLES
from cop.mandates import rules
from cop.presets import loader

# Who answers for it, and who does the work: each organisation has its own.
EXPECTED = {
    "cls-pontchateau": {"pilot", "regional_coordinator", "relay_manager", "volunteer"},
    "cokillaje": {
        "president", "secretary", "treasurer", "board_member", "regional_coordinator", "territorial_animator",
        "relay_manager", "volunteer",
    },
    "ctg": {"pilot", "regional_coordinator", "territorial_animator", "relay_manager", "volunteer"},
    "haute-herbasse": {
        "president", "secretary", "treasurer", "board_member", "regional_coordinator", "relay_manager", "volunteer",
    },
    "pacte": {"pilot", "regional_coordinator", "trainer"},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_functions(name: str) -> None:
    kinds = loader.read(name).mandates
    assert {kind.code for kind in kinds} == EXPECTED[name]
    for kind in kinds:
        assert kind.body in rules.BODIES
        assert kind.reach in (rules.ORGANISATION, rules.TERRITORY, rules.PROJECT)
        rules.check_role(kind.role, ROLES)
        assert kind.needs_decision or not kind.role, "what gives rights is decided by somebody"


def test_a_chair_may_be_shared() -> None:
    assert next(kind for kind in loader.read("haute-herbasse").mandates if kind.code == "president").several_holders
