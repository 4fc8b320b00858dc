"""What the tests of events share."""

from typing import Any

import pytest

from tests.people_of_the_tests import territory

FORM = {
    "title": "Oralité et rééducation",
    "day_0": "2027-01-14",
    "starts_0": "09:00",
    "ends_0": "12:30",
    "mode": "onsite",
    "commune": "Angers (49000)",
    "venue_name": "Maison des associations",
    "capacity": "40",
    "audience": "public",
    "action": "publish",
}


@pytest.fixture
def form(people: Any) -> dict[str, str]:
    """What Bob sends to publish a study morning."""
    return {**FORM, "territory_id": str(territory("department", "49").id)}
