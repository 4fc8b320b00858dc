"""A telephone, a number that is somebody else's, and rights on one thing instead of a territory."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account_grant") as batch_op:
        batch_op.add_column(sa.Column("subject", sa.String(length=40), server_default="", nullable=False))
    with op.batch_alter_table("account_grant") as batch_op:
        batch_op.alter_column("subject", existing_type=sa.String(length=40), server_default=None)
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("rpps_claimed", sa.String(length=11), nullable=True))
        batch_op.add_column(sa.Column("phone", sa.String(length=20), nullable=True))
        batch_op.create_index(batch_op.f("ix_person_rpps_claimed"), ["rpps_claimed"])
    op.create_table(
        "acceptance",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_acceptance_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
        sa.UniqueConstraint("person_id", "document", "version", name=op.f("uq_acceptance_person_id_document_version")),
    )
    with op.batch_alter_table("acceptance") as batch_op:
        batch_op.create_index(batch_op.f("ix_acceptance_person_id"), ["person_id"])


def downgrade() -> None:
    op.drop_table("acceptance")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_rpps_claimed"))
        batch_op.drop_column("phone")
        batch_op.drop_column("rpps_claimed")
    with op.batch_alter_table("account_grant") as batch_op:
        batch_op.drop_column("subject")
