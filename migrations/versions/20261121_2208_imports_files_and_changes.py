"""Imports of tables, and the changes that can be undone."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _changes()


def _changes() -> None:
    op.create_table(
        "row_change",
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("table_name", sa.String(length=80), nullable=False),
        sa.Column("row_key", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_change")),
    )
    with op.batch_alter_table("row_change") as batch_op:
        batch_op.create_index(batch_op.f("ix_row_change_origin"), ["origin"])
        batch_op.create_index(batch_op.f("ix_row_change_at"), ["at"])
        batch_op.create_index(batch_op.f("ix_row_change_table_name_row_key"), ["table_name", "row_key"])


def downgrade() -> None:
    op.drop_table("row_change")
