"""What the tests of cycles and regular meetings share."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cop.core.unit_of_work import unit_of_work
from tests.people_of_the_tests import PARIS, People, event

RULE = {"every": "weekday", "nth": "3", "weekday": "3", "day": "21", "interval": "1", "until": "2027-06-30"}
FIRST = datetime(2027, 1, 21, 9, 0, tzinfo=PARIS)  # a 3rd Thursday


@pytest.fixture
def event_id(people: People) -> int:
    """A published study morning on a 3rd Thursday, of Bob's."""
    with unit_of_work():
        return event(people, starts_at=FIRST, ends_at=FIRST + timedelta(hours=3, minutes=30)).id


@pytest.fixture
def bob(sign_in: Any, people: People) -> Any:
    return sign_in(people.bob)


@pytest.fixture
def repeat(bob: Any, event_id: int) -> Any:
    """Press the form: the dates first, then the meetings; ``without`` unticks some of them."""

    def do(*without: str, action: str = "publish", **changes: str) -> Any:
        address = f"/animation/evenements/{event_id}/repeter"
        rule = {**RULE, **changes}
        shown = bob.post(address, data={**rule, "action": "preview"})
        assert shown.status_code == 422
        dates = boxes(shown.text)
        ticked = [day for day in dates if day not in without]
        return bob.post(address, data={**rule, "action": action, "shown": ",".join(dates), "date": ticked})

    return do


def boxes(text: str) -> list[str]:
    """The dates shown with a box."""
    parts = text.split('name="date" value="')[1:]
    return [part[:10] for part in parts]
