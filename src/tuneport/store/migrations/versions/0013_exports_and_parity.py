"""Exports of tuned models, and the verdict on whether a model says the same wherever it runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("models", sa.Column("parity", sa.JSON))
    op.create_table(
        "exports",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("project_id", sa.String, nullable=False, index=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("finished_at", sa.Integer),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("format", sa.String, nullable=False),
        sa.Column("numbers", sa.String, nullable=False),
        sa.Column("expected_bytes", sa.Integer, nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("parity", sa.JSON),
        sa.Column("error", sa.JSON),
    )
