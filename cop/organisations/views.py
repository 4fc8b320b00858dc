"""The pages of organisations, under one name."""

from typing import Final

from cop.organisations import views_contacts as views_contacts
from cop.organisations import views_exchanges as views_exchanges
from cop.organisations import views_kinds as views_kinds
from cop.organisations import views_mine as views_mine
from cop.organisations.views_list import blueprint

BLUEPRINTS: Final = (blueprint,)
