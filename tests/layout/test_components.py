"""The components, rendered: one id each, labels and errors wired, nothing the content policy refuses."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    widgets,
)
from wtforms.validators import DataRequired, Optional

from cop.core.errors import Refused
from cop.core.forms import Form, refuse

HOSTILE = '<script>alert("x")</script> & "quoted"'


def options(*values: str) -> list[SelectChoice]:
    return [SelectChoice(value, value.capitalize()) for value in values]


class Sample(Form):
    name = StringField("Name", [DataRequired("Write your name.")])
    email = EmailField("Mail address", [DataRequired("Write your address.")])
    about = TextAreaField("About", [Optional()], description="Two or three sentences.")
    day = DateField("Day", [Optional()])
    start = TimeField("Start", [Optional()])
    seats = IntegerField("Seats", [Optional()])
    profession = SelectField("Profession", [DataRequired("Choose.")], choices=options("", "one", "two"))
    place = RadioField("Where", [DataRequired("Say where.")], choices=options("here", "there"))
    themes = SelectMultipleField(
        "Themes",
        [Optional()],
        choices=options("one", "two"),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    colour = SelectField("Colour", [Optional()], choices=options("", "one"))
    language = SelectField("Language", [Optional()], choices=options("one", "two"))
    pace = RadioField("Pace", [Optional()], choices=options("slow", "fast"), default="slow")
    file = FileField("File", [Optional()])
    agreed = BooleanField("I have read", [DataRequired("Tick the box.")])


class Page(HTMLParser):
    """The elements of a fragment, in order, with their attributes; ``text`` is what is read."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    def by_id(self, identifier: str) -> dict[str, str]:
        return next(attributes for _, attributes in self.elements if attributes.get("id") == identifier)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def request_of(app: Flask) -> Iterator[Flask]:
    with app.test_request_context("/"):
        yield app


def render(app: Flask, component: str, macro: str, *values: Any, **named: Any) -> str:
    template = app.jinja_env.get_template(f"components/{component}.html")
    return str(getattr(template.module, macro)(*values, **named))


def whole_form(app: Flask, form: Form) -> str:
    source = (
        '{% from "components/form_frame.html" import form_frame %}{% from "components/field.html" import field %}'
        '{% call form_frame(form, action="/x") %}'
        "{% for f in form if f.type != 'CSRFTokenField' %}{{ field(f, hint=hints.get(f.name)) }}{% endfor %}"
        "{% endcall %}"
    )
    return app.jinja_env.from_string(source).render(form=form, hints={"name": "As on your card."})


def sound(page: Page) -> None:
    """What holds for every fragment."""
    assert [identifier for identifier, count in Counter(page.ids()).items() if count > 1] == []
    known = set(page.ids())
    for tag, attributes in page.elements:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("aria-describedby", "aria-labelledby", "for"):
            assert set(attributes.get(name, "").split()) <= known, f"{tag} {name}={attributes.get(name)}"
    for attributes in page.all("a"):
        assert attributes.get("href"), "a link goes somewhere"
        if attributes["href"].startswith("#") and len(attributes["href"]) > 1:
            assert attributes["href"][1:] in known


def refused_form() -> Form:
    form = Sample(formdata=None)
    form.validate()
    refuse(form, Refused("This event changed meanwhile."))
    return form


def test_a_fresh_form_is_sound_and_silent(request_of: Flask) -> None:
    page = Page(whole_form(request_of, Sample(formdata=None)))
    sound(page)
    assert "error-summary" not in page.ids()
    assert not [attributes for _, attributes in page.elements if "aria-invalid" in attributes]


def test_every_control_has_its_label(request_of: Flask) -> None:
    page = Page(whole_form(request_of, Sample(formdata=None)))
    labelled = {attributes["for"] for attributes in page.all("label")}
    controls = [a for tag in ("input", "select", "textarea") for a in page.all(tag) if a.get("type") != "hidden"]
    assert {attributes["id"] for attributes in controls} == labelled
    assert len(page.all("legend")) == 3


def test_optional_fields_say_so_and_required_ones_do_not(request_of: Flask) -> None:
    form = Sample(formdata=None)
    marked = [f.name for f in form if "optional" in render(request_of, "field", "field", f)]
    assert marked == ["about", "day", "start", "seats", "themes", "colour", "file"]


def test_a_page_may_require_what_its_form_leaves_open(request_of: Flask) -> None:
    markup = render(request_of, "field", "field", Sample(formdata=None).day, required=True)
    assert "optional" not in markup
    assert "required" in Page(markup).by_id("day")


def test_a_refused_form_wires_each_error_to_its_control(request_of: Flask) -> None:
    page = Page(whole_form(request_of, refused_form()))
    sound(page)
    name = page.by_id("name")
    assert name["aria-invalid"] == "true"
    assert name["aria-describedby"] == "name-error name-hint"
    assert page.by_id("about")["aria-describedby"] == "about-hint"
    group = page.by_id("place")
    assert group["role"] == "radiogroup"
    assert group["aria-invalid"] == "true"
    assert group["aria-describedby"] == "place-error"
    assert page.by_id("agreed")["aria-describedby"] == "agreed-error"


def test_the_summary_counts_leads_to_each_field_and_takes_the_focus(request_of: Flask) -> None:
    page = Page(render(request_of, "error_summary", "error_summary", refused_form()))
    summary = page.by_id("error-summary")
    assert summary["role"] == "alert"
    assert summary["tabindex"] == "-1"
    assert "autofocus" in summary
    assert [link["href"] for link in page.all("a")] == ["#name", "#email", "#profession", "#place-0", "#agreed"]
    assert "This event changed meanwhile." in page.text
    assert "6" in page.text


def test_the_summary_says_what_is_wrong_in_the_lines_of_a_list(request_of: Flask) -> None:
    form = Sample(formdata=None)
    form.themes.errors = [{"town": ["Nowhere."]}, {}, {"town": ["Nowhere."], "day": ["Too late."]}]
    page = Page(render(request_of, "error_summary", "error_summary", form))
    assert "— Nowhere. Too late." in page.text
    assert page.text.count("Nowhere.") == 1


def test_no_summary_without_error(request_of: Flask) -> None:
    assert render(request_of, "error_summary", "error_summary", Sample(formdata=None)) == ""


def test_attributes_reach_the_control(request_of: Flask) -> None:
    form = Sample(formdata=None)
    markup = render(
        request_of,
        "field",
        "field",
        form.name,
        autocomplete="name",
        data_cop_module="commune",
        data_cop_source="/communes",
    )
    control = Page(markup).by_id("name")
    assert control["autocomplete"] == "name"
    assert control["data-cop-module"] == "commune"
    assert control["data-cop-source"] == "/communes"


def test_what_cannot_be_undone_is_opened_before_it_is_pressed(request_of: Flask) -> None:
    page = Page(
        render(request_of, "action", "action", "/x", "Erase", confirm_text="There is no way back.", fields={"row": 7})
    )
    tags = [tag for tag, _ in page.elements]
    assert tags.index("details") < tags.index("form") < tags.index("button")
    assert page.all("form")[0]["method"] == "post"
    assert {"csrf_token", "row"} == {field["name"] for field in page.all("input")}


def test_an_action_in_a_list_says_what_it_is_about(request_of: Flask) -> None:
    page = Page(render(request_of, "action", "action", "/x", "Cancel", style="link", about="Diane Petit"))
    assert "Cancel Diane Petit" in page.text


RATES = [
    {"label": "One", "n": "36", "total": "120", "share": 0.3, "text": "30,0 %", "url": "/list"},
    {"label": "Two", "n": "< 5", "total": "45", "share": None, "masked": "too few"},
    {"label": "Three", "n": "130", "total": "120", "share": 1.08, "text": "108,3 %"},
]
LINE = {"iso": "2027-01-14T09:00", "day": "14", "hour": "Thursday", "title": HOSTILE, "url": "/e", "seats": "12 seats"}
PAGES = SimpleNamespace(page=2, pages=3, total=60, iter_pages=lambda **_: [1, 2, None, 3])
LEAVES: dict[str, tuple[str, str, tuple[Any, ...], dict[str, Any]]] = {
    "bar": ("bar", "bar", ("b", 0.3, "30,0 %"), {"reference_text": "The rule marks 30 %"}),
    "breadcrumb": ("breadcrumb", "breadcrumb", ([("Agenda", "/agenda"), (HOSTILE, None)],), {}),
    "button": ("button", "button", (HOSTILE,), {}),
    "chart": ("chart", "chart", ("c", "Shares", HOSTILE, RATES), {"reference": 0.3, "reference_text": "30 %"}),
    "checkin": ("checkin", "checkin_line", ("l-1", "/x", HOSTILE), {"detail": HOSTILE, "present": True}),
    "mail": ("mail", "mail_as_read", ({"subject": HOSTILE, "text": HOSTILE},), {}),
    "definition": ("definition", "definition", (HOSTILE,), {"source": HOSTILE, "list_url": "/list"}),
    "empty": ("empty", "empty", (HOSTILE, HOSTILE, "/x", "Begin"), {}),
    "facts": ("facts", "facts", ([("When", HOSTILE), ("Left out", None)],), {}),
    "figure": ("figure", "figure", ("Share", "30,0"), {"n": "36", "total": "120", "definition_text": HOSTILE}),
    "notice": ("notice", "notice", (HOSTILE,), {"kind": "refused"}),
    "pagination": ("pagination", "pagination", (PAGES, "static"), {"filename": "x"}),
    "programme": ("programme", "programme", ([LINE, {**LINE, "gone": True, "state": ("Cancelled", "bad")}],), {}),
    "rates": ("rates", "rates", ("r", "By place", ("Place", "Came", "in all", "Share"), RATES), {}),
    "status": ("status", "status", (HOSTILE, "good"), {}),
    "tabs": ("tabs", "tabs", ([{"label": HOSTILE, "url": "/x", "current": True, "count": 3}], "Event"), {}),
    "timetable": ("timetable", "timetable", ([("9 h", HOSTILE)],), {}),
}


@pytest.mark.parametrize("name", LEAVES)
def test_a_component_is_sound_and_escapes_what_it_is_given(request_of: Flask, name: str) -> None:
    component, macro, values, named = LEAVES[name]
    markup = render(request_of, component, macro, *values, **named)
    page = Page(f"<main>{markup}</main>")
    sound(page)
    assert not page.all("script")


def test_every_component_is_tried_here(app: Flask) -> None:
    names = {
        name.removeprefix("components/")
        for name in app.jinja_env.list_templates(["html"])
        if name.startswith("components/")
    }
    elsewhere = {"action", "csrf", "error_summary", "field", "form_frame", "scroll"}
    assert names == {f"{name}.html" for name in {*LEAVES, *elsewhere}}


def test_a_picture_says_what_it_shows(request_of: Flask) -> None:
    for name in ("bar", "chart"):
        component, macro, values, named = LEAVES[name]
        markup = render(request_of, component, macro, *values, **named)
        picture = Page(markup).all("svg")[0]
        assert picture["role"] == "img"
        assert picture["aria-labelledby"].split() == [f"{values[0]}-title", f"{values[0]}-desc"]


def test_a_bar_never_leaves_its_track_and_a_masked_share_draws_none(request_of: Flask) -> None:
    component, macro, values, named = LEAVES["rates"]
    markup = render(request_of, component, macro, *values, **named)
    assert re.findall(r'class="value"[^>]* width="([\d.]+)%"', markup) == ["30.00", "100.00"]
    assert "too few" in markup


def test_a_figure_always_carries_its_numbers(request_of: Flask) -> None:
    markup = render(request_of, "figure", "figure", "Share", "30,0", unit="%", n="36", total="120")
    text = " ".join(Page(markup).text.split())
    assert "36" in text.split("30,0")[1]
    assert "120" in text


def test_a_figure_too_small_shows_no_number(request_of: Flask) -> None:
    markup = render(request_of, "figure", "figure", "Share", None, note="too few")
    assert not re.search(r"\d", Page(markup).text)


def test_a_pressed_line_asks_for_the_contrary(request_of: Flask) -> None:
    here = Page(render(request_of, "checkin", "checkin_line", "l", "/x", "Diane", present=True)).all("button")[0]
    away = Page(render(request_of, "checkin", "checkin_line", "l", "/x", "Diane")).all("button")[0]
    assert (here["aria-pressed"], here["name"], here["value"]) == ("true", "present", "0")
    assert (away["aria-pressed"], away["name"], away["value"]) == ("false", "present", "1")


def test_a_wide_table_is_reached_by_the_keyboard(request_of: Flask) -> None:
    source = '{% from "components/scroll.html" import scroll %}{% call scroll("People") %}<table></table>{% endcall %}'
    frame = Page(request_of.jinja_env.from_string(source).render()).all("div")[0]
    assert (frame["role"], frame["tabindex"], frame["aria-label"]) == ("region", "0", "People")


def test_the_page_of_an_unexpected_error_stands_without_database_or_context(app: Flask) -> None:
    with app.test_request_context("/"):
        markup = app.jinja_env.get_template("errors/500.html").render()
    page = Page(markup)
    sound(page)
    assert len(page.all("h1")) == 1
    assert not page.all("nav")
