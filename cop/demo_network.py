"""Lists of people the staff of the demonstration kept: what one asks again every month."""

from typing import Final

from cop.demo_world import World
from cop.network import rules_filter, service

# Name, question, shown to colleagues.
_LISTS: Final = (
    ("À relancer\u00a0: pas vues depuis six mois", "pas_vu=6&tri=pas-vu&colonnes=profession,lieu,email,vu", True),
    ("Inscrites, jamais venues", "inscrit=jamais-venu&colonnes=profession,lieu,email,depuis", True),
    ("Participent sans adhérer", "etape=participant&vu=annee&colonnes=profession,lieu,email,venues,vu", False),
    ("Conseil d’administration", "instance=board&colonnes=email,telephone,mandats,adhesion", True),
)


def fill(world: World) -> None:
    for name, question, shared in _LISTS:
        service.keep(world.alice, name, rules_filter.of_query(question).canonical, shared=shared)
