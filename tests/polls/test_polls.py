"""From the dates proposed to the event, and the people told."""

import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from cop.core import clock as time
from cop.core import tokens
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.events.models import Event
from cop.invitations.models_guests import Guest
from cop.network import service as network
from cop.people.models import Person
from cop.polls import service_decision
from cop.polls.models import Poll, PollAnswer, PollVoter
from cop.registrations.models import Registration
from tests.people_of_the_tests import People, person
from tests.polls.conftest import NEW, poll_of, work

DESK = "/animation/sondages/1"


def text_of(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def links_of(outbox: Any, name: str = "polls.asked") -> dict[str, str]:
    """The personal link in each mail, by address."""
    found = {}
    for mail in outbox():
        if mail.kind == name:
            found[mail.recipient] = re.search(r"http://localhost(/sondage/\S+?)[>)\s]", mail.text or "")[1]  # type: ignore[index]
    return found


def say(client: Any, link: str, *choices: str, **who: str) -> Any:
    options = [option.id for option in poll_of().options]
    said = {f"option_{option}": choice for option, choice in zip(options, choices, strict=False) if choice}
    return client.post(link, data={**said, **who})


def voter(email: str) -> PollVoter:
    db.session.rollback()
    return db.session.scalars(sa.select(PollVoter).filter_by(email=email)).one()


def said_by(email: str) -> list[str]:
    statement = sa.select(PollAnswer.choice).join(PollVoter, PollVoter.id == PollAnswer.voter_id)
    return list(db.session.scalars(statement.where(PollVoter.email == email).order_by(PollAnswer.option_id)))


def test_dates_are_proposed_and_nothing_leaves_before_it_is_pressed(
    client: Any, people: People, sign_in: Any, form: dict[str, str], group: list[Person], outbox: Any
) -> None:
    sign_in(people.bob)
    assert "Matinée d’études" in unescape(client.get("/animation/sondages/nouveau").text)
    assert client.get(NEW).text.count('type="date"') == 4
    more = client.post(NEW, data={**form, "action": "add"})
    assert (more.status_code, more.text.count('type="date"')) == (422, 5)
    client.post(NEW, data=form)
    shown = client.get(DESK)
    assert "Ouvrir sans écrire à personne" in text_of(shown)
    assert client.get(f"/sondages/{poll_of().secret}").status_code == 404, "a draft does not exist yet"
    added = client.post(
        f"{DESK}/personnes",
        data={"group": "c1", "addresses": "Diane@Cabinet.example; inconnue@ailleurs.example"},
        follow_redirects=True,
    )
    words = text_of(added)
    assert "3 personnes ajoutées" in words
    assert "1 personne n’a pas d’adresse" in words
    assert "inconnue@ailleurs.example" in words
    assert "3 personnes de la liste n’ont pas encore été sollicitées" in words
    assert "Quelles dates vous conviennent ?" in unescape(added.text).replace("\u202f", " ")
    assert work() == 0
    assert not [mail for mail in outbox() if mail.kind.startswith("polls.")]
    edith = voter("edith@cabinet.example")
    client.post(f"{DESK}/personnes/{edith.id}/retirer")
    opened = text_of(client.post(f"{DESK}/ouvrir", follow_redirects=True))
    assert "2 courriels partent dans la minute" in opened
    assert "pas encore été sollicité" not in opened, "they are being written to: nothing more is to be pressed"
    assert (work(), work()) == (2, 0)
    sent = [mail for mail in outbox() if mail.kind == "polls.asked"]
    assert sorted(mail.recipient for mail in sent) == ["diane@cabinet.example", "fanny@cabinet.example"]
    mail = sent[0]
    assert mail.category == "community"
    assert "jeudi 14 janvier 2027, de 9\u00a0h à 12\u00a0h\u00a030" in (mail.text or "")
    assert "Pour préparer le printemps." in (mail.text or "")
    assert client.post(f"{DESK}/supprimer", follow_redirects=True).status_code == 200
    assert poll_of().status == "open", "what people were asked is not deleted"
    assert client.post(f"{DESK}/modifier", data=form).status_code == 422


def test_a_segment_asks_those_one_may_see(
    client: Any, people: People, sign_in: Any, form: dict[str, str], group: list[Person]
) -> None:
    with unit_of_work():
        person("Nantaise", "Loin", email="nantaise@cabinet.example", commune="44109")
        kept = network.keep(people.bob, "Ortho", "profession=91", shared=False)
    sign_in(people.bob)
    client.post(NEW, data=form)
    client.post(f"{DESK}/personnes", data={"group": f"s{kept.id}", "addresses": ""})
    found = set(db.session.scalars(sa.select(PollVoter.email)))
    assert found == {"diane@cabinet.example", "edith@cabinet.example", "fanny@cabinet.example"}
    pasted = client.post(
        f"{DESK}/personnes", data={"group": "", "addresses": "nantaise@cabinet.example"}, follow_redirects=True
    )
    assert "Personne de votre connaissance n’a ces adresses" in text_of(pasted)
    assert client.post(f"{DESK}/personnes", data={"group": "", "addresses": "rien"}).status_code == 422
    assert client.post(f"{DESK}/personnes", data={"group": "c999", "addresses": ""}).status_code == 422
    client.post("/deconnexion")
    sign_in(people.charlie)
    assert client.get(DESK).status_code == 404
    assert "Oralité" not in client.get("/animation/sondages").text


BAD = [
    ({"title": ""}, "Donnez un titre"),
    ({"title": "x" * 5000}, "200 caractères au plus"),
    ({"day_1": "2027-01-14"}, "proposée deux fois"),
    ({"day_1": "", "day_2": ""}, "de deux à douze dates"),
    ({"day_0": "2026-11-01"}, "passée"),
    ({"day_0": "2027-02-31"}, "n’existe pas"),
    ({"day_0": "2027-03-28", "starts_0": "02:30", "closes_on": "2026-12-20"}, "n’existe pas"),
    ({"ends_0": "08:00"}, "La fin vient avant le début"),
    ({"starts_0": ""}, "Donnez l’heure"),
    ({"closes_on": ""}, "jusqu’à quand"),
    ({"closes_on": "2026-11-01"}, "Cette date limite est passée"),
    ({"closes_on": "2027-02-20"}, "avant la dernière date"),
]


@pytest.mark.parametrize(("wrong", "words"), BAD)
def test_what_no_poll_can_be(
    client: Any, people: People, sign_in: Any, form: dict[str, str], wrong: dict[str, str], words: str
) -> None:
    sign_in(people.bob)
    answer = client.post(NEW, data={**form, **wrong})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "Pour préparer le printemps." in unescape(answer.text), "what was typed is kept"
    assert db.session.scalars(sa.select(Poll)).all() == []


def test_people_answer_by_their_link_and_change_their_mind(client: Any, opened: Poll, outbox: Any, app: Any) -> None:
    link = links_of(outbox)["diane@cabinet.example"]
    stranger = app.test_client()
    page = stranger.get(link)
    assert page.status_code == 200
    assert page.text.count('type="radio"') == 9
    assert "Diane Dumas" in page.text
    assert "noindex" in page.text
    empty = say(stranger, link)
    assert (empty.status_code, "Répondez pour une date au moins" in text_of(empty)) == (422, True)
    assert say(stranger, link, "peut-être").status_code == 422
    assert say(stranger, link, "yes", "maybe", "no").status_code == 303
    assert said_by("diane@cabinet.example") == ["yes", "maybe", "no"]
    assert "1 oui" in text_of(stranger.get(link))
    assert "Diane" not in text_of(stranger.get(f"/sondages/{opened.secret}")), "counts only"
    say(stranger, link, "no", "yes", "no")
    say(stranger, link, "no", "yes", "no")
    assert said_by("diane@cabinet.example") == ["no", "yes", "no"]
    assert stranger.get("/sondage/faux").status_code == 404
    assert stranger.get("/sondage/" + tokens.sign("registration", "1")).status_code == 404
    desk = text_of(client.get(DESK))
    assert "1 réponse, 2 personnes n’ont pas répondu" in desk
    assert "Convient au plus grand nombre" in desk
    with unit_of_work():
        poll_of().names_shown = True
    assert "(Diane)" in text_of(stranger.get(f"/sondages/{opened.secret}"))


def test_by_the_shared_link_an_answer_is_changed_by_its_owner_only(
    client: Any, opened: Poll, outbox: Any, app: Any
) -> None:
    link, stranger = f"/sondages/{opened.secret}", app.test_client()
    who = {"given_name": "Hugo", "family_name": "Hamel", "email": "Hugo@Cabinet.example"}
    assert say(stranger, link, "yes").status_code == 422, "a name and an address are needed"
    done = say(stranger, link, "yes", "yes", "no", **who)
    assert done.location == f"{link}/merci"
    assert "Merci" in text_of(stranger.get(done.location))
    mail = outbox()[-1]
    assert (mail.kind, mail.recipient, mail.category) == ("polls.answered", "hugo@cabinet.example", "service")
    again = say(stranger, link, "no", "no", "no", **who)
    assert again.location == done.location, "the same answer whoever had answered"
    assert said_by("hugo@cabinet.example") == ["yes", "yes", "no"]
    assert "n’a pas changé" in (outbox()[-1].text or "")
    own = links_of(outbox, "polls.answered")["hugo@cabinet.example"]
    say(stranger, own, "no", "no", "yes")
    assert said_by("hugo@cabinet.example") == ["no", "no", "yes"]
    assert db.session.scalars(sa.select(Person).filter_by(email="hugo@cabinet.example")).all() == [], (
        "no record of him yet"
    )
    say(stranger, link, "yes", **{**who, "email": "diane@cabinet.example"})
    assert voter("diane@cabinet.example").given_name == "Diane", (
        "asked by mail, not renamed by whoever types her address"
    )
    for _press in range(30):
        limited = say(stranger, link, "yes", **who)
    assert limited.status_code == 429


def test_the_deadline_the_reminder_and_more_time(
    client: Any, opened: Poll, outbox: Any, clock: Any, app: Any, sign_in: Any, people: People
) -> None:
    links, stranger = links_of(outbox), app.test_client()
    say(stranger, links["diane@cabinet.example"], "yes", "no", "no")
    clock.advance(hours=48)
    sign_in(people.bob)
    assert "Relancer les 2 personnes" in text_of(client.get(DESK))
    client.post(f"{DESK}/relancer")
    assert (work(), work()) == (2, 0)
    assert sorted(mail.recipient for mail in outbox() if mail.kind == "polls.reminded") == [
        "edith@cabinet.example", "fanny@cabinet.example",
    ]  # fmt: skip
    assert "déjà partie aujourd’hui" in text_of(client.post(f"{DESK}/relancer", follow_redirects=True))
    clock.set("2026-12-21 00:00")
    sign_in(people.bob)
    late = say(stranger, links["edith@cabinet.example"], "yes", "yes", "yes")
    assert (late.status_code, "Ce sondage est clos" in text_of(late)) == (422, True)
    assert said_by("edith@cabinet.example") == []
    assert "Terminé" in text_of(client.get(DESK))
    assert client.post(f"{DESK}/prolonger", data={"closes_on": "2026-12-01"}).status_code == 422
    assert client.post(f"{DESK}/prolonger", data={"closes_on": "2026-12-31"}).status_code == 303
    assert say(stranger, links["edith@cabinet.example"], "yes", "yes", "yes").status_code == 303
    client.post(f"{DESK}/fermer")
    assert say(stranger, links["edith@cabinet.example"], "no").status_code == 422
    assert "Les réponses ne sont plus prises" in text_of(client.get(DESK))
    clock.set("2027-01-25 09:00")
    sign_in(people.bob)
    past = text_of(client.get(DESK))
    assert past.count("Date passée") == 2


def test_everybody_says_no(client: Any, opened: Poll, outbox: Any, app: Any) -> None:
    for link in links_of(outbox).values():
        say(app.test_client(), link, "no", "no", "no")
    desk = text_of(client.get(DESK))
    assert "Personne ne peut venir à aucune de ces dates" in desk
    assert "Convient au plus" not in desk


def option(number: int) -> int:
    return poll_of().options[number].id


def test_the_best_date_becomes_the_event_and_answers_become_invitations(
    client: Any, opened: Poll, outbox: Any, app: Any
) -> None:
    links = links_of(outbox)
    say(app.test_client(), links["diane@cabinet.example"], "yes", "yes", "no")
    say(app.test_client(), links["edith@cabinet.example"], "no", "maybe", "yes")
    who = {"given_name": "Hugo", "family_name": "Hamel", "email": "hugo@cabinet.example"}
    say(app.test_client(), f"/sondages/{opened.secret}", "no", "yes", "no", **who)
    keep = f"{DESK}/retenir/{option(1)}"
    page = text_of(client.get(keep))
    assert "2 personnes ont dit oui" in page
    assert "2 autres personnes apprennent la date" in page
    before = len(outbox())
    done = client.post(keep, data={"publish": "publish"})
    held = db.session.scalars(sa.select(Event)).one()
    assert done.location == f"/animation/evenements/{held.id}"
    assert (held.status, held.title, held.community_id) == ("published", "Oralité : et si on se voyait ?", 1)
    assert f"{held.local_start:%d/%m/%Y %H:%M}" == "21/01/2027 09:00"
    assert client.post(keep, data={"publish": "publish"}).status_code == 422
    assert len(db.session.scalars(sa.select(Event)).all()) == 1
    assert (work(), work()) == (4, 0)
    told = {mail.recipient: mail for mail in outbox()[before:]}
    assert set(told) == {f"{name}@cabinet.example" for name in ("diane", "edith", "fanny", "hugo")}
    assert "Vous avez dit oui à cette date" in (told["diane@cabinet.example"].text or "")
    assert "Vous avez dit oui" not in (told["edith@cabinet.example"].text or "")
    assert "/invite/" in (told["hugo@cabinet.example"].text or "")
    assert {guest.person.given_name for guest in db.session.scalars(sa.select(Guest))} == {
        "Diane",
        "Edith",
        "Fanny",
        "Hugo",
    }
    assert None not in {guest.asked_at for guest in db.session.scalars(sa.select(Guest))}, (
        "campaigns know they were asked"
    )
    assert db.session.scalars(sa.select(Registration)).all() == []
    assert "La date est connue" in text_of(app.test_client().get(f"/sondages/{opened.secret}"))
    assert "Date retenue" in text_of(client.get("/animation/sondages"))
    assert client.post(f"{DESK}/prolonger", data={"closes_on": "2026-12-31"}).status_code == 422


def test_those_who_said_yes_are_registered_when_the_draft_is_published(
    client: Any, opened: Poll, outbox: Any, app: Any
) -> None:
    links = links_of(outbox)
    say(app.test_client(), links["diane@cabinet.example"], "yes", "yes", "no")
    say(app.test_client(), links["edith@cabinet.example"], "maybe", "maybe", "yes")
    client.post(f"{DESK}/retenir/{option(0)}", data={"publish": "draft", "registers": "y"})
    held = db.session.scalars(sa.select(Event)).one()
    assert held.status == "draft"
    assert work() == 0, "nobody is told of what is not published"
    with unit_of_work():
        service_decision.tell(voter("edith@cabinet.example").id, time.now())  # it was put off since it was found
    assert voter("edith@cabinet.example").told_at is None
    before = len(outbox())
    client.post(f"/animation/evenements/{held.id}/publier")
    assert work() == 3
    row = db.session.scalars(sa.select(Registration)).one()
    assert (row.person.given_name, row.status) == ("Diane", "confirmed")
    told = {mail.recipient: mail for mail in outbox()[before:]}
    assert told["diane@cabinet.example"].calendar_method == "REQUEST"
    assert told["edith@cabinet.example"].kind == "polls.kept"


def test_a_past_date_is_not_kept(client: Any, opened: Poll, clock: Any, sign_in: Any, people: People) -> None:
    clock.set("2027-01-15 09:00")
    sign_in(people.bob)
    answer = client.post(f"{DESK}/retenir/{option(0)}", data={"publish": "draft"})
    assert (answer.status_code, "Cette date est passée" in text_of(answer)) == (422, True)
    assert client.get(f"{DESK}/retenir/999999").status_code == 404


def test_a_place_is_missing_to_publish(client: Any, people: People, sign_in: Any, form: dict[str, str]) -> None:
    sign_in(people.bob)
    client.post(NEW, data={**form, "commune": ""})
    client.post(f"{DESK}/ouvrir")
    answer = client.post(f"{DESK}/retenir/{option(0)}", data={"publish": "publish"})
    assert (answer.status_code, "dans quelle commune" in text_of(answer)) == (422, True)
    assert db.session.scalars(sa.select(Event)).all() == []


def test_a_poll_is_forgotten(client: Any, opened: Poll, clock: Any) -> None:
    client.post(f"{DESK}/fermer")
    clock.set("2027-05-01 09:00")
    assert work("polls.forget") == 0
    clock.set("2027-05-23 09:00")
    assert work("polls.forget") == 1
    for table in (Poll, PollVoter, PollAnswer):
        assert db.session.scalars(sa.select(table)).all() == []


def test_the_list_asks_the_database_a_fixed_number_of_questions(
    client: Any, people: People, sign_in: Any, form: dict[str, str], queries: Any
) -> None:
    sign_in(people.bob)

    def cost() -> int:
        with queries:
            assert client.get("/animation/sondages").status_code == 200
        return len(queries)

    client.post(NEW, data=form)
    few = cost()
    for number in range(20):
        client.post(NEW, data={**form, "title": f"Sondage {number}"})
    assert cost() == few


def test_nothing_is_asked_after_the_deadline(
    client: Any, opened: Poll, outbox: Any, clock: Any, sign_in: Any, people: People
) -> None:
    with unit_of_work():
        late = person("Ida", "Tard", email="ida@cabinet.example")
    client.post(f"{DESK}/personnes", data={"group": "", "addresses": late.email})
    clock.set("2026-12-21 09:00")
    sign_in(people.bob)
    assert "prolongez-le" in text_of(client.post(f"{DESK}/ouvrir", follow_redirects=True))
    assert work() == 0
    assert time.now() > poll_of().closes_at
