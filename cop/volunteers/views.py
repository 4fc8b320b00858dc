"""Volunteers, their tasks and hours: the pages of those who run them, and their own."""

from typing import Final

from cop.volunteers import views_answer, views_mine, views_tasks, views_team

BLUEPRINTS: Final = tuple({view.blueprint for view in (views_answer, views_mine, views_tasks, views_team)})
