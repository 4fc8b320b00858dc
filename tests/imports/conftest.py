"""Sending a list as Alice does, and letting the worker do its part."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from cop.core import jobs
from cop.core.db import db
from cop.imports.jobs import JOBS
from cop.imports.models import Import, ImportLine
from tests.conftest import Browser
from tests.house.world import browser_of
from tests.people_of_the_tests import People

WORK = JOBS[0]
FORGET = JOBS[1]


class Desk:
    """Alice at her desk: ``send``, ``match``, ``work``, ``press``; ``held`` is the import as it stands."""

    def __init__(self, client: Browser) -> None:
        self.client = client
        self.number = 0

    def send(self, content: bytes | str, name: str = "liste.csv", **fields: str) -> Any:
        data: dict[str, Any] = {"target": "people", "source": "Annuaire de la fédération", **fields}
        raw = content.encode() if isinstance(content, str) else content
        data["file"] = FileStorage(io.BytesIO(raw), name)
        # Encoded here: Werkzeug's client leaves the temporary files of large ones open.
        boundary, body = encode_multipart(data)
        kind = f"multipart/form-data; boundary={boundary}"
        answer = self.client.post("/coordination/imports/nouveau", data=body, content_type=kind)
        if answer.status_code == 303:
            self.number = int(answer.location.split("/")[-2])
        return answer

    @property
    def held(self) -> Import:
        db.session.rollback()
        return db.session.get_one(Import, self.number)

    def match(self, mapping: list[str] | None = None, **fields: str) -> Any:
        chosen = mapping if mapping is not None else self.held.mapping
        data = {f"column_{at}": name for at, name in enumerate(chosen)}
        return self.client.post(f"/coordination/imports/{self.number}/colonnes", data={**data, **fields})

    def work(self) -> Import:
        jobs.run(WORK)
        return self.held

    def press(self, what: str, **data: str) -> Any:
        return self.client.post(f"/coordination/imports/{self.number}/{what}", data=data)

    def check(self, content: bytes | str, name: str = "liste.csv", **fields: str) -> Import:
        assert self.send(content, name).status_code == 303
        assert self.match(**fields).status_code == 303
        return self.work()

    def bring(self, content: bytes | str, **fields: str) -> Import:
        self.check(content, **fields)
        self.press("importer")
        return self.work()

    def lines(self, verdict: str) -> list[ImportLine]:
        db.session.rollback()
        wanted = sa.select(ImportLine).filter_by(import_id=self.number, verdict=verdict).order_by(ImportLine.number)
        return list(db.session.scalars(wanted))

    def refusals(self) -> dict[int, str]:
        return {line.number: plain(line.reason) for line in self.lines("refused")}

    def come_back(self, people: People) -> None:
        """Signed in anew, after an absence."""
        self.client = browser_of(self.client.application, people.alice)

    def page(self, **arguments: str) -> str:
        answer = self.client.get(f"/coordination/imports/{self.number}", query_string=arguments)
        assert answer.status_code == 200
        return plain(answer.text)


def plain(words: str) -> str:
    return words.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.fixture
def desk(people: People, sign_in: Callable[[Any], Browser]) -> Desk:
    return Desk(sign_in(people.alice))
