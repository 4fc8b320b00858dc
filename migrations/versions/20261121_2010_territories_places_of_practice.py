"""Practices of the register are kept by place and profession, as packed fingerprints."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Practices are rebuilt by the next import, so nothing is carried over.
    op.drop_table("register_practice")
    op.create_table(
        "register_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=True),
        sa.Column("department_code", sa.String(length=3), nullable=False),
        sa.Column("postal_code", sa.String(length=5), nullable=True),
        sa.ForeignKeyConstraint(["commune_id"], ["territory.id"], name="fk_register_place_commune_id"),
        sa.PrimaryKeyConstraint("id", name="pk_register_place"),
    )
    op.create_table(
        "register_practice",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("profession_code", sa.String(length=20), nullable=False),
        sa.Column("fingerprints", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["register_import.id"],
            name="fk_register_practice_import_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["place_id"], ["register_place.id"], name="fk_register_practice_place_id"),
        sa.ForeignKeyConstraint(["profession_code"], ["profession.code"], name="fk_register_practice_profession_code"),
        sa.PrimaryKeyConstraint("import_id", "place_id", "profession_code", name="pk_register_practice"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("register_practice")
    op.drop_table("register_place")
    op.create_table(
        "register_practice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("person_key", sa.BigInteger(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=True),
        sa.Column("department_code", sa.String(length=3), nullable=False),
        sa.Column("postal_code", sa.String(length=5), nullable=True),
        sa.Column("profession_code", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["commune_id"], ["territory.id"], name="fk_register_practice_commune_id"),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["register_import.id"],
            name="fk_register_practice_import_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["profession_code"], ["profession.code"], name="fk_register_practice_profession_code"),
        sa.PrimaryKeyConstraint("id", name="pk_register_practice"),
    )
    op.create_index("ix_register_practice_import_id_person_key", "register_practice", ["import_id", "person_key"])
