"""Calendar entries of single half-days."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("half_day") as batch_op:
        batch_op.add_column(sa.Column("cancelled_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("cancelled_sequence", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("cancellation_reason", sa.String(length=300), server_default="", nullable=False))
    with op.batch_alter_table("half_day") as batch_op:
        batch_op.alter_column("cancellation_reason", server_default=None)
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("tell_asked_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("tell_asked_at")
    with op.batch_alter_table("half_day") as batch_op:
        batch_op.drop_column("cancellation_reason")
        batch_op.drop_column("cancelled_sequence")
        batch_op.drop_column("cancelled_at")
