"""The agenda in the pages of another site: a frame without cookie that anybody may show, and the line that does it."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from cop.core import clock as clocks
from cop.core.unit_of_work import unit_of_work
from tests.people_of_the_tests import People, event, territory


def season(people: People) -> None:
    nantes = {"commune_id": territory("commune", "44109").id, "territory_id": territory("department", "44").id}
    with unit_of_work():
        for n in range(12):
            event(people, f"En Anjou {n}", starts_at=clocks.now() + timedelta(days=n + 1))
        event(people, "À Nantes", **nantes)
        event(people, "Membres", audience="members")


def test_any_site_may_show_it_and_it_leaves_nothing_behind(client: Any, people: People) -> None:
    season(people)
    client.post("/langue", data={"language": "en"})  # somebody who has a session here
    answer = client.get("/agenda/integre")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    page = answer.text
    assert 'lang="fr"' in page, "the frame speaks as it is asked to, whoever reads"
    assert "<script" not in page
    assert "<form" not in page
    assert "csrf" not in page
    assert '<base target="_top">' in page
    assert page.count("<h1") == 1
    assert page.count('class="title"') == 10
    assert "Membres" not in page


def test_no_other_page_may_be_framed(client: Any, people: People) -> None:
    for path in ("/", "/agenda", "/agenda/integrer", "/agenda/mois", "/connexion"):
        assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"]


def test_it_shows_what_the_line_asks_for(client: Any, people: People) -> None:
    season(people)
    assert client.get("/agenda/integre?territoire=44").text.count('class="title"') == 1
    assert client.get("/agenda/integre?nombre=3").text.count('class="title"') == 3
    page = client.get("/agenda/integre?lang=en&apparence=sombre&nombre=50").text
    assert 'lang="en"' in page
    assert "framed stack sombre" in page
    assert "See the whole agenda" in page
    for odd in ("nombre=-1", "nombre=%D9%A3", "nombre=99999999999", "apparence=%22%3E", "lang=xx&q=%00", "nombre=0"):
        assert client.get(f"/agenda/integre?{odd}").status_code == 200
    assert "Aucune rencontre" in client.get("/agenda/integre?territoire=99").text


def test_the_line_to_copy_leads_to_the_frame(client: Any, people: People) -> None:
    season(people)
    page = client.get("/agenda/integrer?territoire=44&apparence=clair&nombre=5").text
    line = unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[0])
    address = unescape(re.findall(r'^<iframe src="([^"]+)" title="Agenda – Cokillaje"', line)[0])
    assert address == "http://localhost/agenda/integre?territoire=44&nombre=5&apparence=clair"
    parts = urlsplit(address)
    assert "À Nantes" in client.get(f"{parts.path}?{parts.query}").text
    assert "frame-src 'self'" in client.get("/agenda/integrer").headers["Content-Security-Policy"]
    hostile = client.get('/agenda/integrer?territoire="><script>').text
    assert "<script>" not in hostile
