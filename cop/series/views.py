"""The pages of cycles and of regular meetings, under one name."""

from typing import Final

from cop.series import views_cycle, views_cycle_desk, views_many, views_repeat, views_search_engines

_VIEWS: Final = (views_cycle, views_cycle_desk, views_many, views_repeat, views_search_engines)
BLUEPRINTS: Final = tuple({view.blueprint for view in _VIEWS})
