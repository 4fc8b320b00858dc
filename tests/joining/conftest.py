"""The form as a newcomer fills it in, and the charters in force."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from cop.activity.service import Actor
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.joining import service_settings
from cop.joining.rules import Kind
from cop.memberships.models import MembershipKind
from tests.people_of_the_tests import People, territory

FORM = {
    "given_name": "Ève",
    "family_name": "Éluard",
    "email": "eve@cabinet.example",
    "phone": "02 41 00 00 00",
    "profession": "94",
    "sites-0-commune": "saumur",
    "organisation": "Maison de santé des Lilas",
    "charter_version": "1",
    "agree_charter": "y",
    "agree_notice": "y",
}
STAFF = Actor("command")


@pytest.fixture(autouse=True)
def charters(people: People) -> int:
    """Two charters, one kind of membership; nobody has to say yes. Returns the kind's number."""
    with unit_of_work():
        service_settings.seed({kind: {"charter_fr": "Le texte", "charter_en": "The text"} for kind in Kind})
        kind = MembershipKind(code="individual", name_fr="Adhésion", name_en="Membership", amount_cents=2500)
        db.session.add(kind)
        db.session.flush()
        return kind.id


@pytest.fixture
def approval(charters: int) -> None:
    """The coordination says yes to each."""
    with unit_of_work():
        for kind in Kind:
            service_settings.set_approval(kind, True, actor=STAFF)


@pytest.fixture
def send(client: Any, charters: int) -> Callable[..., Any]:
    """``send()`` joins as a member; ``send("/benevoles")`` as a volunteer."""

    def do(path: str = "/adherer", **changes: Any) -> Any:
        extra: dict[str, Any] = {"membership_kind": str(charters)}
        if path == "/benevoles":
            extra = {"territory_id": str(territory("department", "49").id), "slots": ["4m"]}
        values = {**FORM, **extra, **changes}
        return client.post(path, data={name: value for name, value in values.items() if value is not None})

    return do


def link_in(mail: Any) -> str:
    found = re.search(r"/demande/[\w.-]+", mail.text)
    assert found
    return found[0]
