"""An extract is recognised by its size and CRC-32, the same zipped or not."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("register_import") as batch_op:
        batch_op.drop_column("file_sha256")
        batch_op.add_column(sa.Column("file_checksum", sa.String(length=40), server_default="", nullable=False))
    with op.batch_alter_table("register_import") as batch_op:
        batch_op.alter_column("file_checksum", existing_type=sa.String(length=40), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("register_import") as batch_op:
        batch_op.drop_column("file_checksum")
        batch_op.add_column(sa.Column("file_sha256", sa.String(length=64), server_default="", nullable=False))
