"""A reminder rule holds from a moment on: one added late sends nothing of the past."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    with op.batch_alter_table("reminder_rule") as batch_op:
        batch_op.add_column(sa.Column("holds_from", UTCDateTime(), nullable=True))
    rule = sa.table("reminder_rule", sa.column("holds_from", UTCDateTime()))
    op.execute(rule.update().values(holds_from=LONG_AGO))
    with op.batch_alter_table("reminder_rule") as batch_op:
        batch_op.alter_column("holds_from", existing_type=UTCDateTime(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("reminder_rule") as batch_op:
        batch_op.drop_column("holds_from")
