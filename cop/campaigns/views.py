"""The pages of campaigns, under one name: the guests of an event, one campaign, what guests answer."""

from typing import Final

from cop.campaigns import views_answer, views_campaign, views_guests

BLUEPRINTS: Final = (views_guests.blueprint,)
ROOMS: Final = (views_answer, views_campaign)
