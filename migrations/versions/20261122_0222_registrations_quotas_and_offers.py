"""Seats kept for groups, and seats offered for a while."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_COUNTERS = ("quota_count", "seats_held", "online_taken", "online_held", "online_waiting")
_HOURS = ("offer_hours", "stop_hours")
_WITHIN = (
    "capacity IS NULL OR capacity >= seats_taken + seats_held"
    " + CASE WHEN mode = 'hybrid' THEN -online_taken ELSE online_held END"
)
_ONLINE_WITHIN = "mode <> 'hybrid' OR online_capacity IS NULL OR online_capacity >= online_taken + online_held"
_ONLINE = "online_taken >= 0 AND online_taken <= seats_taken"


def upgrade() -> None:
    _quotas()
    with op.batch_alter_table("event") as batch_op:
        for name in _COUNTERS:
            batch_op.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        for name in _HOURS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
    # The default was for the rows that stood there.
    with op.batch_alter_table("event") as batch_op:
        for name in _COUNTERS:
            batch_op.alter_column(name, server_default=None)
        batch_op.drop_constraint(batch_op.f("ck_event_seats_within_capacity"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_event_seats_within_capacity"), _WITHIN)
        batch_op.create_check_constraint(batch_op.f("ck_event_online_within_capacity"), _ONLINE_WITHIN)
        batch_op.create_check_constraint(batch_op.f("ck_event_online_taken_within_seats"), _ONLINE)
    with op.batch_alter_table("registration") as batch_op:
        batch_op.add_column(sa.Column("attends", sa.String(length=10), server_default="onsite", nullable=False))
        batch_op.add_column(sa.Column("quota_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("offered_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("offer_expires_at", UTCDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_registration_quota_id"), ["quota_id"])
        batch_op.create_index(batch_op.f("ix_registration_offer_expires_at"), ["offer_expires_at"])
        batch_op.create_foreign_key(
            batch_op.f("fk_registration_quota_id_quota"), "quota", ["quota_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("registration") as batch_op:
        batch_op.alter_column("attends", server_default=None)
    # Whoever is registered for a meeting on line is counted there, or could never leave it.
    op.execute("UPDATE event SET online_taken = seats_taken, online_waiting = waiting WHERE mode = 'online'")
    op.execute(
        "UPDATE registration SET attends = 'online' WHERE event_id IN (SELECT id FROM event WHERE mode = 'online')"
    )


def _quotas() -> None:
    op.create_table(
        "quota",
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("kind_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("profession_codes", sa.JSON(), nullable=False),
        sa.Column("attends", sa.String(length=10), nullable=False),
        sa.Column("is_guests_only", sa.Boolean(), nullable=False),
        sa.Column("release_days", sa.Integer(), nullable=True),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(event_id IS NULL) <> (kind_id IS NULL)", name=op.f("ck_quota_of_one_event_or_one_kind")),
        sa.CheckConstraint("taken >= 0 AND waiting >= 0", name=op.f("ck_quota_counters_positive")),
        sa.CheckConstraint("released_at IS NOT NULL OR taken <= capacity", name=op.f("ck_quota_taken_within_capacity")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_quota_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["kind_id"], ["event_kind.id"], name=op.f("fk_quota_kind_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
    )
    with op.batch_alter_table("quota") as batch_op:
        batch_op.create_index(batch_op.f("ix_quota_event_id"), ["event_id"])
        batch_op.create_index(batch_op.f("ix_quota_kind_id"), ["kind_id"])


def downgrade() -> None:
    # Whoever was offered a seat held it.
    op.execute("UPDATE registration SET status = 'confirmed', confirmed_at = offered_at WHERE status = 'offered'")
    with op.batch_alter_table("registration") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_registration_quota_id_quota"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_registration_offer_expires_at"))
        batch_op.drop_index(batch_op.f("ix_registration_quota_id"))
        for name in ("offer_expires_at", "offered_at", "quota_id", "attends"):
            batch_op.drop_column(name)
    # One room again: whoever was on line does not fit under the capacity of the place.
    op.execute("UPDATE event SET capacity = seats_taken WHERE capacity IS NOT NULL AND capacity < seats_taken")
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_event_online_taken_within_seats"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_event_online_within_capacity"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_event_seats_within_capacity"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_event_seats_within_capacity"), "capacity IS NULL OR seats_taken <= capacity"
        )
        for name in (*_HOURS, *_COUNTERS):
            batch_op.drop_column(name)
    op.drop_table("quota")
