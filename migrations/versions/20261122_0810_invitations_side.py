"""The side of a hybrid meeting that an entry in a calendar is for. Those told before keep both, as they were told."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitation", sa.Column("attends", sa.String(length=10), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.drop_column("attends")
