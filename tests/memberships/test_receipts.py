"""Receipts: numbered without gap, kept as they were said, and readable."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from cop.activity.service import COMMAND
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.i18n import speaking
from cop.core.unit_of_work import unit_of_work
from cop.memberships import receipt_pdf, service, service_payments, service_receipts
from cop.memberships.models import Receipt
from tests.conftest import Browser, ClockHand
from tests.memberships.conftest import kind, member, pay
from tests.memberships.pdf_text import words
from tests.people_of_the_tests import People, person


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_page_says_who_paid_what_and_when(people: People, clock: ClockHand) -> None:
    clock.advance(microseconds=123456)  # a real clock never stands at a whole second
    with unit_of_work():
        made = service.request(people.diane, kind().id, COMMAND)
        pay(made, 1000, method="cash")
        pay(made, 1500, method="cheque", number="1234567")
        receipt = service_receipts.issue(made, COMMAND)
        pdf = receipt_pdf.pdf(receipt)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"/StructTreeRoot" in pdf
    said = plain(words(pdf))
    for expected in (
        "Reçu de cotisation",
        "Diane Dumas",
        "25,00 €",
        "Reçu n° 2026-0001",
        "Chèque n° 1234567",
        "Cokillaje",
    ):
        assert expected in said
    assert "impôt" not in said


def test_tax_is_spoken_of_only_when_the_organisation_declared_it(people: People) -> None:
    with unit_of_work():
        service.save_settings({"tax_reduction": True}, COMMAND)
        said = words(receipt_pdf.pdf(service_receipts.issue(member(people.diane, kind()), COMMAND)))
    assert "200 et 238 bis" in plain(said)


def test_what_people_typed_is_never_read_as_source(people: People) -> None:
    with unit_of_work():
        hostile = person('#panic("x")', "]$*_@<a> \\ //", email="x@cabinet.example")
        said = words(receipt_pdf.pdf(service_receipts.issue(member(hostile, kind()), COMMAND)))
    assert '#panic("x") ]$*_@<a> \\ //' in said


def test_in_the_reader_s_language(people: People) -> None:
    with unit_of_work():
        receipt = service_receipts.issue(member(people.diane, kind()), COMMAND)
        with speaking("en"):
            said = words(receipt_pdf.pdf(receipt))
    assert "Membership fee receipt" in said
    assert "€25.00" in said


def test_numbers_have_no_gap_and_begin_again_each_year(people: People, clock: ClockHand) -> None:
    with unit_of_work():
        offered = kind()
        made = [member(person("Zoé", f"Lévêque {n}"), offered) for n in range(4)]
        first = [service_receipts.issue(one, COMMAND).number for one in made[:2]]
    with unit_of_work(write=False):  # the request fails after the number was taken
        assert service_receipts.issue(made[2], COMMAND).number == 3
    with unit_of_work():
        first.append(service_receipts.issue(made[2], COMMAND).number)
    clock.set("2027-01-02 10:00")
    with unit_of_work():
        last = service_receipts.issue(made[3], COMMAND)
        assert (first, last.year, last.number) == ([1, 2, 3], 2027, 1)


def test_nothing_paid_no_receipt(people: People) -> None:
    with unit_of_work():
        made = service.request(people.diane, kind().id, COMMAND)
        pay(made, 1000)
        with pytest.raises(Refused):
            service_receipts.issue(made, COMMAND)
        service_payments.exempt(made, "Décision du bureau", "press", COMMAND)
        receipt = service_receipts.issue(made, COMMAND)
        assert receipt.content["total_cents"] == 1000, "an exemption is not money received"


def test_a_receipt_goes_with_the_payment_it_names(people: People) -> None:
    with unit_of_work():
        made = member(people.diane, kind())
        first = service_receipts.issue(made, COMMAND)
        assert service_receipts.issue(made, COMMAND) is first
        service_payments.cancel(made.payments[0], "Erreur", COMMAND)
        assert "Annulé le" in plain(words(receipt_pdf.pdf(first)))
        pay(made, 2500)
        assert service_receipts.issue(made, COMMAND).number == 2


def test_the_member_takes_hers_and_nobody_else_s(people: People, sign_in: Callable[[Any], Browser]) -> None:
    with unit_of_work():
        offered = kind()
        hers = member(people.diane, offered).id
        other = member(person("Zoé", "Lévêque"), offered).id
    client = sign_in(people.diane_account)
    answer = client.post("/moi/adhesion/recu", data={"membership": hers})
    assert answer.content_type == "application/pdf"
    assert "Diane Dumas" in words(answer.data)
    assert client.post("/moi/adhesion/recu", data={"membership": other}).status_code == 404
    assert db.session.scalars(sa.select(sa.func.count(Receipt.id))).one() == 1
