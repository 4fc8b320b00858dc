"""The demonstration, lived through the services: the clock is set back, and each act is done at its moment."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Final

from cop.activity.service import PUBLIC, Actor
from cop.attendance.rules import HEADCOUNT
from cop.core import clock
from cop.core.db import db
from cop.core.jobs import Job
from cop.demo_attendance import Door, passers_by
from cop.demo_past import CHANGE_OF_MIND, Guest, happened, was_called_off
from cop.demo_people import Member, Names
from cop.demo_plan import Planned, programme
from cop.demo_world import mails_have_left
from cop.events import queries as event_queries
from cop.events import service as events
from cop.events.models import Event
from cop.events.rules import Description, Span
from cop.invitations.jobs import JOBS as INVITATIONS
from cop.people import service as people
from cop.people.models import Person, PracticeSite
from cop.registrations import queries as registration_queries
from cop.registrations import service as registrations
from cop.registrations.jobs import JOBS as REGISTRATIONS
from cop.registrations.rules import Status
from cop.reminders.jobs import SEND

NOTICE: Final = timedelta(days=42)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
# Mails older than this are not written: their words would have been erased by now.
MAILS_KEPT: Final = timedelta(days=30)
REMINDED: Final = timedelta(days=6)
# Meetings of this time are lived act by act; of older ones only the outcome is written, which is quicker.
LIVED: Final = timedelta(days=21)
CALLED_OFF: Final = "L’intervenante est souffrante. Une nouvelle date sera proposée."

Act = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the life happens in. ``organiser`` gives the number of the account in charge of a département."""

    now: datetime
    root_id: int
    territory_of: Callable[[str], int]  # of a commune code: where an event there is counted
    commune_of: Callable[[str], int]
    organiser: Callable[[Planned], int]
    themes: Mapping[str, int]
    disciplines: Sequence[str]  # of the speakers


@dataclass(slots=True)
class Life:
    """Acts wait in a queue by their moment; doing one may queue others. What would come later is not done."""

    setting: Setting
    rng: Random
    names: Names
    members: list[Member]  # the first one is whoever one may sign in as
    _acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _ticket: Iterator[int] = field(default_factory=count)

    @property
    def now(self) -> datetime:
        return self.setting.now

    def at(self, moment: datetime, act: Act) -> None:
        if moment < self.now:
            heappush(self._acts, (moment, next(self._ticket), act))

    def live(self, planned: list[Planned], travelling: clock.Clock, progress: Callable[[float], None]) -> None:
        begun = min(self._announce_at(one) for one in planned)
        for one in planned:
            self.at(self._announce_at(one), partial(self._announce, one))
        # Those of today are left to the worker, who sends them in front of whoever looks.
        for days in range(1, REMINDED.days):
            nine = clock.nearest_local(clock.local_date(self.now) - days * DAY, time(9, 0))
            self.at(nine + MINUTE, partial(self._work, (SEND,)))
        while self._acts:
            moment, _ticket, act = heappop(self._acts)
            travelling.freeze(moment)
            act(moment)
            progress((moment - begun) / (self.now - begun))

    # --- The event --------------------------------------------------------------------------------

    def _announce_at(self, one: Planned) -> datetime:
        if one.fate == "draft":
            return self.now - (one.days[0].toordinal() % 9 + 1) * DAY
        return min(one.starts_at - NOTICE, self.now - (one.days[0].toordinal() % 14 + 4) * DAY) - 3 * DAY

    def _announce(self, one: Planned, now: datetime) -> None:
        event = events.create(one.kind, self._description(one), actor=self._organiser(one), now=now)
        one.event_id = event.id
        if one.fate != "draft":
            self.at(now + 2 * DAY, partial(self._publish, one))

    def _description(self, one: Planned) -> Description:
        online, everywhere = one.rhythm.get("online", False), one.rhythm.get("everywhere", False)
        code = one.venue["commune"]
        return Description(
            title=one.subject["title"],
            half_days=one.spans,
            territory_id=self.setting.root_id if everywhere else self.setting.territory_of(code),
            mode="online" if online else "onsite",
            commune_id=None if online else self.setting.commune_of(code),
            venue_name="" if online else one.venue["name"],
            venue_address="" if online else one.venue["address"],
            online_url=f"https://visio.example/salle-{one.days[0].toordinal() % 900 + 100}" if online else "",
            capacity=None if "seats" in one.rhythm else one.kind.capacity,
            summary=one.subject["summary"],
            programme=programme(one),
            speakers=self._speakers(one),
            audience=one.kind.audience,
            key_event=one.kind.key_event,
            carpool=one.kind.carpool,
            theme_ids=frozenset(self.setting.themes[code] for code in one.subject["themes"]),
        )

    def _speakers(self, one: Planned) -> str:
        if one.kind.audience != "public" or one.kind.attendance == HEADCOUNT:
            return ""
        fields = self.setting.disciplines
        guests = [f"{' '.join(self.names())} ({self.rng.choice(fields)})" for _ in range(self.rng.choice((1, 2)))]
        return ", ".join(guests)

    def _publish(self, one: Planned, now: datetime) -> None:
        events.publish(db.session.get_one(Event, one.event_id), actor=self._organiser(one), now=now)
        if one.fate in {"held", "cancelled"} and one.ends_at < self.now - LIVED:
            act = self._look_back if one.fate == "held" else self._look_back_at_nothing
            self.at(one.starts_at - 9 * DAY if one.fate == "cancelled" else one.ends_at + DAY, partial(act, one, now))
            return
        for moment, member in self._registrants(one, now):
            self.at(moment, partial(self._register, one, member))
        if one.fate == "cancelled":
            self.at(min(one.starts_at - 9 * DAY, self.now - 2 * DAY), partial(self._call_off, one))
        if one.fate == "moved":
            self.at(self.now - 12 * MINUTE, partial(self._move, one))
        if one.fate != "cancelled":
            Door(one, self._organiser(one), self.members, self.rng, self.at).open()

    def _look_back(self, one: Planned, published: datetime, _now: datetime) -> None:
        registrants = self._registrants(one, published)
        guests = [Guest(self.person(member, moment).id, moment) for moment, member in registrants]
        others: set[int] = set()
        if one.kind.audience == "public" and one.kind.attendance != HEADCOUNT:
            others = {self.person(member, one.starts_at).id for member in passers_by(one, self.members, self.rng)}
        walk_ins = sorted(others - {guest.person_id for guest in guests})
        event = db.session.get_one(Event, one.event_id)
        happened(one, event, guests, walk_ins, self._organiser(one), self.rng)

    def _look_back_at_nothing(self, one: Planned, published: datetime, now: datetime) -> None:
        registrants = [(moment, member) for moment, member in self._registrants(one, published) if moment < now]
        guests = [Guest(self.person(member, moment).id, moment) for moment, member in registrants]
        event = db.session.get_one(Event, one.event_id)
        was_called_off(one, event, guests)
        events.cancel(event, CALLED_OFF, actor=self._organiser(one), now=now)

    def _call_off(self, one: Planned, now: datetime) -> None:
        events.cancel(db.session.get_one(Event, one.event_id), CALLED_OFF, actor=self._organiser(one), now=now)
        self.at(now + 6 * MINUTE, partial(self._work, (*INVITATIONS, *REGISTRATIONS)))

    def _move(self, one: Planned, now: datetime) -> None:
        """A week later at the same hours; the worker will tell those registered."""
        event = db.session.get_one(Event, one.event_id)
        before = event_queries.description_of(event)
        spans = tuple(Span(s.starts_at + 7 * DAY, s.ends_at + 7 * DAY, s.number) for s in before.half_days)
        values = {name: getattr(before, name) for name in Description.__slots__}
        after = Description(**{**values, "half_days": spans})
        events.edit(event, after, version=event.version, actor=self._organiser(one), now=now)

    def _work(self, jobs: tuple[Job, ...], now: datetime) -> None:
        """What the worker would have done at that moment, within our transaction."""
        for job in jobs:
            for key in job.find(now):
                job.handle(key, now)

    # --- Those who come -----------------------------------------------------------------------------

    def _registrants(self, one: Planned, published: datetime) -> list[tuple[datetime, Member]]:
        if one.kind.attendance == HEADCOUNT:
            return []
        last = one.starts_at - timedelta(hours=8)
        if one.waiting or one.fate == "now":
            last = min(last, self.now - 40 * MINUTE)
        chosen = self._choose(one)
        # Many in the first days, many in the last ones.
        shares = sorted(self.rng.betavariate(0.7, 0.8) for _ in chosen)
        return [(published + share * (last - published), member) for share, member in zip(shares, chosen, strict=True)]

    def _choose(self, one: Planned) -> list[Member]:
        """Those near, those faithful, and now and then somebody new; a closed group is always the same."""
        age = (clock.local_date(self.now) - one.days[0]).days
        known = [member for member in self.members if member.since >= age]
        home = one.venue["commune"][:2]
        if "seats" in one.rhythm or one.kind.audience == "members":
            everywhere = one.rhythm.get("everywhere") or one.kind.audience == "invited"
            group = [member for member in known if everywhere or member.department == home]
            size = one.rhythm.get("seats", one.kind.capacity)
            return self.rng.sample(group[:size], round(min(size, len(group)) * one.fill * 0.9))
        capacity = one.kind.capacity or 30
        wanted = round(capacity * one.fill) + one.waiting if one.waiting else round(capacity * one.fill * 0.92)

        def chance(member: Member) -> float:
            near = 1.0 if one.rhythm.get("everywhere") or member.department == home else 0.07
            weight = member.loyalty * near * (1.6 if member.since - age < 60 else 1.0)
            return math.log(self.rng.random()) / weight

        chosen = sorted(known, key=chance, reverse=True)[:wanted]
        self.rng.shuffle(chosen)
        if one.waiting:
            # Whoever one may sign in as has a seat where there are none left.
            chosen = [self.members[0], *(member for member in chosen if member is not self.members[0])]
        return chosen

    def _register(self, one: Planned, member: Member, now: datetime) -> None:
        event = db.session.get_one(Event, one.event_id)
        if registration_queries.door(event, now) not in {"open", "full"}:
            return
        by_staff = one.kind.audience != "public"
        registrations.register(
            event,
            self.person(member, now),
            now=now,
            actor=self._organiser(one) if by_staff else PUBLIC,
            tell=now > self.now - MAILS_KEPT,
        )
        if not one.waiting and self.rng.random() < CHANGE_OF_MIND:
            left = max(one.starts_at - timedelta(hours=3) - now, MINUTE)
            self.at(now + self.rng.random() * left, partial(self._give_back, one, member))

    def _give_back(self, one: Planned, member: Member, now: datetime) -> None:
        event = db.session.get_one(Event, one.event_id)
        registration = registration_queries.of(one.event_id, self.person(member, now).id)
        if event.status == "published" and event.starts_at > now and registration.status != Status.CANCELLED:
            mails_have_left(now)
            registrations.cancel(registration, now=now, actor=PUBLIC, by_person=True)

    def person(self, member: Member, now: datetime) -> Person:
        if member.person_id is not None:
            return db.session.get_one(Person, member.person_id)
        person = people.find_or_create(
            member.given_name,
            member.family_name,
            member.email,
            profession_code=member.profession,
            commune_id=member.places[0].territory_id,
            rpps=member.rpps if self.rng.random() < 0.45 else None,
            language=member.language,
            notice_version=1,
            now=now,
        )
        person.sites += [PracticeSite(commune_id=place.territory_id) for place in member.places[1:]]
        member.person_id = person.id
        return person

    def _organiser(self, one: Planned) -> Actor:
        return Actor("account", self.setting.organiser(one))
