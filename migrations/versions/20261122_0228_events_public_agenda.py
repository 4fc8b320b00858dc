"""What the public agenda needs: events held by others, and words to be searched without their accents."""

import sqlalchemy as sa
from alembic import op

from cop.people.rules import search_name

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_event = sa.table(
    "event",
    *(sa.column(name, sa.String) for name in ("title", "summary", "speakers", "search_text")),
    sa.column("id", sa.Integer),
)


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("outside_url", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_event)).all():
        words = search_name(row.title, row.speakers, row.summary)
        connection.execute(sa.update(_event).where(_event.c.id == row.id).values(search_text=words))
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("outside_url", server_default=None)
        batch_op.alter_column("search_text", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("search_text")
        batch_op.drop_column("outside_url")
