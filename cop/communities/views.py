"""The pages of communities, under one name."""

from typing import Final

from cop.communities import views_staff

BLUEPRINTS: Final = (views_staff.blueprint,)
