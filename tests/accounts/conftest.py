"""Signing in as the tests of this folder do it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from cop.accounts import passwords
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from tests.people_of_the_tests import People

PASSWORD = "lune bateau seize camion"
HASH = passwords.hashed(PASSWORD)


@pytest.fixture
def bob(people: People) -> str:
    """Bob's address; he has a password."""
    with unit_of_work():
        people.bob.password_hash = HASH
        return people.bob.email


@pytest.fixture
def optional_factor(app: Application) -> Iterator[None]:
    """COP_SECOND_FACTOR=optional: a password or a link is enough for everybody who chose nothing else."""
    known = app.extensions["cop.settings"]
    app.extensions["cop.settings"] = replace(known, second_factor="optional")
    yield
    app.extensions["cop.settings"] = known


def press(client: FlaskClient, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/connexion", data={"email": email, "password": password, **more})


def signed_in(client: FlaskClient) -> bool:
    return client.get("/moi/compte").status_code == 200
