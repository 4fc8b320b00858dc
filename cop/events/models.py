"""Events, their kinds and their half-days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from cop.accounts.models import Account
from cop.core import personal
from cop.core.clock import local
from cop.core.db import Base, Numbered, UTCDateTime
from cop.core.i18n import _l
from cop.events.models_series import EventSeries
from cop.people.rules import search_name
from cop.territories.models import Territory
from cop.territories.rules import department_of_commune


class EventKind(Numbered):
    """A kind of meeting, seeded by a preset, editable on screen: study morning, steering committee…"""

    __tablename__ = "event_kind"

    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name_fr: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str] = mapped_column(sa.String(80))
    purpose_fr: Mapped[str] = mapped_column(sa.String(300), default="")
    purpose_en: Mapped[str] = mapped_column(sa.String(300), default="")
    starts_at: Mapped[str] = mapped_column(sa.String(5), default="09:00")  # usual local start, HH:MM
    duration_minutes: Mapped[int]  # of one half-day
    half_days: Mapped[int] = mapped_column(default=1)
    capacity: Mapped[int | None]
    key_event: Mapped[bool] = mapped_column("is_key_event", default=False)
    attendance: Mapped[str] = mapped_column(sa.String(20), default="by_half_day")  # by_half_day, by_name, headcount
    audience: Mapped[str] = mapped_column(sa.String(20), default="public")  # public, members, invited
    approval: Mapped[bool] = mapped_column("wants_approval", default=False)  # read before it is published
    # Hours before the start; none: up to the start itself.
    closes_hours_before: Mapped[int | None]  # registration
    offer_hours: Mapped[int | None]  # how long a seat is kept for who is next in line; none: given at once
    stop_hours: Mapped[int | None]  # from here on nobody moves up the waiting list
    # What a new event of this kind offers, unless its animator says otherwise.
    colleagues: Mapped[bool] = mapped_column("offers_colleagues", default=False)
    arrangement: Mapped[bool] = mapped_column("offers_arrangement", default=False)
    carpool: Mapped[bool] = mapped_column("offers_carpool", default=False)
    position: Mapped[int] = mapped_column(default=0)
    archived: Mapped[bool] = mapped_column("is_archived", default=False)


class Theme(Numbered):
    __tablename__ = "theme"

    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name_fr: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str] = mapped_column(sa.String(120))
    position: Mapped[int] = mapped_column(default=0)


event_theme = sa.Table(
    "event_theme",
    Base.metadata,
    sa.Column("event_id", sa.ForeignKey("event.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("theme_id", sa.ForeignKey("theme.id"), primary_key=True, index=True),
)


class Event(Numbered):
    """One meeting, of one or several half-days.

    ``calendar_sequence`` is raised by what changes people's plans (date, time, place, link,
    cancellation: RFC 5546 2.1.4), ``calendar_revision`` by anything a calendar entry shows.
    ``seats_taken`` and ``waiting`` are counters kept by ``registrations``.
    """

    __tablename__ = "event"
    __table_args__ = (
        sa.Index(None, "status", "starts_at"),
        sa.Index(None, "series_id", "series_position"),
        sa.CheckConstraint("seats_taken >= 0", name="seats_taken_positive"),
        sa.CheckConstraint("online_taken >= 0 AND online_taken <= seats_taken", name="online_taken_within_seats"),
        # Of a hybrid event the two sides are counted apart, of another one all together.
        sa.CheckConstraint(
            "capacity IS NULL OR capacity >= seats_taken + seats_held"
            " + CASE WHEN mode = 'hybrid' THEN -online_taken ELSE online_held END",
            name="seats_within_capacity",
        ),
        sa.CheckConstraint(
            "mode <> 'hybrid' OR online_capacity IS NULL OR online_capacity >= online_taken + online_held",
            name="online_within_capacity",
        ),
    )

    slug: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind_id: Mapped[int] = mapped_column(sa.ForeignKey("event_kind.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    summary: Mapped[str] = mapped_column(sa.Text, default="")  # plain text, a few paragraphs
    programme: Mapped[str] = mapped_column(sa.Text, default="")  # one line per step: « 9 h Accueil »
    objectives: Mapped[str] = mapped_column(sa.Text, default="")  # one a line
    speakers: Mapped[str] = mapped_column(sa.String(500), default="")
    territory_id: Mapped[int] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    # What it is held for: whoever leads the project may change the event.
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id", ondelete="SET NULL"), index=True)
    mode: Mapped[str] = mapped_column(sa.String(10), default="onsite")  # onsite, online, hybrid
    venue_name: Mapped[str] = mapped_column(sa.String(200), default="")
    venue_address: Mapped[str] = mapped_column(sa.String(300), default="")
    venue_access: Mapped[str] = mapped_column(sa.Text, default="")  # how to come: bus, parking, the way in
    commune_id: Mapped[int | None] = mapped_column(sa.ForeignKey("territory.id"), index=True)
    # The community of practice whose meeting it is, if any.
    community_id: Mapped[int | None] = mapped_column(sa.ForeignKey("community.id", ondelete="SET NULL"), index=True)
    online_url: Mapped[str] = mapped_column(sa.String(500), default="")  # shown to the registered only
    capacity: Mapped[int | None]
    online_capacity: Mapped[int | None]  # of a hybrid event: ``capacity`` is then on site
    seats_taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    # Held: kept for groups and not taken yet, on site and on line. Of those with a seat and of those who wait, how many
    # come on line: a hybrid event has two capacities.
    quota_count: Mapped[int] = mapped_column(default=0)
    seats_held: Mapped[int] = mapped_column(default=0)
    online_taken: Mapped[int] = mapped_column(default=0)
    online_held: Mapped[int] = mapped_column(default=0)
    online_waiting: Mapped[int] = mapped_column(default=0)
    offer_hours: Mapped[int | None]  # how long a freed seat is offered to who is next in line; none: given at once
    stop_hours: Mapped[int | None]  # so many hours before the start, nobody is called from the waiting list any more
    status: Mapped[str] = mapped_column(sa.String(20), default="draft")  # rules.DRAFT and those after it
    audience: Mapped[str] = mapped_column(sa.String(20), default="public")
    # The registration form. ``form_revision`` is raised by every change of what it asks.
    registration_closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # none: when the event begins
    colleagues: Mapped[bool] = mapped_column("takes_colleagues", default=False)
    arrangement: Mapped[bool] = mapped_column("asks_arrangement", default=False)
    form_revision: Mapped[int] = mapped_column(default=0)
    key_event: Mapped[bool] = mapped_column("is_key_event", default=False)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)  # of the first half-day
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)  # of the last one
    time_zone: Mapped[str] = mapped_column(sa.String(60), default="Europe/Paris")
    # Among others: a seminar of a cycle, a date of a regular meeting; then the local day its rule gave, and whether it
    # was changed by hand since.
    series_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event_series.id", ondelete="SET NULL"))
    series_position: Mapped[int | None]
    planned_on: Mapped[date | None]
    detached: Mapped[bool] = mapped_column("is_detached", default=False)
    organiser_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        index=True,
        info=personal.link(_l("Meetings you organise"), personal.OnErasure.UNLINK),
    )
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    calendar_revision: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)  # optimistic lock: two animators editing at once
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancellation_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # to whoever approves
    review_note: Mapped[str] = mapped_column(sa.String(500), default="")  # what is to be changed before it is published
    # Its figures are final: attendance no longer changes.
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Meetings you closed"), personal.OnErasure.UNLINK),
    )
    carpool: Mapped[bool] = mapped_column("offers_carpool", default=False)
    template_name: Mapped[str] = mapped_column(sa.String(120), default="")  # what a template is called
    # When somebody asked that a change be told at once, without waiting for the event to be still.
    tell_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Held by others, who register people themselves: where to do it.
    outside_url: Mapped[str] = mapped_column(sa.String(500), default="")
    # What the agenda's search reads: words as they are searched, kept by ``_keep_searched``.
    search_text: Mapped[str] = mapped_column(sa.Text, default="")

    kind: Mapped[EventKind] = relationship()
    territory: Mapped[Territory] = relationship(foreign_keys=territory_id)
    commune: Mapped[Territory | None] = relationship(foreign_keys=commune_id)
    organiser: Mapped[Account | None] = relationship(foreign_keys=organiser_id)
    closed_by: Mapped[Account | None] = relationship(foreign_keys=closed_by_id)
    series: Mapped[EventSeries | None] = relationship()
    themes: Mapped[list[Theme]] = relationship(secondary=event_theme, order_by=Theme.position)
    half_days: Mapped[list["HalfDay"]] = relationship(
        back_populates="event", cascade="all, delete-orphan", order_by="HalfDay.starts_at"
    )

    @property
    def held_half_days(self) -> list["HalfDay"]:
        """Those that take place, in order."""
        return [half_day for half_day in self.half_days if half_day.cancelled_at is None]

    @validates("title", "speakers", "summary")
    def _keep_searched(self, name: str, value: str) -> str:
        words = {"title": self.title, "speakers": self.speakers, "summary": self.summary, name: value}
        self.search_text = search_name(*(word or "" for word in words.values()))
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def local_start(self) -> datetime:
        """The start as the people who come read it on a clock."""
        return local(self.starts_at, self.zone)

    @property
    def commune_line(self) -> str:
        """« Angers (49) », as one says where a place is."""
        return f"{self.commune.name} ({department_of_commune(self.commune.code)})" if self.commune else ""

    @property
    def cycle(self) -> EventSeries | None:
        """The cycle it is a seminar of: one registers there, for all of them."""
        return self.series if self.series_id and self.series and self.series.cycle else None

    @property
    def all_seats(self) -> int | None:
        """How many people may come in all; none when they are not counted."""
        return all_seats(self.mode, self.capacity, self.online_capacity)

    def registration_closed(self, now: datetime) -> bool:
        """Whether the last moment to register here has passed, while the event is still to come."""
        if self.status != "published" or self.outside_url or self.kind.attendance == "headcount":
            return False
        return self.registration_closes_at is not None and self.registration_closes_at <= now < self.starts_at

    @property
    def seats_for_all(self) -> int | None:
        """Seats left that are kept for no group."""
        left = self.seats_left
        return None if left is None else max(0, left - self.seats_held - self.online_held)

    @property
    def seats_left(self) -> int | None:
        return None if self.all_seats is None else max(0, self.all_seats - self.seats_taken)


def all_seats(mode: str, capacity: int | None, online_capacity: int | None) -> int | None:
    """Those of both sides of a hybrid event; none when one of them is not counted."""
    if mode != "hybrid" or capacity is None:
        return capacity
    return None if online_capacity is None else capacity + online_capacity


class HalfDay(Numbered):
    """The unit of attendance: a morning, an afternoon, an evening."""

    __tablename__ = "half_day"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    headcount: Mapped[int | None]  # people counted without names (public meetings)
    children: Mapped[int | None]  # how many of them were children; none: nobody said
    # Called off while the rest of the event is held. ``cancelled_sequence``: the event's ``calendar_sequence`` then,
    # so that whoever was told before reads that it is news.
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_sequence: Mapped[int | None]
    cancellation_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="SET NULL"),
        info=personal.link(_l("Attendance lists you closed"), personal.OnErasure.UNLINK),
    )

    event: Mapped[Event] = relationship(back_populates="half_days")
