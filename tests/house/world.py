"""One of each thing an address may name, as Bob has them; and the walk over all addresses."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from cop.accounts import mails as accounts_mails
from cop.accounts import service_sessions
from cop.accounts.models import Account, Grant
from cop.accounts.models_factors import Passkey
from cop.activity.service import COMMAND, Actor
from cop.attendance.models import Attendance
from cop.campaigns import service as campaigns
from cop.carpool.models import Journey
from cop.communities import service as communities
from cop.communities.rules import Description as CommunityDescription
from cop.core import clock, tokens
from cop.core.db import db
from cop.core.unit_of_work import unit_of_work
from cop.core.web import Application
from cop.duplicates import service as merging
from cop.duplicates.models import Pair
from cop.events.models import Event
from cop.events.models_documents import EventDocument, EventLink
from cop.events.models_questions import Question
from cop.events.models_quotas import Quota
from cop.events.models_series import EventSeries
from cop.events.models_team import EventMember, EventPartner
from cop.imports.models import Import
from cop.invitations import queries_guests, service_guests
from cop.invitations import service as invitations
from cop.joining import mails as joining_mails
from cop.joining.models import Application as Applied
from cop.mail.models import MailMessage
from cop.mail.models_inbox import InboxMail
from cop.mandates.models import Candidate, Decision, Mandate, MandateKind, Project
from cop.memberships import service as memberships
from cop.memberships import service_payments, service_receipts
from cop.memberships.models import MembershipKind, RenewalStep
from cop.memberships.service_payments import Paid
from cop.network.models import Segment
from cop.organisations import service as organisations
from cop.organisations import service_exchanges
from cop.organisations.models import Organisation
from cop.people.models import Person
from cop.polls.models import Poll, PollOption, PollVoter
from cop.privacy.models import PrivacyRequest
from cop.registrations.models import Registration
from cop.reminders.models import ReminderRule
from cop.territories.models import Territory
from cop.volunteers import mails as volunteer_mails
from cop.volunteers.models import Hours, Proposal, Skill, Task, VolunteerProfile
from tests.people_of_the_tests import PARIS, People, account, event, person, territory
from tests.signing_in import put_in

TOWNS = {"44": "44109", "49": "49007"}
LOGIN, FORBIDDEN, MISSING, IN = "login", "403", "404", "in"


@dataclass
class Things:
    """The values of the arguments in addresses."""

    event_id: int
    half_day_id: int
    person_id: int
    registration_id: int
    account_id: int
    grant_id: int
    message_id: int
    slug: str
    token: str
    session_id: int
    passkey_id: int
    segment_id: int
    mandate_id: int
    kind_id: int
    decision_id: int
    project_id: int
    candidate_id: int
    membership_id: int
    payment_id: int
    receipt_id: int
    membership_kind_id: int
    renewal_step_id: int
    member_token: str
    import_id: int
    request_id: int
    pair_id: int
    merge_id: int
    rule_code: str
    organisation_id: int
    affiliation_id: int
    exchange_id: int
    organisation_kind_id: int
    community_id: int
    member_id: int
    community_slug: str
    skill_id: int
    task_id: int
    hours_id: int
    application_id: int
    task_token: str
    application_token: str
    answer_id: int
    inbox_id: int
    guest_token: str
    campaign_id: int
    event_kind_id: int
    reminder_rule_id: int
    journey_id: int
    quota_id: int
    kind_quota_id: int
    poll_id: int
    option_id: int
    voter_id: int
    poll_token: str
    secret: str

    @property
    def month(self) -> str:
        return "2026-12"

    series_id: int
    cycle_id: int
    seminar_id: int
    cycle_slug: str
    cycle_token: str
    question_id: int
    kind_question_id: int
    event_member_id: int
    event_partner_id: int
    document_id: int
    link_id: int

    def of(self, rule: Rule) -> dict[str, Any]:
        return {name: getattr(self, name) for name in rule.arguments}


def ada(people: People) -> int:
    """Ada administers the whole organisation."""
    with unit_of_work():
        made = account("Ada Abel", "ada@cokillaje.example")
        db.session.add(Grant(account_id=made.id, role="administrator", territory_id=None, starts_on=date(2025, 1, 1)))
        return made.id


def things(people: People, number: int, department: str = "49", *, days: int = 30) -> Things:
    """A published event of the département, somebody registered and present, a mail, an account with a role."""
    with unit_of_work():
        start = datetime(2026, 11, 20, 9, 0, tzinfo=PARIS) + timedelta(days=days)
        place = territory("department", department)
        held: Event = event(people, f"Rencontre {number}", starts_at=start, territory_id=place.id, seats_taken=1)
        who: Person = person(
            "Émilie", f"Essai-{number}", email=f"emilie-{number}@cabinet.example", commune=TOWNS[department]
        )
        registration = Registration(
            event_id=held.id, person_id=who.id, status="confirmed", created_at=clock.now(), queued_at=clock.now()
        )
        there = Attendance(
            half_day_id=held.half_days[0].id, person_id=who.id, state="present", source="list", recorded_at=clock.now()
        )
        staff = account(f"Compte {number}", f"compte-{number}@cokillaje.example", "volunteer", place)
        db.session.add_all([registration, there])
        db.session.flush()
        invitations.invite(held, who, clock.now())
        accounts_mails.account_opened(staff)
        mail_id = db.session.scalars(sa.select(sa.func.max(MailMessage.id))).one()
        db.session.flush()
        return Things(
            held.id, held.half_days[0].id, who.id, registration.id, staff.id, staff.grants[0].id, mail_id, held.slug,
            tokens.sign("registration", f"{held.id}:{who.id}"), *secured(staff, number),
            segment(people.bob_id if department == "49" else people.charlie_id),
            *entrusted(who, place, number), *joined(who, number), listed(people),
            *asked(who, number), "participant",
            *partnered(who, place, number), *gathered(who, place, number),
            *helping(who, place, number), *received(held, number), *asked_to_come(held, who, staff),
            *settled(held, who, number),
            *polled(held, who, number), *among_others(people, held, who, number),
            *wondered(held), *joined_to(held, staff),
        )  # fmt: skip


def joined_to(held: Event, staff: Account) -> tuple[int, int, int, int]:
    """Who helps to run the event, a partner, a document and a link."""
    now, organisation = clock.now(), db.session.scalars(sa.select(Organisation.id).limit(1)).one()
    said = {"event_id": held.id, "role": "speaker", "name": "Ana Essai", "organisation": ""}
    member = EventMember(**said, created_at=now)
    partner = EventPartner(event_id=held.id, organisation_id=organisation, role="hosts", created_at=now)
    file = {"file_name": "a.pdf", "media_type": "application/pdf", "size": 5, "content": b"%PDF-", "title": "A"}
    document = EventDocument(event_id=held.id, **file, seen_by="staff", added_at=now, added_by_id=staff.id)
    link = EventLink(event_id=held.id, title="B", url="https://b.example/", seen_by="everybody", added_at=now)
    db.session.add_all([member, partner, document, link])
    db.session.flush()
    return member.id, partner.id, document.id, link.id


def among_others(people: People, held: Event, who: Person, number: int) -> tuple[int, int, int, str, str]:
    """The event is a date of a regular meeting; a cycle of one seminar, which the person is registered for."""
    now, out = clock.now(), {str(held.id): ["", 1]}
    rule = {"every": "week", "anchor": "2026-11-20", "interval": 1, "nth": 1, "weekday": 4, "day": 20, "shift": 0}
    kept = {"title": "Série", "territory_id": held.territory_id, "created_at": now, "changed_at": now}
    regular = EventSeries(rule={**rule, "out": out}, **kept)
    cycle = EventSeries(cycle=True, slug=f"cycle-{number}", **kept)
    db.session.add_all([regular, cycle])
    db.session.flush()
    held.series_id, held.series_position, held.planned_on = regular.id, 1, clock.local_date(held.starts_at)
    seminar = event(people, f"Séminaire {number}", starts_at=held.starts_at, territory_id=held.territory_id)
    seminar.series_id, seminar.series_position, seminar.seats_taken = cycle.id, 1, 1
    seat = Registration(event_id=seminar.id, person_id=who.id, status="confirmed", created_at=now, queued_at=now)
    db.session.add(seat)
    db.session.flush()
    return regular.id, cycle.id, seminar.id, f"cycle-{number}", tokens.sign("cycle", f"{cycle.id}:{who.id}")


def wondered(held: Event) -> tuple[int, int]:
    """What the event asks who comes, and what every new event of its kind does."""
    made = [
        Question(event_id=event_id, kind_id=kind_id, position=1, kind="text", label="Votre attente ?")
        for event_id, kind_id in ((held.id, None), (None, held.kind_id))
    ]
    held.form_revision = 1
    db.session.add_all(made)
    db.session.flush()
    return made[0].id, made[1].id


def asked_to_come(held: Event, who: Person, staff: Account) -> tuple[str, int]:
    """The personal link of a guest, and a draft that asks others."""
    service_guests.add(held.id, [who.id], "staff", clock.now())
    draft = campaigns.prepare(held, staff, clock.now(), query="")
    return queries_guests.token_of(held.id, who.id), draft.id


def polled(held: Event, who: Person, number: int) -> tuple[int, int, int, str, str]:
    """A poll of dates that is open, and somebody who was asked."""
    now, secret = clock.now(), f"secret-{number}"
    options = [PollOption(starts_at=now + timedelta(days=40 + n), ends_at=now + timedelta(days=41 + n)) for n in (0, 2)]
    poll = Poll(
        secret=secret, kind_id=held.kind_id, territory_id=held.territory_id, title=f"Sondage {number}", status="open",
        closes_at=now + timedelta(days=20), created_at=now, opened_at=now, options=options,
    )  # fmt: skip
    voter = PollVoter(
        poll=poll, person_id=who.id, given_name="Émilie", family_name="Essai", email=f"emilie-{number}@cabinet.example",
        added_at=now, asked_at=now,
    )  # fmt: skip
    db.session.add_all([poll, voter])
    db.session.flush()
    return poll.id, options[0].id, voter.id, tokens.sign("poll", str(voter.id)), secret


def settled(held: Event, who: Person, number: int) -> tuple[int, int, int, int, int]:
    """What the kind of the event says, its reminder, a journey shared to it, and groups with seats of both."""
    rule = ReminderRule(kind_id=held.kind_id, days_before=number + 1, holds_from=clock.now())
    journey = Journey(
        event_id=held.id, person_id=who.id, kind="offer", commune_id=who.sites[0].commune_id, leaves_at="08:00",
        seats=3, consented_at=clock.now(),
    )  # fmt: skip
    group = {"name": "les infirmières", "capacity": 5, "kept": False, "profession_codes": ["60"]}
    quotas = [Quota(event_id=held.id, **group), Quota(kind_id=held.kind_id, **group)]
    held.carpool, held.quota_count = True, 1
    db.session.add_all([rule, journey, *quotas])
    db.session.flush()
    return held.kind_id, rule.id, journey.id, quotas[0].id, quotas[1].id


def received(held: Event, number: int) -> tuple[int, int]:
    """An answer to the event that somebody has to look at, and a mail about nothing of ours."""
    mails = [
        InboxMail(
            place=f"INBOX:{number}:{at}", message_id="", kind=kind, state="aside", reason=kind, event_id=event_id,
            received_at=clock.now(),
        )
        for at, (kind, event_id) in enumerate((("answer", held.id), ("human", None)))
    ]  # fmt: skip
    db.session.add_all(mails)
    db.session.flush()
    return mails[0].id, mails[1].id


def partnered(who: Person, place: Territory, number: int) -> tuple[int, int, int, int]:
    """An organisation that works for the place, somebody there, an exchange with it."""
    made = organisations.find_or_create(f"Structure Essai-{number}", "msp", who.sites[0].commune_id, COMMAND)
    made.covers_id = place.id
    held = organisations.affiliate(who, made, "Coordination", None, None, COMMAND)
    line = service_exchanges.log(made, clock.today(), "phone", "Essai", actor=COMMAND)
    db.session.flush()
    return made.id, held.id, line.id, made.kind_id


def gathered(who: Person, place: Territory, number: int) -> tuple[int, int, str]:
    """A community of the place, and its member."""
    said = CommunityDescription(name=f"Communauté {number}", territory_id=place.id)
    community = communities.create(said, "Charte", COMMAND)
    held = communities.join(community, who, community.charter_version, COMMAND)
    return community.id, held.id, community.slug


def asked(who: Person, number: int) -> tuple[int, int, int]:
    """A request about the person's data, somebody who looks like them, and a record that was merged into theirs."""
    request = PrivacyRequest(
        person_id=who.id, kind="access", received_on=clock.today(), received_by="letter", created_at=clock.now()
    )
    twin, gone = (
        person("Émilie", f"Essai-{number}", email=f"{name}-{number}@x.example", commune=who.sites[0].commune.code)
        for name in ("twin", "gone")
    )
    pair = Pair(one_id=who.id, other_id=twin.id, score=55, reasons=["name", "commune"], found_at=clock.now())
    db.session.add_all([request, pair])
    db.session.flush()
    merge = merging.merge(who.id, gone.id, {}, actor=Actor("worker"), now=clock.now())
    return request.id, pair.id, merge.id


def secured(staff: Account, number: int) -> tuple[int, int]:
    """A session and a passkey of the account."""
    begun, _token = service_sessions.begin(staff, "password", "")
    key = Passkey(
        account_id=staff.id, credential_id=f"key-{number}", public_key=b"", sign_count=0, name=f"Clé {number}",
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(key)
    db.session.flush()
    return begun.id, key.id


def entrusted(who: Person, place: Territory, number: int) -> tuple[int, int, int, int, int]:
    """A mission there with its decision, a seat of the board and a candidate for it, a project."""
    kinds = [
        MandateKind(
            code=f"animator-{number}", name_fr="Animation", name_en="Animation", body="team", reach="territory"
        ),
        MandateKind(code=f"board-{number}", name_fr="Conseil", name_en="Board", body="board", seats=12),
    ]
    now, first = clock.now(), date(2026, 1, 1)
    decision = Decision(body="Conseil", decided_on=first, wording="Mission confiée", created_at=now)
    project = Project(name=f"Projet {number}", territory_id=place.id, starts_on=first, created_at=now)
    mission = Mandate(person_id=who.id, kind=kinds[0], decision=decision, starts_on=first, created_at=now)
    mission.territories.append(place)
    candidate = Candidate(person_id=who.id, kind=kinds[1], created_at=now)
    db.session.add_all([*kinds, decision, project, mission, candidate])
    db.session.flush()
    return mission.id, kinds[1].id, decision.id, project.id, candidate.id


def joined(who: Person, number: int) -> tuple[int, int, int, int, int, str]:
    """A paid membership with its receipt, what it is a kind of, and a mail of the renewal."""
    kind = MembershipKind(code=f"kind-{number}", name_fr="Adhésion", amount_cents=2500)
    step = RenewalStep(days_before=number + 1)
    db.session.add_all([kind, step])
    db.session.flush()
    made = memberships.request(who, kind.id, COMMAND)
    paid = Paid(key=f"house-{number}", method="cheque", amount_cents=2500, paid_on=clock.today())
    service_payments.record(made, paid, COMMAND)
    receipt = service_receipts.issue(made, COMMAND)
    token = tokens.sign("membership", str(who.id))
    return made.id, made.payments[0].id, receipt.id, kind.id, step.id, token


def listed(people: People) -> int:
    """A list somebody sent, whose columns are still to be matched."""
    sent = Import(
        target="people", file_name="liste.csv", content=b"Nom\nDurand\n", headings=["Nom"], mapping=["family_name"],
        source="Essai", state="uploaded", lines_count=1, account_id=people.bob_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(sent)
    db.session.flush()
    return sent.id


def segment(owner_id: int) -> int:
    """A list of people somebody saved for themselves."""
    kept = Segment(owner_id=owner_id, name="Liste", query="", shared=False, created_at=clock.now())
    db.session.add(kept)
    db.session.flush()
    return kept.id


def helping(who: Person, place: Territory, number: int) -> tuple[int, int, int, int, str, str]:
    """A volunteer with a task accepted and hours given, and somebody who waits for an answer."""
    now, day = clock.now(), date(2026, 11, 1)
    skill = Skill(code=f"skill-{number}", name_fr="Accueil", name_en="Welcoming")
    helper = VolunteerProfile(person_id=who.id, territory_id=place.id, since=day, skills=[skill])
    task = Task(
        title=f"Accueil Essai-{number}", territory_id=place.id, starts_at=now + timedelta(days=9), minutes=60, places=2,
        taken=1, created_at=now,
    )  # fmt: skip
    accepted = Proposal(task=task, person_id=who.id, state="accepted", proposed_at=now)
    given = Hours(person_id=who.id, label="Relecture", day=day, minutes=30, noted_at=now, source="self")
    typed = {"sites": [[who.sites[0].commune_id, None, None]]}
    waiting = Applied(
        kind="volunteer", state="to_approve", given_name="Zoé", family_name=f"Essai-{number}",
        email=f"zoe-{number}@cabinet.example", typed=typed, charter_version=1, notice_version=1, created_at=now,
        confirmed_at=now,
    )  # fmt: skip
    db.session.add_all([helper, task, accepted, given, waiting])
    db.session.flush()
    links = volunteer_mails.token_of(accepted), joining_mails.token_of(waiting)
    return skill.id, task.id, given.id, waiting.id, *links


def rules_of(app: Application) -> list[tuple[str, Rule]]:
    """Every address with every method it takes, reading before acting."""
    found = [
        (method, rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]
    return sorted(found, key=lambda one: (one[0], one[1].endpoint))


def browser_of(app: Application, who: Account | None) -> FlaskClient:
    client = app.test_client()
    return client if who is None else put_in(client, who)


def door(answer: Any) -> str:
    """What the hook said: sign in first, no right, nothing here, or come in."""
    if (
        answer.status_code == 303
        and answer.location.startswith("/connexion")
        and "/connexion/lien" not in answer.location
    ):
        return LOGIN
    return {401: LOGIN, 403: FORBIDDEN, 404: MISSING}.get(answer.status_code, IN)
