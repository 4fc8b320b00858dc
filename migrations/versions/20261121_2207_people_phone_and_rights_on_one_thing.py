"""A telephone, a number that is somebody else's, and rights on one thing instead of a territory."""

import sqlalchemy as sa
from alembic import op

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


def downgrade() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_rpps_claimed"))
        batch_op.drop_column("phone")
        batch_op.drop_column("rpps_claimed")
    with op.batch_alter_table("account_grant") as batch_op:
        batch_op.drop_column("subject")
