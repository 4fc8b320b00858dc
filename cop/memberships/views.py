"""The pages of memberships: the list, a person's, prices and settings, the renewal, the member's own."""

from typing import Final

from cop.memberships import views_list, views_mine, views_person, views_renewal, views_settings

_PAGES: Final = (views_list, views_mine, views_person, views_renewal, views_settings)
BLUEPRINTS: Final = tuple({view.blueprint for view in _PAGES})
