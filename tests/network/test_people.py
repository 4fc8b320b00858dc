from flask.testing import FlaskClient
from tests.people_of_the_tests import People
from cop.core.unit_of_work import unit_of_work
from tests.people_of_the_tests import person


def test_first(people: People, client: FlaskClient, sign_in):
    with unit_of_work():
        person("Émilie", "Essai", email="e@cabinet.example")
    sign_in(people.alice)
    for path in (
        "/personnes",
        "/personnes?q=essai&etape=contact&adhesion=a-jour&instance=bureau&vu=annee&pas_vu=3&inscrit=jamais-venu&structure=msp&benevole=disponibles&tri=vu&etape_avant=contact&avant=2025-01-01&au=2026-01-01&colonnes=profession,lieu,email,telephone,etape,adhesion,mandats,structures,venues,vu,depuis",
        "/personnes?q=st-herblain",
        f"/personnes/{people.diane_id}",
        f"/personnes/{people.diane_id}/modifier",
        "/personnes/nouveau",
        "/personnes/listes",
        "/coordination/etapes",
    ):
        answer = client.get(path)
        print(path, answer.status_code)
        assert answer.status_code == 200, answer.text[-3000:]
