"""The bound of the web benchmark: the least Flask application that shows an event page and takes a registration.

One template, one query for the page; one insert for the registration. No rights, no CSRF, no mail, no
language, no waiting list: what any Flask application pays before it does anything of its own. Each request opens
the database, as Flask's own documentation shows it; with ``BARE_KEEPS_OPEN`` each thread does so once.
"""

import os
import sqlite3
import threading
from typing import Any

from flask import Flask, g, redirect, render_template, request
from jinja2 import DictLoader

DATABASE = os.environ["BARE_DATABASE"]
KEPT = threading.local() if "BARE_KEEPS_OPEN" in os.environ else None
PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{{ event.title }}</title></head><body>
<main><h1>{{ event.title }}</h1><p>{{ event.starts }}, {{ event.venue }}</p><p>{{ event.summary }}</p>
<p>{{ event.capacity - event.taken }} places sur {{ event.capacity }}</p>
<form method="post" action="/evenements/{{ event.slug }}/inscription">
{% for name, label in fields %}<label for="{{ name }}">{{ label }}</label>
<input id="{{ name }}" name="{{ name }}">{% endfor %}
<select name="profession">{% for code in professions %}
<option value="{{ code }}">Profession {{ code }}</option>{% endfor %}</select>
<button>S’inscrire</button></form></main></body></html>"""
DONE = "<!doctype html><html lang='fr'><title>Merci</title><h1>Merci</h1><p>Un courrier part à {{ email }}.</p></html>"
FIELDS = (("given_name", "Prénom"), ("family_name", "Nom"), ("email", "E-mail"), ("commune", "Commune"))

app = Flask(__name__)
# Compiled once, as a file would be.
app.jinja_env.loader = DictLoader({"page.html": PAGE, "done.html": DONE})


def connection() -> sqlite3.Connection:
    holder = g if KEPT is None else KEPT
    if not hasattr(holder, "connection"):
        holder.connection = sqlite3.connect(DATABASE, timeout=10)
        holder.connection.row_factory = sqlite3.Row
        holder.connection.execute("PRAGMA synchronous = NORMAL")
    return holder.connection


@app.teardown_appcontext
def _close(_error: Any) -> None:
    if "connection" in g:
        g.connection.close()


@app.get("/evenements/<slug>")
def page(slug: str) -> str:
    event = connection().execute("SELECT * FROM event WHERE slug = ?", (slug,)).fetchone()
    return render_template("page.html", event=event, fields=FIELDS, professions=range(30))


@app.post("/evenements/<slug>/inscription")
def register(slug: str) -> Any:
    with connection() as db:
        db.execute(
            "INSERT INTO registration (slug, email, name) VALUES (?, ?, ?)",
            (slug, request.form["email"], request.form["family_name"]),
        )
    return redirect(f"/evenements/{slug}/inscription/merci", 303)


@app.get("/evenements/<slug>/inscription/merci")
def done(slug: str) -> str:
    return render_template("done.html", email=f"diane@{slug}.example")


def create_database() -> None:
    with sqlite3.connect(DATABASE) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE event (slug PRIMARY KEY, title, starts, venue, summary, capacity, taken)")
        db.execute("CREATE TABLE registration (id INTEGER PRIMARY KEY, slug, email, name)")
        db.execute(
            "INSERT INTO event VALUES ('mesure', 'Matinée d’études', 'jeudi 14 janvier 2027, de 9 h à 12 h 30', "
            "'Angers, Maison des associations', 'Un repérage précoce change le parcours.', 40, 12)"
        )
