"""« Team and documents »: co-organisers, those who speak, partners; files and links, and who may have them."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from cop.accounts.models import Grant
from cop.activity.service import COMMAND, Actor
from cop.core import clock as clocks
from cop.core import tokens
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.events import queries_team, rules_documents, service, service_team
from cop.events.models import Event
from cop.events.models_documents import EventDocument, EventLink
from cop.events.models_team import EventMember, EventPartner
from cop.network import queries_timeline
from cop.organisations import service as organisations
from cop.people.models import Person
from cop.privacy import service_erasure
from cop.registrations import service as registering
from tests.events.test_desk import the_event, words
from tests.people_of_the_tests import People, event, person, territory

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"


def packed(*names: str, **parts: bytes) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"<xml/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def made(people: People) -> int:
    with unit_of_work():
        held = event(people)
        db.session.flush()
        return held.id


def page_of(number: int) -> str:
    return f"/animation/evenements/{number}/equipe"


def test_a_co_organiser_has_this_event_and_no_other_and_loses_it_again(
    client: Any, people: People, sign_in: Any, made: int
) -> None:
    with unit_of_work():
        other = event(people, "Une autre rencontre")
        db.session.flush()
        other_id = other.id
    mine = f"/animation/evenements/{made}"
    assert sign_in(people.charlie).get(mine).status_code == 404
    sign_in(people.bob)
    page = client.get(page_of(made))
    assert "Charlie Caron" in page.text
    assert "Bob Bonnet</option>" not in page.text, "who wrote it is there already"
    for _press in range(2):
        client.post(f"{page_of(made)}/co-organisation", data={"helper-account_id": people.charlie_id})
    member = db.session.scalars(sa.select(EventMember)).one()
    sign_in(people.charlie)
    assert client.get(f"{mine}/modifier").status_code == 200
    assert client.get(f"/animation/evenements/{other_id}").status_code == 404
    assert client.get(f"{mine}/relire").status_code == 403, "who helps does not approve"
    sign_in(people.bob)
    client.post(f"{page_of(made)}/personnes/{member.id}/retirer")
    assert sign_in(people.charlie).get(mine).status_code == 404
    assert not db.session.scalars(sa.select(Grant).where(Grant.subject == f"event:{made}")).all()
    unknown = sign_in(people.bob).post(f"{page_of(made)}/co-organisation", data={"helper-account_id": 999})
    assert unknown.status_code == 422


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        (
            "fr",
            "Vous co-organisez\u00a0: Écrire sans se faire *mal*, jeudi 14 janvier",
            "Bob Bonnet vous a désigné·e pour co-organiser cet événement",
        ),
        (
            "en",
            "You help to organise: Écrire sans se faire *mal*",
            "Bob Bonnet named you co-organiser of this event",
        ),
    ],
)
def test_a_co_organiser_is_told_once_a_day(
    people: People, outbox: Any, clock: Any, made: int, language: str, subject: str, said: str
) -> None:
    bob = Actor("account", people.bob_id)

    def name() -> None:
        with unit_of_work():
            held = db.session.get_one(Event, made)
            service_team.add_co_organiser(held, people.charlie, actor=bob, now=clocks.now())

    def take_off() -> None:
        with unit_of_work():
            member = db.session.scalars(sa.select(EventMember)).one()
            service_team.take_off(db.session.get_one(Event, made), member, actor=bob, now=clocks.now())

    with unit_of_work():
        db.session.get_one(Event, made).title = "Écrire sans se faire *mal*"
        people.charlie.language = language
    for _press in range(2):
        name()
    take_off()
    name()
    (mail,) = outbox()
    assert mail.recipient == people.charlie.email
    assert mail.subject.startswith(subject)
    assert said in mail.text
    assert "Écrire sans se faire *mal*" in mail.text
    assert f"/animation/evenements/{made}" in mail.text
    assert mail.expires_at is None, "the attendance is kept after the event"
    take_off()
    clock.advance(days=1)
    name()
    assert len(outbox()) == 2, "another day, another mail"


def test_nobody_is_told_of_what_they_did_nor_whoever_may_not_sign_in(people: People, outbox: Any, made: int) -> None:
    with unit_of_work():
        held, now = db.session.get_one(Event, made), clocks.now()
        people.charlie.active = False
        service_team.add_co_organiser(held, people.charlie, actor=Actor("account", people.bob_id), now=now)
        service_team.add_co_organiser(held, people.alice, actor=Actor("account", people.alice_id), now=now)
    assert outbox() == []


def test_who_speaks_and_with_whom_is_on_the_public_page(client: Any, people: People, sign_in: Any, made: int) -> None:
    with unit_of_work():
        known = person("Claire", "Le Goff", email="claire@cabinet.example")
        known_id, place = known.id, territory("commune", "49007").id
        organisations.find_or_create("Maison de santé des Lices", "msp", place, COMMAND)
        organisations.find_or_create("Maison de santé du Lac", "msp", place, COMMAND)
    sign_in(people.bob)
    spoken = {"named-name": "Claire Le Goff", "named-role": "trainer", "named-organisation": "orthophoniste"}
    client.post(f"{page_of(made)}/personnes", data=spoken | {"named-email": "claire@cabinet.example"})
    client.post(f"{page_of(made)}/personnes", data={"named-name": "Jean Plain", "named-role": "speaker"})
    empty = client.post(f"{page_of(made)}/personnes", data={"named-organisation": "CHU", "named-role": "speaker"})
    assert (empty.status_code, 'value="CHU"' in empty.text) == (422, True)
    several = client.post(
        f"{page_of(made)}/partenaires", data={"partner-organisation": "Maison", "partner-part": "hosts"}
    )
    assert "Plusieurs organisations répondent à ce nom" in words(several)
    assert 'value="Maison"' in several.text
    chosen = organisations.queries.matching("Lices")[0].id
    sent = {"partner-organisation": "Maison", "partner-part": "hosts", "partner-organisation_id": chosen}
    assert client.post(f"{page_of(made)}/partenaires", data=sent).status_code == 303
    none = client.post(f"{page_of(made)}/partenaires", data={"partner-organisation": "Rien", "partner-part": "hosts"})
    assert "Aucune organisation de ce nom" in words(none)

    page = words(client.application.test_client().get(f"/evenements/{the_event().slug}"))
    assert "Claire Le Goff, orthophoniste Formation" in page
    assert "Jean Plain Intervention" in page
    assert "Accueilli par Maison de santé des Lices" in page
    story = queries_timeline.story(known_id, "event", 1)
    led = [str(moment.text) for moment in story.coming if moment.kind == "event"]
    assert led == ["Formation\u00a0: «\u00a0Écrire sans se faire mal\u00a0»."]
    copy = service.duplicate(the_event(), actor=COMMAND, now=clocks.now())
    team = queries_team.team(copy.id)
    assert [row.name for row in team.named] == ["Claire Le Goff", "Jean Plain"]
    assert [row.role for row in team.partners] == ["hosts"]
    db.session.rollback()

    partner = db.session.scalars(sa.select(EventPartner)).one()
    client.post(f"{page_of(made)}/partenaires/{partner.id}/retirer")
    assert not db.session.scalars(sa.select(EventPartner)).all()
    with unit_of_work():
        service_erasure.erase([db.session.get_one(Person, known_id)], actor=COMMAND, now=clocks.now())
    names = db.session.scalars(sa.select(EventMember.name)).all()
    assert names == ["Jean Plain"], "erased, their name leaves the page"


@pytest.mark.parametrize(
    ("name", "content", "ending"),
    [
        ("Diapositives.pdf", PDF, "pdf"),
        ("photo.PDF", b"\x89PNG\r\n\x1a\n....", "png"),
        ("../../étc/passwd", b"\xff\xd8\xff\xe0....", "jpg"),
        ("image.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        ("plan.zip", packed("[Content_Types].xml", "word/document.xml"), "docx"),
        ("budget.xls", packed("xl/workbook.xml"), "xlsx"),
        ("notes", packed(mimetype=b"application/vnd.oasis.opendocument.text"), "odt"),
    ],
)
def test_a_file_is_what_it_holds_whatever_its_name(name: str, content: bytes, ending: str) -> None:
    kind = rules_documents.kind_of(content)
    assert kind.ending == ending
    kept = rules_documents.file_name(name, kind)
    assert kept.endswith(f".{ending}")
    assert set(kept) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", rules_documents.EMPTY),
        (b"<html><script>alert(1)</script>", rules_documents.WRONG_KIND),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", rules_documents.WRONG_KIND),
        (b"MZ\x90\x00", rules_documents.WRONG_KIND),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", rules_documents.WRONG_KIND),
        (b"PK\x03\x04broken", rules_documents.WRONG_KIND),
        (packed("anything.txt"), rules_documents.WRONG_KIND),
        (packed("word/document.xml", "word/vbaProject.bin"), rules_documents.MACROS),
        (PDF + b"\0" * rules_documents.LARGEST, rules_documents.TOO_LARGE),
    ],
)
def test_what_could_run_or_weighs_too_much_is_refused_in_a_sentence(content: bytes, said: Any) -> None:
    with pytest.raises(Refused) as refused:
        rules_documents.kind_of(content)
    assert refused.value.message == said


def test_documents_are_for_those_they_are_for(client: Any, people: People, sign_in: Any, clock: Any, made: int) -> None:
    with unit_of_work():
        seated, waiting = person("Ana", "Essai", email="ana@x.example"), person("Luc", "Essai", email="luc@x.example")
        held = db.session.get_one(Event, made)
        held.capacity = 1
        db.session.flush()
        for who in (seated, waiting):
            registering.register(held, who, now=clocks.now())
        mine, theirs = (tokens.sign("registration", f"{made}:{who.id}") for who in (seated, waiting))
    sign_in(people.bob)
    for seen in ("everybody", "registered", "staff"):
        sent = {"file-title": f"Pour {seen}", "file-seen_by": seen, "file-file": (BytesIO(PDF), "Été à Angers.pdf")}
        assert client.post(f"{page_of(made)}/documents", data=sent).status_code == 303
        link = {"link-url": f"https://{seen}.example/", "link-link_title": f"Lien {seen}", "link-seen_by": seen}
        assert client.post(f"{page_of(made)}/liens", data=link).status_code == 303
    numbers = dict(db.session.execute(sa.select(EventDocument.seen_by, EventDocument.id)).all())
    nobody, slug = client.application.test_client(), the_event().slug

    def may(address: str) -> dict[str, int]:
        return {seen: nobody.get(f"{address}/documents/{number}").status_code for seen, number in numbers.items()}

    assert may(f"/evenements/{slug}") == {"everybody": 200, "registered": 404, "staff": 404}
    assert may(f"/inscription/{mine}") == {"everybody": 200, "registered": 200, "staff": 404}
    assert set(may(f"/inscription/{theirs}").values()) == {404}, "no seat, no documents"
    public, personal = words(nobody.get(f"/evenements/{slug}")), words(nobody.get(f"/inscription/{mine}"))
    assert "Pour everybody" in public
    assert "Lien registered" not in public
    assert "Lien registered" in personal
    assert "Lien staff" not in personal

    file = nobody.get(f"/evenements/{slug}/documents/{numbers['everybody']}")
    assert file.data == PDF
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"] == 'attachment; filename="Ete-a-Angers.pdf"'
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    staff_only = f"/animation/evenements/{made}/documents/{numbers['staff']}"
    assert client.get(staff_only).status_code == 200
    assert sign_in(people.charlie).get(staff_only).status_code == 404

    sign_in(people.bob)
    client.post(f"{page_of(made)}/documents/{numbers['everybody']}/retirer")
    assert nobody.get(f"/evenements/{slug}/documents/{numbers['everybody']}").status_code == 404
    link_id = db.session.scalars(sa.select(EventLink.id).order_by(EventLink.id)).first()
    clock.advance(seconds=1)
    client.post(f"{page_of(made)}/liens/{link_id}/retirer")
    assert "Lien everybody" not in words(nobody.get(f"/evenements/{slug}"))


def test_what_is_refused_keeps_what_was_typed(client: Any, people: People, sign_in: Any, made: int) -> None:
    sign_in(people.bob)
    wrong = {"file-title": "Mes diapos", "file-seen_by": "staff", "file-file": (BytesIO(b"MZ"), "virus.pdf")}
    answer = client.post(f"{page_of(made)}/documents", data=wrong)
    assert answer.status_code == 422
    assert "Ce type de fichier n’est pas pris" in words(answer)
    assert 'value="Mes diapos"' in answer.text
    none = client.post(f"{page_of(made)}/documents", data={"file-title": "Sans fichier", "file-seen_by": "staff"})
    assert "Choisissez un fichier" in words(none)
    link = {"link-url": "javascript:alert(1)", "link-link_title": "Piège", "link-seen_by": "everybody"}
    answer = client.post(f"{page_of(made)}/liens", data=link)
    assert (answer.status_code, 'value="Piège"' in answer.text) == (422, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(EventLink)) == 0
