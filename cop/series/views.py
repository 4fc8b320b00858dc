"""The pages of cycles and of regular meetings, under one name."""

from typing import Final

from cop.series import views_cycle, views_cycle_desk, views_many, views_repeat

BLUEPRINTS: Final = tuple({view.blueprint for view in (views_cycle, views_cycle_desk, views_many, views_repeat)})
