"""Mandates, missions, projects, candidates."""

import sqlalchemy as sa
from alembic import op

from cop.core.db import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("body", sa.String(length=120), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("wording", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision") as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_decided_on"), ["decided_on"])

    op.create_table(
        "mandate_kind",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_fr", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("reach", sa.String(length=20), nullable=False),
        sa.Column("needs_decision", sa.Boolean(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("several_holders", sa.Boolean(), nullable=False),
        sa.Column("alert_days", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_mandate_kind_code")),
    )
    op.create_table(
        "project",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_project_decision_id")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_project_territory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    with op.batch_alter_table("project") as batch_op:
        batch_op.create_index(batch_op.f("ix_project_decision_id"), ["decision_id"])
        batch_op.create_index(batch_op.f("ix_project_territory_id"), ["territory_id"])

    op.create_table(
        "mandate",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_mandate_decision_id")),
        sa.ForeignKeyConstraint(["kind_id"], ["mandate_kind.id"], name=op.f("fk_mandate_kind_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mandate_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_mandate_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
    )
    with op.batch_alter_table("mandate") as batch_op:
        batch_op.create_index(batch_op.f("ix_mandate_decision_id"), ["decision_id"])
        batch_op.create_index(batch_op.f("ix_mandate_ends_on"), ["ends_on"])
        batch_op.create_index(batch_op.f("ix_mandate_kind_id"), ["kind_id"])
        batch_op.create_index(batch_op.f("ix_mandate_person_id"), ["person_id"])
        batch_op.create_index(batch_op.f("ix_mandate_project_id"), ["project_id"])

    op.create_table(
        "candidate",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("next_step", sa.String(length=20), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("mandate_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kind_id"], ["mandate_kind.id"], name=op.f("fk_candidate_kind_id")),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandate.id"], name=op.f("fk_candidate_mandate_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_candidate_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
    )
    with op.batch_alter_table("candidate") as batch_op:
        batch_op.create_index(batch_op.f("ix_candidate_kind_id"), ["kind_id"])
        batch_op.create_index(batch_op.f("ix_candidate_person_id"), ["person_id"])

    op.create_table(
        "mandate_territory",
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandate.id"], name=op.f("fk_mandate_territory_mandate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_mandate_territory_territory_id")),
        sa.PrimaryKeyConstraint("mandate_id", "territory_id", name=op.f("pk_mandate_territory")),
    )
    with op.batch_alter_table("mandate_territory") as batch_op:
        batch_op.create_index(batch_op.f("ix_mandate_territory_territory_id"), ["territory_id"])

    op.create_table(
        "candidate_step",
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidate.id"], name=op.f("fk_candidate_step_candidate_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_step")),
    )
    with op.batch_alter_table("candidate_step") as batch_op:
        batch_op.create_index(batch_op.f("ix_candidate_step_candidate_id"), ["candidate_id"])

    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("project_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_event_project_id"), ["project_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_event_project_id"), "project", ["project_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_event_project_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_event_project_id"))
        batch_op.drop_column("project_id")

    with op.batch_alter_table("candidate_step") as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidate_step_candidate_id"))

    op.drop_table("candidate_step")
    with op.batch_alter_table("mandate_territory") as batch_op:
        batch_op.drop_index(batch_op.f("ix_mandate_territory_territory_id"))

    op.drop_table("mandate_territory")
    with op.batch_alter_table("candidate") as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidate_person_id"))
        batch_op.drop_index(batch_op.f("ix_candidate_kind_id"))

    op.drop_table("candidate")
    with op.batch_alter_table("mandate") as batch_op:
        batch_op.drop_index(batch_op.f("ix_mandate_project_id"))
        batch_op.drop_index(batch_op.f("ix_mandate_person_id"))
        batch_op.drop_index(batch_op.f("ix_mandate_kind_id"))
        batch_op.drop_index(batch_op.f("ix_mandate_ends_on"))
        batch_op.drop_index(batch_op.f("ix_mandate_decision_id"))

    op.drop_table("mandate")
    with op.batch_alter_table("project") as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_territory_id"))
        batch_op.drop_index(batch_op.f("ix_project_decision_id"))

    op.drop_table("project")
    op.drop_table("mandate_kind")
    with op.batch_alter_table("decision") as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_decided_on"))

    op.drop_table("decision")
