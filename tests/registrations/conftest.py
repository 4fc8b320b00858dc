"""What the tests of registrations share."""

from typing import Any

import pytest

from cop.core.unit_of_work import unit_of_work
from tests.people_of_the_tests import People, event

FORM = {
    "given_name": "Ève",
    "family_name": "Éluard",
    "email": "eve@cabinet.example",
    "profession": "94",
    "commune": "Saumur (49400)",
}


@pytest.fixture
def slug(people: People) -> str:
    """The address of a study morning with two seats."""
    with unit_of_work():
        return event(people, capacity=2).slug


@pytest.fixture
def send(client: Any, slug: str) -> Any:
    """Send the registration form, with some fields changed; answers the response."""

    def do(**changes: Any) -> Any:
        return client.post(f"/evenements/{slug}/inscription", data={**FORM, **changes})

    return do
