"""The pages of polls: of those who make them, and of those who answer."""

from typing import Final

from cop.polls import views_answer, views_decision, views_desk, views_people

VIEWS: Final = (views_answer, views_decision, views_desk, views_people)
BLUEPRINTS: Final = tuple({view.blueprint for view in VIEWS})
