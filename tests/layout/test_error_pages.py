"""Error pages say what happened, what was kept and what to do; the last of them stands without a database."""

from pathlib import Path

import pytest
from flask import render_template
from flask.testing import FlaskClient

from cop.app import create_app
from tests.conftest import settings_for


def test_an_unknown_address_has_a_page_of_the_site(client: FlaskClient, people: object) -> None:
    answer = client.get("/nulle-part")
    assert answer.status_code == 404
    assert "<h1>Il n’y a rien à cette adresse</h1>" in answer.text
    assert '<main id="content"' in answer.text
    assert "Aller au contenu" in answer.text


def test_the_page_of_an_unexpected_error_stands_without_database(tmp_path: Path) -> None:
    # A file that is no database: every query fails, that of the page's frame included.
    (tmp_path / "broken.sqlite").write_bytes(b"not a database" * 100)
    app = create_app(settings_for(tmp_path, COP_DATABASE_URL=f"sqlite:///{tmp_path / 'broken.sqlite'}"))
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert "<h1>Une panne de notre côté</h1>" in answer.text
    assert "css/tokens.css" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(("retry_after", "words"), [(60, "dans une minute"), (600, "dans 10 minutes")])
def test_too_many_tries_says_when_to_come_back(
    client: FlaskClient, people: object, retry_after: int, words: str
) -> None:
    with client.application.test_request_context("/"):
        page = render_template("errors/429.html", retry_after=retry_after)
    assert words in page
