"""The contract of the rooms catches what it is there for."""

import grimp
import pytest
from importlinter.domain.imports import Module

from deploy.contracts import RoomsContract

MODULES = (
    "cop",
    "cop.app",
    "cop.core",
    "cop.core.rules",
    "cop.events",
    "cop.events.views",
    "cop.events.views_public",
    "cop.events.jobs",
    "cop.events.service",
    "cop.events.service_waitlist",
    "cop.events.rules_dates",
    "cop.events.models",
    "cop.people",
    "cop.people.service",
)


def broken(importer: str, imported: str) -> list[str]:
    graph = grimp.ImportGraph()
    for module in MODULES:
        graph.add_module(module)
    if imported not in MODULES:
        graph.add_module(imported, is_squashed=True)
    graph.add_import(importer=importer, imported=imported)
    contract = RoomsContract(
        name="rooms",
        session_options={"root_packages": ["cop"]},
        contract_options={
            "slices": "cop",
            "not_slices": ["core"],
            "order": ["views | jobs", "service", "rules", "models"],
            "without": ["rules: flask sqlalchemy", "service: flask"],
            "only_by": ["views: cop.app"],
        },
    )
    assert contract.slices == Module("cop")
    found: list[str] = contract.check(graph, verbose=False).metadata["broken"]
    return found


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("cop.events.views_public", "cop.events.service_waitlist"),
        ("cop.events.service", "cop.events.service_waitlist"),
        ("cop.events.service", "cop.people.service"),
        ("cop.events.service", "sqlalchemy"),
        ("cop.events.views", "flask"),
        ("cop.core.rules", "flask"),
        ("cop.app", "cop.events.views_public"),
    ],
)
def test_going_down_is_right(importer: str, imported: str) -> None:
    assert broken(importer, imported) == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("cop.events.service_waitlist", "cop.events.views_public"),
        ("cop.events.models", "cop.events.rules_dates"),
        ("cop.events.jobs", "cop.events.views"),
        ("cop.events.rules_dates", "sqlalchemy"),
        ("cop.events.service_waitlist", "flask"),
        ("cop.people.service", "cop.events.views_public"),
    ],
)
def test_going_up_or_out_is_caught(importer: str, imported: str) -> None:
    assert len(broken(importer, imported)) == 1
