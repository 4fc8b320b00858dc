"""Partners for the tests: as Bob and Charlie have them."""

from typing import Any

import pytest

from cop.activity.service import COMMAND
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.organisations import service, service_kinds
from cop.organisations.models import Organisation, OrganisationKind
from cop.organisations.rules import Description
from tests.people_of_the_tests import People, territory

ANGERS, SAUMUR, NANTES = "49007", "49328", "44109"


@pytest.fixture
def kinds(people: People) -> dict[str, int]:
    """The kinds of organisations, by code."""
    with unit_of_work():
        service_kinds.seed(["msp", "cpts", "hospital", "ars", "other"])
        return {kind.code: kind.id for kind in db.session.query(OrganisationKind)}


@pytest.fixture
def partner(kinds: dict[str, int]) -> Any:
    """Make an organisation; its number is returned."""

    def make(name: str, kind: str = "msp", commune: str | None = ANGERS, **values: Any) -> int:
        covers = values.pop("covers", None)
        with unit_of_work():
            said = Description(
                name=name,
                kind_id=kinds[kind],
                commune_id=territory("commune", commune).id if commune else None,
                covers_id=territory(*covers).id if covers else None,
                **values,
            )
            return service.create(said, COMMAND).id

    return make


def organisation(number: int) -> Organisation:
    return db.session.get_one(Organisation, number)
