"""People: the address a person is recognised by, unique so that a double press makes one person"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("email_key", sa.String(length=254), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_person_email_key"), ["email_key"])


def downgrade() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_person_email_key"), type_="unique")
        batch_op.drop_column("email_key")
