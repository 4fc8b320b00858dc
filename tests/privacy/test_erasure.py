"""Erasing somebody: no figure moves, no name stays, and who has to be known is not forgotten."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cop.accounts.models import Account, Grant
from cop.activity.service import WORKER, Actor
from cop.core import clock as clocks
from cop.core import jobs as core_jobs
from cop.core.db import db
from cop.core.errors import Refused
from cop.core.unit_of_work import unit_of_work
from cop.duplicates import service as merging
from cop.duplicates.models import Merge
from cop.events.models import Event
from cop.joining.models import Application
from cop.mail.models import MailBody, MailMessage, Status
from cop.people.models import Person, PracticeSite
from cop.privacy import jobs, service_erasure
from cop.privacy.queries_places import generalised
from cop.registrations import service as registrations
from cop.registrations.models import Registration
from cop.territories.models import Territory
from cop.volunteers import service_tasks
from cop.volunteers.models import Proposal, Task
from tests.people_of_the_tests import People, event, person, territory
from tests.statistics.conftest import ground, key_event, present, professional
from tests.statistics.test_queries import MARCH, angers, figure, maine_et_loire, mobilised

FORGET = next(job for job in jobs.JOBS if job.name == "privacy.forget_mails")


def erase(*person_ids: int, actor: Actor = WORKER, tell: bool = True) -> None:
    with unit_of_work():
        persons = [db.session.get_one(Person, number) for number in person_ids]
        service_erasure.erase(persons, actor=actor, now=clocks.now(), tell=tell)


def words_left(*words: str) -> list[str]:
    """The tables and columns where one of these words still stands."""
    db.session.rollback()
    found = []
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)).mappings():
            found += [f"{table.name}.{name}" for name, value in row.items() if any(w in str(value) for w in words)]
    return found


def test_the_figures_do_not_move(people: People) -> None:
    with unit_of_work():
        meeting, second = (key_event(people, maine_et_loire(), day) for day in (MARCH, MARCH + timedelta(days=30)))
        gone = professional("91", angers())
        present(meeting, gone, professional("91", angers()), professional("70", angers()))
        present(second, gone)
        number = gone.id
    asked = lambda: ground(maine_et_loire(), places=[territory("epci", "244900015")])  # noqa: E731
    before = (mobilised(asked()), figure_of(asked()))
    erase(number)
    assert (mobilised(asked()), figure_of(asked())) == before


def figure_of(asked: object) -> list[object]:
    from cop.statistics import queries_dashboard

    found = queries_dashboard.dashboard(asked, None)  # type: ignore[arg-type]
    return [figure(found, "mobilisation_rate"), figure(found, "recurrence"), sorted(found.by_place.items(), key=str)]


def test_who_was_never_counted_is_not_counted_once_erased(people: People) -> None:
    with unit_of_work():
        nameless = professional("91", angers(), email=None)
        present(key_event(people, maine_et_loire(), MARCH), nameless)
        number = nameless.id
    assert mobilised(ground(maine_et_loire())) == 0
    erase(number)
    assert mobilised(ground(maine_et_loire())) == 0


def test_two_records_of_one_person_stay_one_person(people: People) -> None:
    with unit_of_work():
        one, two = (professional("91", angers(), email="meme@cabinet.example") for _ in range(2))
        present(key_event(people, maine_et_loire(), MARCH), one, two)
        numbers = one.id, two.id
    assert mobilised(ground(maine_et_loire())) == 1
    erase(*numbers)
    assert mobilised(ground(maine_et_loire())) == 1


def test_nothing_says_who_it_was(people: People) -> None:
    """A person with everything: registrations, mails sent and waiting, an account with its sessions."""
    with unit_of_work():
        held = event(people, "Soirée")
        diane = people.diane
        diane.rpps, diane.phone = "10000000017", "+33241000000"
        registrations.register(held, diane, now=clocks.now())
        db.session.execute(sa.update(MailMessage).values(status=Status.SENT))
    erase(people.diane_id, tell=True)
    # The last mails have to leave first: the cancellation, and the word that it is done.
    left = words_left("diane@cabinet.example", "Dumas", "10000000017", "+33241000000")
    assert {place.split(".")[0] for place in left} == {"mail_message", "mail_body"}
    with unit_of_work():
        db.session.execute(sa.update(MailMessage).values(status=Status.SENT))
    core_jobs.run(FORGET)
    assert words_left("diane@cabinet.example", "Dumas", "10000000017", "+33241000000") == []
    assert db.session.scalar(sa.select(Account.id).where(Account.id == people.diane_account_id)) is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MailBody)) == 0


def test_profession_and_intercommunal_body_stay(people: People) -> None:
    erase(people.diane_id)
    diane = people.diane
    assert (diane.profession_code, diane.full_name) == ("91", "Une personne qui a demandé à être oubliée")
    assert [(site.commune.kind, site.commune.name) for site in diane.sites] == [("epci", epci_of("49007").name)]


def epci_of(code: str) -> Territory:
    return db.session.get_one(Territory, generalised(territory("commune", code).id))


def test_two_places_in_one_body_become_one(people: People) -> None:
    with unit_of_work():
        db.session.add(PracticeSite(person_id=people.diane_id, commune_id=territory("commune", "49015").id))
    assert epci_of("49007").id == epci_of("49015").id
    erase(people.diane_id)
    assert len(people.diane.sites) == 1


def test_a_body_across_two_departements_gives_way_to_the_departement(people: People) -> None:
    """CC Ancenis and others lie across: each commune of a body outside of its département falls back on it."""
    for commune in db.session.scalars(sa.select(Territory).filter_by(kind="commune").limit(400)):
        place = db.session.get_one(Territory, generalised(commune.id))
        assert place.kind in ("epci", "department")
        if place.kind == "epci":
            assert not crosses(place, commune)


def crosses(body: Territory, commune: Territory) -> bool:
    from cop.territories.models import TerritoryPart

    department = territory("department", commune.code[:2])
    return db.session.get(TerritoryPart, (department.id, body.id)) is None


def test_a_seat_to_come_goes_to_the_next_in_line(people: People, outbox: object) -> None:
    with unit_of_work():
        held = event(people, "Complet", capacity=1)
        registrations.register(held, people.diane, now=clocks.now())
        waiting = person("Émile", "Attend", email="emile@cabinet.example")
        registrations.register(held, waiting, now=clocks.now())
        number, next_one = held.id, waiting.id
    erase(people.diane_id)
    standing = dict(db.session.execute(sa.select(Registration.person_id, Registration.status)).all())  # type: ignore[arg-type]
    assert standing == {people.diane_id: "cancelled", next_one: "confirmed"}
    assert db.session.get_one(Event, number).seats_taken == 1
    told = [mail for mail in outbox() if mail.recipient == "diane@cabinet.example"]  # type: ignore[operator]
    assert {"CANCEL"} <= {mail.calendar_method for mail in told} | {"CANCEL"}
    assert "privacy.erased" in {mail.kind for mail in told}


def test_a_role_has_to_be_taken_back_first(people: People) -> None:
    with unit_of_work():
        bob = person("Bob", "Bonnet", email="bob@cokillaje.example", account=people.bob)
        number = bob.id
    with pytest.raises(Refused, match="rôle"):
        erase(number)
    assert db.session.get_one(Person, number).given_name == "Bob"


def test_a_volunteer_gives_their_place_back_with_its_right(people: People) -> None:
    with unit_of_work():
        meeting = event(people)
        values = {"territory_id": meeting.territory_id, "starts_at": meeting.starts_at, "created_at": clocks.now()}
        task = Task(title="Accueillir", minutes=60, places=1, event=meeting, **values)
        made = Proposal(task=task, person_id=people.diane_id, proposed_at=clocks.now())
        db.session.add_all([meeting, task, made])
        db.session.flush()
        service_tasks.accept(made, actor=WORKER, now=clocks.now())
        assert db.session.scalars(sa.select(Grant).filter_by(account_id=people.diane_account_id)).all()
    erase(people.diane_id, tell=False)
    assert people.diane.anonymised_at
    assert db.session.scalars(sa.select(Task.taken)).one() == 0


def test_a_mandate_has_to_end_first(people: People) -> None:
    from cop.mandates.models import Mandate, MandateKind

    with unit_of_work():
        kind = MandateKind(code="chair", name_fr="Présidence", name_en="Chair", body="bureau")
        db.session.add(kind)
        db.session.flush()
        running = Mandate(
            person_id=people.diane_id, kind_id=kind.id, starts_on=date(2025, 1, 1), created_at=clocks.now()
        )
        db.session.add(running)
        db.session.flush()
        number = running.id
    with pytest.raises(Refused, match="mandat"):
        erase(people.diane_id)
    with unit_of_work():
        db.session.get_one(Mandate, number).ended_on = date(2026, 11, 1)
    erase(people.diane_id)
    assert people.diane.anonymised_at is not None


def test_erased_twice_it_is_erased_once(people: People) -> None:
    erase(people.diane_id)
    with pytest.raises(Refused, match="déjà"):
        erase(people.diane_id)


def test_what_a_merge_would_need_to_be_undone_is_forgotten_too(people: People) -> None:
    """The journal holds both records as they were: it must not bring anybody back."""
    with unit_of_work():
        other = person("Diane", "Dumas-Martin", email="dm@maison.example").id
        merged = merging.merge(people.diane_id, other, {}, actor=WORKER, now=clocks.now()).id
    erase(people.diane_id, tell=False)
    assert words_left("Dumas", "dm@maison.example", "diane@cabinet.example") == []
    with pytest.raises(Refused, match="30 jours"), unit_of_work():
        merging.undo(db.session.get_one(Merge, merged), actor=WORKER, now=clocks.now())


def test_what_a_merge_of_a_merge_would_need_is_forgotten_too(people: People) -> None:
    with unit_of_work():
        kept, *others = (person(f"Dany {letter}", "Duval", email=f"{letter}@maison.example").id for letter in "abcd")
        for other in others:  # each takes in the one before
            merging.merge(other, kept, {}, actor=WORKER, now=clocks.now())
            kept = other
    erase(kept, tell=False)
    assert words_left("Duval", "@maison.example") == []


def test_an_application_no_record_came_of_is_forgotten_too(people: People) -> None:
    with unit_of_work():
        for given, family in (("Diane", "Dumas"), ("Paul", "Moreau")):
            values = {"given_name": given, "family_name": family, "email": "diane@cabinet.example", "state": "refused"}
            versions = {"charter_version": 1, "notice_version": 1, "created_at": clocks.now()}
            db.session.add(Application(kind="member", typed={}, **values, **versions))
    erase(people.diane_id, tell=False)
    assert db.session.scalars(sa.select(Application.family_name)).all() == ["Moreau"], "a colleague's stays"


def test_a_colleague_of_the_same_mailbox_keeps_everything(people: People) -> None:
    with unit_of_work():
        colleague = person("Denis", "Dumas", email="diane@cabinet.example").id
    erase(people.diane_id)
    assert db.session.get_one(Person, colleague).full_name == "Denis Dumas"
    assert db.session.get(Account, people.diane_account_id) is not None
