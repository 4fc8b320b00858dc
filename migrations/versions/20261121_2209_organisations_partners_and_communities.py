"""Organisations, exchanges with them, communities."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _organisations()
    _people_of_organisations()
    _communities()
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("community_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_event_community_id"), ["community_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_event_community_id_community"), "community", ["community_id"], ["id"], ondelete="SET NULL"
        )


def _organisations() -> None:
    op.create_table(
        "organisation_kind",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_fr", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("acronym", sa.String(length=20), nullable=False),
        sa.Column("dormant_months", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_kind_code")),
    )
    op.create_table(
        "organisation",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("acronym", sa.String(length=40), nullable=False),
        sa.Column("search_name", sa.String(length=260), nullable=False),
        sa.Column("twin_key", sa.String(length=260), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=True),
        sa.Column("covers_id", sa.Integer(), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("secure_email", sa.String(length=254), nullable=False),
        sa.Column("operator", sa.String(length=20), nullable=False),
        sa.Column("contract_reference", sa.String(length=80), nullable=False),
        sa.Column("finess", sa.String(length=9), nullable=True),
        sa.Column("notes", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("archived_at", UTCDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["commune_id"], ["territory.id"], name=op.f("fk_organisation_commune_id_territory")),
        sa.ForeignKeyConstraint(["covers_id"], ["territory.id"], name=op.f("fk_organisation_covers_id_territory")),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["organisation_kind.id"], name=op.f("fk_organisation_kind_id_organisation_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("twin_key", name=op.f("uq_organisation_twin_key")),
    )
    for column in ("search_name", "kind_id", "commune_id", "covers_id", "finess"):
        op.create_index(op.f(f"ix_organisation_{column}"), "organisation", [column])


def _people_of_organisations() -> None:
    op.create_table(
        "affiliation",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_main_contact", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("informed_on", sa.Date(), nullable=True),
        sa.Column("listed_since", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name=op.f("ck_affiliation_period")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_affiliation_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_affiliation_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
    )
    for column in ("person_id", "organisation_id"):
        op.create_index(op.f(f"ix_affiliation_{column}"), "affiliation", [column])
    _one_open("uq_affiliation_open", "affiliation", ["person_id", "organisation_id"], "ends_on IS NULL")
    op.create_table(
        "exchange",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=280), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_exchange_account_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["person.id"], name=op.f("fk_exchange_contact_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_exchange_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
    )
    for columns in (["organisation_id", "day"], ["day"], ["account_id"], ["contact_id"]):
        op.create_index(op.f("ix_exchange_" + "_".join(columns)), "exchange", columns)


def _communities() -> None:
    op.create_table(
        "community",
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("practice", sa.String(length=300), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("rhythm", sa.String(length=200), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("charter_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("archived_at", UTCDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_community_territory_id_territory")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("slug", name=op.f("uq_community_slug")),
    )
    op.create_index(op.f("ix_community_territory_id"), "community", ["territory_id"])
    op.create_table(
        "community_charter",
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_community_charter_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_charter")),
        sa.UniqueConstraint("community_id", "version", name=op.f("uq_community_charter_community_id_version")),
    )
    op.create_table(
        "community_member",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("is_animator", sa.Boolean(), nullable=False),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.Column("suspended_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_community_member_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_community_member_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_member")),
    )
    for column in ("person_id", "community_id"):
        op.create_index(op.f(f"ix_community_member_{column}"), "community_member", [column])
    _one_open("uq_community_member_open", "community_member", ["person_id", "community_id"], "left_on IS NULL")


def _one_open(name: str, table: str, columns: list[str], condition: str) -> None:
    """One row in force at a time; those that are over stay as history."""
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_event_community_id_community"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_event_community_id"))
        batch_op.drop_column("community_id")
    for table in ("community_member", "community_charter", "community"):
        op.drop_table(table)
    for table in ("exchange", "affiliation", "organisation", "organisation_kind"):
        op.drop_table(table)
