"""The people's pages, all on one blueprint."""

from cop.network import views_list, views_person, views_segments, views_steps

BLUEPRINTS = (views_list.blueprint,)
PAGES = (views_list, views_person, views_segments, views_steps)
