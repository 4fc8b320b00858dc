"""What came in by mail, and the answers people gave in their calendar."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_mark",
        sa.Column("folder", sa.String(length=120), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_mark")),
        sa.UniqueConstraint("folder", name=op.f("uq_inbox_mark_folder")),
    )
    op.create_table(
        "inbox_mail",
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("sender_name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("calendar", sa.LargeBinary(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("handled_at", UTCDateTime(), nullable=True),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_inbox_mail_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_inbox_mail_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_mail")),
        sa.UniqueConstraint("place", name=op.f("uq_inbox_mail_place")),
    )
    with op.batch_alter_table("inbox_mail") as batch_op:
        batch_op.create_index("ix_inbox_mail_due", ["state", "kind", "id"])
        batch_op.create_index(batch_op.f("ix_inbox_mail_event_id"), ["event_id"])
        batch_op.create_index(batch_op.f("ix_inbox_mail_message_id"), ["message_id"])
        batch_op.create_index(batch_op.f("ix_inbox_mail_person_id"), ["person_id"])
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.add_column(sa.Column("answered_sequence", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("answered_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("answer_taken_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("asked_again_sequence", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.alter_column("answered_sequence", existing_type=sa.Integer(), server_default=None)
        batch_op.alter_column("asked_again_sequence", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.drop_column("asked_again_sequence")
        batch_op.drop_column("answer_taken_at")
        batch_op.drop_column("answered_at")
        batch_op.drop_column("answered_sequence")
    op.drop_table("inbox_mail")
    op.drop_table("inbox_mark")
