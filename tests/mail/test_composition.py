"""Subject, text and HTML come from one Markdown file, and nothing put into it can act as markup."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop.core.web import Application
from cop.mail import composition
from cop.mail.composition import escape, escape_lines
from cop.mail.content_lines import one_line
from tests.mail.conftest import VALUES

FRAME = {
    "host": None,
    "site_url": "http://localhost",
    "category": "service",
    "data_url": "http://localhost/mes-donnees",
    "opposition_url": "",
}
HOSTILE = (
    "Titre\r\nBcc: victime@example.org\n# Haut *gras* `code` <script>alert(1)</script> "
    "[ici](http://mal.example) &amp; \\ ![x](y)"
)


def compose(locale: str = "fr", **values: Any) -> composition.Words:
    return composition.compose("invitations/mail/withdrawal", {**VALUES, **values}, locale, FRAME)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, _: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def seen(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def test_the_first_line_is_the_subject_and_the_rest_the_body(app: Application) -> None:
    words = compose()
    assert words.subject == "Inscription annulée\u00a0: Écrire sans se faire mal, jeudi 14 janvier"
    assert words.text.startswith(
        "Bonjour Diane,\n\nVotre inscription à «\u00a0Écrire sans se faire mal\u00a0» est annulée"
    )
    assert "<strong>Votre inscription à" in words.html


def test_the_reader_s_language_is_used_and_french_when_unknown(app: Application) -> None:
    assert compose("en").subject.startswith("Registration cancelled: ")
    assert compose("de").subject == compose("fr").subject
    assert '<html lang="en">' in compose("en").html


def test_text_and_html_name_the_same_links(app: Application) -> None:
    words = compose(event_page="http://localhost/evenements/a_b?x=1&y=2*")
    assert "<http://localhost/evenements/a_b?x=1&y=2*>" in words.text
    assert 'href="http://localhost/evenements/a_b?x=1&amp;y=2*"' in words.html


def test_a_paragraph_that_is_one_bold_link_is_a_button(app: Application) -> None:
    assert 'class="button"' in compose().html


def test_hostile_values_stay_words(app: Application) -> None:
    plain = compose(title="Sobre")
    words = compose(title=HOSTILE)
    assert "\n" not in words.subject
    assert one_line(HOSTILE) in words.subject
    assert one_line(HOSTILE) in words.text
    assert one_line(HOSTILE) in seen(words.html).words
    assert seen(words.html).tags == seen(plain.html).tags


def test_a_missing_value_fails_at_once(app: Application) -> None:
    with pytest.raises(Exception, match="nowhere"):
        composition.compose("nowhere/mail/none", {}, "fr", FRAME)
    with pytest.raises(Exception, match="undefined"):
        composition.compose("invitations/mail/withdrawal", {}, "fr", FRAME)


def test_lines_keep_their_breaks_and_nothing_else(app: Application) -> None:
    html = composition._markdown().render(escape_lines("9 h *Accueil*\n10 h <Atelier>\n\n- Repas"))
    assert html == "<p>9 h *Accueil*<br />\n10 h &lt;Atelier&gt;</p>\n<p>- Repas</p>\n"


@settings(deadline=None)  # no test measures time
@given(st.text())
def test_any_text_comes_back_from_markdown_as_it_was(value: str) -> None:
    tokens = composition._markdown().parse(f"avant x{escape(value)}x après")
    assert composition.plain(tokens) == f"avant x{one_line(value)}x après"
    assert all(token.type in {"paragraph_open", "inline", "paragraph_close"} for token in tokens)
    children = [child.type for token in tokens for child in token.children or ()]
    assert set(children) <= {"text", "text_special"}


@settings(deadline=None)  # no test measures time
@given(st.text(alphabet="ab_*()[]<>\\\"'& %#?=é", min_size=1))
def test_any_text_inside_a_link_stays_inside(value: str) -> None:
    tokens = composition._markdown().parse(f"[mots](<http://localhost/{escape(value)}>) fin")
    kinds = [child.type for token in tokens for child in token.children or () if child.content or child.type != "text"]
    assert kinds == ["link_open", "text", "link_close", "text"]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(max_size=30), page=st.sampled_from(["http://localhost/inscription/a.b-_c", "http://x.example/?a=1"])
)
def test_what_is_written_once_for_all_reads_as_if_written_for_one(app: Application, name: str, page: str) -> None:
    values = {
        **dict.fromkeys(("title", "day", "when", "place", "online_url", "programme"), "Été *à* Angers"),
        "event_page": "http://localhost/evenements/ete",
        "half_days": ["lundi", "mardi"],
        "answers": True,
        "cycle": False,
        "by": "",
        "given_name": name,
        "page": page,
    }
    template = "invitations/mail/confirmation"
    composition.compose(template, {**values, "given_name": "Zoé"}, "fr", FRAME)  # somebody told before
    words = composition.compose(template, values, "fr", FRAME)
    alone = composition._common.__wrapped__(template, "fr", tuple(values.items()), ())
    assert words.text.startswith(alone.text)
    assert alone.html in words.html
    assert words.subject == alone.subject


def test_each_reader_has_their_own_name_and_link(app: Application) -> None:
    for name in ("Diane", "Jean-Pierre", "Ève", "<b>Luc</b>", "D’Arc", "mark"):
        page = f"http://localhost/inscription/{len(name)}"
        words = composition.compose(
            "registrations/mail/left_waiting_list",
            {**VALUES, "given_name": name, "by_person": True, "page": page},
            "fr",
            FRAME,
        )
        assert words.text.startswith(f"Bonjour {name},")
        assert f"Bonjour {name}," in seen(words.html).words
        assert "mark" not in words.text.replace("Bonjour mark", "")


def test_a_moment_is_never_taken_for_the_same_moment_elsewhere() -> None:
    assert composition._is_plain(("9 h", "10 h"))
    assert not composition._is_plain(composition.Ready("a"))
    assert not composition._is_plain(datetime(2026, 11, 20, tzinfo=UTC))
