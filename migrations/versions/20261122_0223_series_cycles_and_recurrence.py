"""Meetings that belong together."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_series",
        sa.Column("is_cycle", sa.Boolean(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=True),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["account.id"], name=op.f("fk_event_series_organiser_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_event_series_territory_id_territory")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_series")),
        sa.UniqueConstraint("slug", name=op.f("uq_event_series_slug")),
    )
    for column in ("territory_id", "organiser_id"):
        op.create_index(op.f(f"ix_event_series_{column}"), "event_series", [column])
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("series_position", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("planned_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("is_detached", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_event_series_id_series_position"), ["series_id", "series_position"])
        batch_op.create_foreign_key(
            batch_op.f("fk_event_series_id_event_series"), "event_series", ["series_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("is_detached", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_event_series_id_event_series"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_event_series_id_series_position"))
        for column in ("is_detached", "planned_on", "series_position", "series_id"):
            batch_op.drop_column(column)
    op.drop_table("event_series")
