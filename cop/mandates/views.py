"""The pages of mandates, under one name: the list, a person's, what they rest on, candidates."""

from typing import Final

from cop.mandates import views_candidates, views_list, views_person, views_register

BLUEPRINTS: Final = (views_list.blueprint,)
ROOMS: Final = (views_candidates, views_person, views_register)
