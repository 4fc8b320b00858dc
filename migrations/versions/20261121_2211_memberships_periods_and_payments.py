"""Memberships, payments, receipts, renewals."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "membership_kind",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name_fr", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("purpose_fr", sa.String(length=300), nullable=False),
        sa.Column("purpose_en", sa.String(length=300), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("offered_to", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("import_names", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_membership_kind_code")),
    )
    op.create_table(
        "membership_receipt_series",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_membership_receipt_series")),
    )
    op.create_table(
        "membership_renewal_step",
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("text_fr", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_renewal_step")),
        sa.UniqueConstraint("audience", "days_before", name=op.f("uq_membership_renewal_step_audience_days_before")),
    )
    op.create_table(
        "membership_settings",
        sa.Column("how_to_pay_fr", sa.Text(), nullable=False),
        sa.Column("how_to_pay_en", sa.Text(), nullable=False),
        sa.Column("renewal_opens_days", sa.Integer(), nullable=False),
        sa.Column("campaign_on", sa.Boolean(), nullable=False),
        sa.Column("tax_reduction", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_settings")),
    )
    op.create_table(
        "membership",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kind_id"], ["membership_kind.id"], name=op.f("fk_membership_kind_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("key", name=op.f("uq_membership_key")),
    )
    op.create_index(op.f("ix_membership_kind_id"), "membership", ["kind_id"], unique=False)
    op.create_index(op.f("ix_membership_organisation_id"), "membership", ["organisation_id"], unique=False)
    op.create_index("ix_membership_period", "membership", ["starts_on", "ends_on"], unique=False)
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"], unique=False)
    op.create_table(
        "membership_payment",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("cancel_reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cancelled_by_id"], ["account.id"], name=op.f("fk_membership_payment_cancelled_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_membership_payment_membership_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_membership_payment_recorded_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_payment")),
        sa.UniqueConstraint("key", name=op.f("uq_membership_payment_key")),
    )
    op.create_index(op.f("ix_membership_payment_membership_id"), "membership_payment", ["membership_id"], unique=False)
    op.create_table(
        "membership_receipt",
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_membership_receipt_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_receipt")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_membership_receipt_year_number")),
    )
    op.create_index(op.f("ix_membership_receipt_membership_id"), "membership_receipt", ["membership_id"], unique=False)


def downgrade() -> None:
    op.drop_table("membership_receipt")
    op.drop_table("membership_payment")
    op.drop_table("membership")
    op.drop_table("membership_settings")
    op.drop_table("membership_renewal_step")
    op.drop_table("membership_receipt_series")
    op.drop_table("membership_kind")
