"""Deployments of models, and jobs that were deleted while their models stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("is_deleted", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "deployments",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("project_id", sa.String, nullable=False, index=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False, index=True),
        sa.Column("sku", sa.String, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("last_used_at", sa.Integer, nullable=False),
        sa.UniqueConstraint("project_id", "name"),
    )
