"""Opposition by channel, requests about data, times of keeping."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_setting",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("switched_on_at", UTCDateTime(), nullable=True),
        sa.Column("switched_on_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["switched_on_by_id"],
            ["account.id"],
            name=op.f("fk_retention_setting_switched_on_by_id_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_setting")),
        sa.UniqueConstraint("code", name=op.f("uq_retention_setting_code")),
    )
    op.create_table(
        "retention_run",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
        sa.UniqueConstraint("code", "day", name=op.f("uq_retention_run_code_day")),
    )
    op.create_table(
        "mail_opposition",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mail_opposition_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_opposition")),
        sa.UniqueConstraint("address_hash", "category", name=op.f("uq_mail_opposition_address_hash_category")),
    )
    op.create_index(op.f("ix_mail_opposition_person_id"), "mail_opposition", ["person_id"])
    op.create_table(
        "channel_refusal",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_channel_refusal_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_refusal")),
        sa.UniqueConstraint("person_id", "channel", name=op.f("uq_channel_refusal_person_id_channel")),
    )
    op.create_table(
        "privacy_request",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_by", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_privacy_request_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["account.id"],
            name=op.f("fk_privacy_request_recorded_by_id_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
    )
    op.create_index(op.f("ix_privacy_request_person_id"), "privacy_request", ["person_id"])
    op.create_index(op.f("ix_privacy_request_answered_on"), "privacy_request", ["answered_on"])
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("counted_as", sa.Integer(), nullable=True))
    op.execute("UPDATE person SET counted_as = id WHERE anonymised_at IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_column("counted_as")
    op.drop_table("privacy_request")
    op.drop_table("channel_refusal")
    op.drop_table("mail_opposition")
    op.drop_table("retention_run")
    op.drop_table("retention_setting")
