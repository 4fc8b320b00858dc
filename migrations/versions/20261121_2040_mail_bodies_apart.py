"""What a mail says stands beside the mail: its many changes of state no longer write it again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_body",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail_message.id"], name=op.f("fk_mail_body_mail_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_mail_body")),
    )
    op.execute(
        "INSERT INTO mail_body (mail_id, text, html, calendar, raw) "
        "SELECT id, text, html, calendar, raw FROM mail_message WHERE text IS NOT NULL"
    )
    with op.batch_alter_table("mail_message") as batch_op:
        for name in ("text", "html", "calendar", "raw"):
            batch_op.drop_column(name)


def downgrade() -> None:
    with op.batch_alter_table("mail_message") as batch_op:
        for name in ("text", "html", "calendar"):
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("raw", sa.LargeBinary(), nullable=True))
    for name in ("text", "html", "calendar", "raw"):
        op.execute(f"UPDATE mail_message SET {name} = (SELECT {name} FROM mail_body WHERE mail_id = mail_message.id)")  # noqa: S608
    op.drop_table("mail_body")
