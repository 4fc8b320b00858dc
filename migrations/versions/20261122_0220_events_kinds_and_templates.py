"""What a kind sets, events kept as templates, and what an event changes of its kind's reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_FLAGS = ("wants_approval", "offers_colleagues", "offers_arrangement", "offers_carpool")
_HOURS = ("closes_hours_before", "offer_hours", "stop_hours")


def upgrade() -> None:
    with op.batch_alter_table("event_kind") as batch_op:
        for name in _FLAGS:
            batch_op.add_column(sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
        for name in _HOURS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("offers_carpool", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("template_name", sa.String(length=120), server_default="", nullable=False))
    with op.batch_alter_table("half_day") as batch_op:
        batch_op.add_column(sa.Column("children", sa.Integer(), nullable=True))
    # The default was for the rows that stood there.
    with op.batch_alter_table("event_kind") as batch_op:
        for name in _FLAGS:
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("offers_carpool", server_default=None)
        batch_op.alter_column("template_name", server_default=None)
    op.create_table(
        "reminder_exception",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_reminder_exception_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["reminder_rule.id"], name=op.f("fk_reminder_exception_rule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_exception")),
        sa.UniqueConstraint("event_id", "rule_id", name=op.f("uq_reminder_exception_event_id_rule_id")),
    )
    with op.batch_alter_table("reminder_exception") as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_exception_rule_id"), ["rule_id"])


def downgrade() -> None:
    op.drop_table("reminder_exception")
    with op.batch_alter_table("half_day") as batch_op:
        batch_op.drop_column("children")
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("template_name")
        batch_op.drop_column("offers_carpool")
    with op.batch_alter_table("event_kind") as batch_op:
        for name in (*_FLAGS, *_HOURS):
            batch_op.drop_column(name)
