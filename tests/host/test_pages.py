"""The organisation's look, the reader's language, and the pages the law asks for."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.accounts.rules import LINK_LIFETIME
from cop.app import create_app
from cop.core import clock as core_clock
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.host.models import Host
from cop.host.rules import accent_pair
from cop.host.rules_retention import RULES
from cop.territories.models import RegisterImport
from tests.conftest import settings_for
from tests.people_of_the_tests import People

PAGES = ("/donnees-personnelles", "/mentions-legales", "/accessibilite")


def words(page: str) -> str:
    """The text with plain spaces, as one searches it."""
    return " ".join(page.replace("\u00a0", " ").replace("\u202f", " ").split())


class TestLook:
    def test_the_accent_is_the_organisation_s(self, client: FlaskClient, people: People) -> None:
        with unit_of_work():
            db.session.scalars(sa.select(Host)).one().accent = "#1d5a8a"
        answer = client.get("/apparence.css")
        assert answer.mimetype == "text/css"
        light, dark = accent_pair("#1d5a8a")
        assert f"--accent: light-dark({light}, {dark})" in answer.text

    def test_it_is_asked_for_once(self, client: FlaskClient, people: People) -> None:
        first = client.get("/apparence.css")
        assert first.headers["Cache-Control"] == "public, max-age=300"
        assert "Set-Cookie" not in first.headers
        again = client.get("/apparence.css", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        with unit_of_work():
            db.session.scalars(sa.select(Host)).one().accent = "#1d5a8a"
        changed = client.get("/apparence.css", headers={"If-None-Match": first.headers["ETag"]})
        assert changed.status_code == 200

    def test_before_the_site_is_set_up_there_is_a_look(self, client: FlaskClient) -> None:
        assert "--accent" in client.get("/apparence.css").text


class TestLanguage:
    def test_the_reader_chooses(self, client: FlaskClient, people: People) -> None:
        assert '<html lang="fr">' in client.get("/mentions-legales").text
        answer = client.post("/langue", data={"language": "en", "next": "/mentions-legales"})
        assert (answer.status_code, answer.location) == (303, "/mentions-legales")
        page = client.get("/mentions-legales").text
        assert '<html lang="en">' in page
        assert "Who publishes this site" in page
        client.post("/langue", data={"language": "fr"})
        assert "Qui publie ce site" in client.get("/mentions-legales").text

    @pytest.mark.parametrize("language", ["de", "", "../../etc"])
    def test_another_one_changes_nothing(self, client: FlaskClient, people: People, language: str) -> None:
        assert client.post("/langue", data={"language": language, "next": "//elsewhere.example"}).location == "/"
        assert '<html lang="fr">' in client.get("/mentions-legales").text


class TestPagesOfTheLaw:
    @pytest.mark.parametrize("path", PAGES)
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_they_stand_before_and_after_the_set_up(self, client: FlaskClient, path: str, language: str) -> None:
        client.post("/langue", data={"language": language})
        assert client.get(path).status_code == 200

    @pytest.mark.parametrize("path", PAGES)
    def test_they_name_the_organisation(self, client: FlaskClient, people: People, path: str) -> None:
        assert "contact@cokillaje.example" in client.get(path).text

    @pytest.mark.parametrize("path", PAGES)
    def test_every_page_leads_to_them(self, client: FlaskClient, people: People, path: str) -> None:
        assert f'href="{path}"' in client.get("/connexion").text

    def test_the_notice_says_what_the_application_does(self, client: FlaskClient, people: People) -> None:
        """Durations the application keeps by itself are those of its rules."""
        page = words(client.get("/donnees-personnelles").text)
        assert f"Leur texte : {RULES['mail_body'].usual} jours" in page
        assert LINK_LIFETIME.total_seconds() == 30 * 60
        assert "Les liens de connexion : trente minutes" in page
        assert f"Connexions : {RULES['sign_in'].usual} mois" in page

    @pytest.mark.parametrize(
        "point",
        [
            "responsable de traitement", "intérêt légitime", "Qui les voit", "corriger ou effacer", "vous y opposer",
            "limiter l’usage", "après votre mort", "CNIL", "Un seul cookie", "moins de 5 personnes",
        ],
    )  # fmt: skip
    def test_the_notice_has_the_points_of_article_13(self, client: FlaskClient, people: People, point: str) -> None:
        assert point in words(client.get("/donnees-personnelles").text)

    def test_the_sources_are_named_with_the_date_of_the_extract(self, client: FlaskClient, people: People) -> None:
        assert "Annuaire Santé), DREES. Licence Ouverte 2.0." in words(client.get("/mentions-legales").text)
        with unit_of_work():
            db.session.add(
                RegisterImport(
                    extract_date=date(2026, 11, 12),
                    file_name="extract.txt",
                    started_at=core_clock.now(),
                    status="done",
                    is_current=True,
                )
            )
        page = words(client.get("/mentions-legales").text)
        assert "Annuaire Santé, extraction du 12/11/2026), DREES. Licence Ouverte 2.0." in page

    def test_the_hosting_provider_is_the_setting_s(self, app: Application, people: People, tmp_path: Any) -> None:
        assert "n’a pas encore été indiqué" in app.test_client().get("/mentions-legales").text
        url = db.engine.url.render_as_string(hide_password=False)
        named = create_app(
            settings_for(tmp_path, COP_DATABASE_URL=url, COP_HOSTING_PROVIDER="Hébergeur <Fictif>, 1 rue X")
        )
        page = named.test_client().get("/mentions-legales").text
        with named.app_context():
            db.engine.dispose()
        assert "Hébergeur &lt;Fictif&gt;, 1 rue X" in page

    def test_the_accessibility_statement_claims_no_more_than_was_done(
        self, client: FlaskClient, people: People
    ) -> None:
        page = words(client.get("/accessibilite").text)
        assert "Aucun audit n’a encore été fait" in page
        assert "déclarer le site non conforme" in page
        assert "Défenseur des droits" in page
