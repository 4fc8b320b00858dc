"""Who approves, organises, speaks; what is joined to an event."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TEXTS = {"objectives": sa.Text(), "venue_access": sa.Text(), "review_note": sa.String(length=500)}


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        for name, kind in _TEXTS.items():
            batch_op.add_column(sa.Column(name, kind, server_default="", nullable=False))
        batch_op.add_column(sa.Column("online_capacity", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("submitted_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("closed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("closed_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_event_closed_by_id_account"), "account", ["closed_by_id"], ["id"], ondelete="SET NULL"
        )
    # The default was for the rows that stood there.
    with op.batch_alter_table("event") as batch_op:
        for name, kind in _TEXTS.items():
            batch_op.alter_column(name, existing_type=kind, server_default=None)
    _create_team()
    _create_documents()


def _create_team() -> None:
    op.create_table(
        "event_member",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("organisation", sa.String(length=160), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_event_member_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_member_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_event_member_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_member")),
        sa.UniqueConstraint("event_id", "account_id", "role", name=op.f("uq_event_member_event_id_account_id_role")),
        sa.UniqueConstraint("event_id", "person_id", "role", name=op.f("uq_event_member_event_id_person_id_role")),
    )
    with op.batch_alter_table("event_member") as batch_op:
        batch_op.create_index(batch_op.f("ix_event_member_account_id"), ["account_id"])
        batch_op.create_index(batch_op.f("ix_event_member_person_id"), ["person_id"])
    op.create_table(
        "event_partner",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_partner_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_event_partner_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_partner")),
        sa.UniqueConstraint(
            "event_id", "organisation_id", "role", name=op.f("uq_event_partner_event_id_organisation_id_role")
        ),
    )
    with op.batch_alter_table("event_partner") as batch_op:
        batch_op.create_index(batch_op.f("ix_event_partner_organisation_id"), ["organisation_id"])


def _create_documents() -> None:
    op.create_table(
        "event_document",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("seen_by", sa.String(length=20), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["account.id"], name=op.f("fk_event_document_added_by_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_document_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_document")),
    )
    op.create_table(
        "event_link",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("seen_by", sa.String(length=20), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_link_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_link")),
    )
    with op.batch_alter_table("event_document") as batch_op:
        batch_op.create_index(batch_op.f("ix_event_document_added_by_id"), ["added_by_id"])
        batch_op.create_index(batch_op.f("ix_event_document_event_id"), ["event_id"])
    with op.batch_alter_table("event_link") as batch_op:
        batch_op.create_index(batch_op.f("ix_event_link_event_id"), ["event_id"])


def downgrade() -> None:
    # Older code shows to everybody whatever is no draft.
    op.execute("UPDATE event SET status = 'draft' WHERE status IN ('submitted', 'template', 'postponed')")
    for table in ("event_link", "event_document", "event_partner", "event_member"):
        op.drop_table(table)
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_event_closed_by_id_account"), type_="foreignkey")
        for name in ("closed_by_id", "closed_at", "submitted_at", "online_capacity", *_TEXTS):
            batch_op.drop_column(name)
