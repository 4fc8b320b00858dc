"""What an event asks, and what was answered."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("kind_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("hint", sa.String(length=300), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("event_id IS NULL OR kind_id IS NULL", name=op.f("ck_question_of_one_owner")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_question_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["kind_id"], ["event_kind.id"], name=op.f("fk_question_kind_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_event_id_position"), ["event_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_kind_id_position"), ["kind_id", "position"], unique=False)
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("registration_closes_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("takes_colleagues", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("asks_arrangement", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("form_revision", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("event", schema=None) as batch_op:
        for name in ("takes_colleagues", "asks_arrangement", "form_revision"):
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("registered_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("arrangement", sa.Text(), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_registration_registered_by_id"), "person", ["registered_by_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(batch_op.f("ix_registration_registered_by_id"), ["registered_by_id"], unique=False)
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.alter_column("arrangement", server_default=None)
    op.create_table(
        "registration_answer",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_answer_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_registration_answer_question_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_registration_answer_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_answer")),
        sa.UniqueConstraint(
            "registration_id", "question_id", name=op.f("uq_registration_answer_registration_id_question_id")
        ),
    )
    with op.batch_alter_table("registration_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_answer_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_answer_question_id"), ["question_id"], unique=False)


def downgrade() -> None:
    op.drop_table("registration_answer")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_registration_registered_by_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_registration_registered_by_id"))
        for name in ("arrangement", "registered_by_id"):
            batch_op.drop_column(name)
    with op.batch_alter_table("event", schema=None) as batch_op:
        for name in ("form_revision", "asks_arrangement", "takes_colleagues", "registration_closes_at"):
            batch_op.drop_column(name)
    op.drop_table("question")
