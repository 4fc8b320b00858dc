"""The pages of events: those of the public and those of the people who run them, under one name."""

from typing import Final

from cop.events import (
    views_desk,
    views_embed,
    views_kinds,
    views_questions,
    views_quotas,
    views_search_engines,
    views_team,
    views_templates,
)

BLUEPRINTS: Final = (views_desk.blueprint, views_kinds.blueprint)
# Read for the addresses they add to the first.
ADDED: Final = (views_embed, views_questions, views_quotas, views_search_engines, views_team, views_templates)
