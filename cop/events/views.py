"""The pages of events: those of the public and those of the people who run them, under one name."""

from typing import Final

from cop.events import views_desk, views_kinds

BLUEPRINTS: Final = (views_desk.blueprint, views_kinds.blueprint)
