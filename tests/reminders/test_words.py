"""What a reminder says, in the reader's language, and where its links lead."""

import re

import sqlalchemy as sa
from flask.testing import FlaskClient

from cop.core import clock as clocks
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.registrations import service_waitlist
from cop.registrations.models import Registration
from cop.reminders import mails
from cop.reminders.models import ReminderRule
from tests.conftest import ClockHand
from tests.reminders.conftest import Stage


def _send(stage: Stage, clock: ClockHand, language: str = "fr", **values: str) -> tuple[str, str, str]:
    clock.set("2026-03-02 10:00")
    stage.rule(1, text_fr="L’accueil ouvre un quart d’heure avant.", text_en="Doors open a quarter of an hour before.")
    event = stage.event("2026-03-30 09:00", venue_address="12 rue des Arènes", **values)
    stage.register(event, "Émilie", language=language)
    clock.set("2026-03-29 09:00")
    stage.tick()
    (mail,) = stage.mails()
    return mail.subject, mail.text or "", mail.html or ""


def test_in_french(stage: Stage, clock: ClockHand) -> None:
    subject, text, html = _send(stage, clock, programme="9 h Accueil\n9 h 15 Une question")
    assert subject == "Rappel\u00a0: Écrire sans se faire mal, lundi 30 mars"
    for words in (
        "Bonjour Émilie,",
        "lundi 30 mars 2026, de 9\u00a0h à 12\u00a0h\u00a030",
        "Maison des associations",
        "12 rue des Arènes",
        "Angers",
        "L’accueil ouvre un quart d’heure avant.",
        "9 h 15 Une question",
        "annuler mon inscription",
    ):
        assert words in text
    assert "L’accueil ouvre un quart d’heure avant." in html
    assert 'lang="fr"' in html


def test_in_english(stage: Stage, clock: ClockHand) -> None:
    subject, text, html = _send(stage, clock, language="en")
    assert subject == "Reminder: Écrire sans se faire mal, Monday 30 March"
    for words in (
        "Hello Émilie,",
        "Doors open a quarter of an hour before.",
        "cancel my registration",
        "from 9:00 to 12:30",
    ):
        assert words in text
    assert 'lang="en"' in html


def test_no_day_is_named_by_its_distance(stage: Stage, clock: ClockHand) -> None:
    """A mail held back by a quota may be read the day after: "tomorrow" would then be wrong."""
    _subject, text, _html = _send(stage, clock)
    assert not re.search(r"demain|aujourd|dans \d+ jours?|tomorrow|today", text, re.IGNORECASE)


def test_hostile_words_stay_words(stage: Stage, clock: ClockHand) -> None:
    title = "Jouer *ensemble* <script>alert(1)</script> [ici](https://evil.example)"
    subject, text, html = _send(stage, clock, title=title)
    assert title in subject
    assert title in text
    assert "<script" not in html
    assert 'href="https://evil.example' not in html


def test_the_link_to_join_is_there_when_people_meet_on_line(stage: Stage, clock: ClockHand) -> None:
    _subject, text, html = _send(stage, clock, mode="online", online_url="https://visio.example/salle-12")
    assert "https://visio.example/salle-12" in text
    assert 'href="https://visio.example/salle-12"' in html


_ROWS = sa.select(Registration)


def test_of_a_hybrid_meeting_each_reads_of_their_side(stage: Stage, clock: ClockHand) -> None:
    _subject, onsite, _html = _send(
        stage, clock, mode="hybrid", online_url="https://visio.example/salle-12", carpool=True
    )
    assert "visio.example" not in onsite
    assert "covoiturage" in onsite
    assert "Maison des associations" in onsite
    with unit_of_work():
        registration = db.session.scalars(_ROWS).one()
        service_waitlist.move(registration, quota_id=None, attends="online", actor=stage.bob, now=clocks.now())
    with unit_of_work():
        rule, registration = db.session.scalars(sa.select(ReminderRule)).one(), db.session.scalars(_ROWS).one()
        online = mails.reminder(rule, registration, "again")
        assert online is not None
        assert "https://visio.example/salle-12" in (online.text or "")
        assert "Maison des associations" not in (online.text or "")
        assert "covoiturage" not in (online.text or ""), "nobody drives to a screen"


def test_both_links_lead_to_the_persons_own_page(stage: Stage, clock: ClockHand, client: FlaskClient) -> None:
    _subject, _text, html = _send(stage, clock)
    pages = re.findall(r'href="http://localhost(/inscription/[^"#]+)(#[^"]*)?"', html)
    assert [fragment for _path, fragment in pages] == ["", "#cancel"]
    assert len({path for path, _fragment in pages}) == 1
    answer = client.get(pages[0][0])
    assert answer.status_code == 200
    assert 'id="cancel"' in answer.text


def test_where_journeys_are_shared_the_mail_leads_there(stage: Stage, clock: ClockHand, client: FlaskClient) -> None:
    clock.set("2026-03-02 10:00")
    stage.rule(1)
    stage.register(stage.event("2026-03-30 09:00", carpool=True))
    clock.set("2026-03-29 09:00")
    stage.tick()
    (mail,) = stage.mails()
    link = re.search(r"http://[^/]+(/inscription/\S+/covoiturage)", mail.text or "")
    assert link
    assert "Commune de départ" in client.get(link[1]).text
