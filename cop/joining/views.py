"""Joining: the public pages, and those of who answers."""

from typing import Final

from cop.joining import views_public, views_staff

BLUEPRINTS: Final = tuple({view.blueprint for view in (views_public, views_staff)})
