"""Journeys shared to a meeting: seats offered or looked for, and who wrote to whom."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journey",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("leaves_at", sa.String(length=5), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("consented_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["commune_id"], ["territory.id"], name=op.f("fk_journey_commune_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_journey_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_journey_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_journey_event_id_person_id")),
    )
    with op.batch_alter_table("journey") as batch_op:
        batch_op.create_index(batch_op.f("ix_journey_commune_id"), ["commune_id"])
        batch_op.create_index(batch_op.f("ix_journey_person_id"), ["person_id"])
    op.create_table(
        "journey_answer",
        sa.Column("journey_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["journey_id"], ["journey.id"], name=op.f("fk_journey_answer_journey_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_journey_answer_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_answer")),
        sa.UniqueConstraint("journey_id", "person_id", name=op.f("uq_journey_answer_journey_id_person_id")),
    )
    with op.batch_alter_table("journey_answer") as batch_op:
        batch_op.create_index(batch_op.f("ix_journey_answer_person_id"), ["person_id"])


def downgrade() -> None:
    op.drop_table("journey_answer")
    op.drop_table("journey")
