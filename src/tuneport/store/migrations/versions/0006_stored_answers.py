"""Stored chat completions and responses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _create_owned(
        "stored_completions",
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
    )
    _create_owned(
        "responses",
        sa.Column("completed_at", sa.Integer),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("input_items", sa.JSON, nullable=False),
        sa.Column("output_items", sa.JSON, nullable=False),
        sa.Column("usage", sa.JSON),
        sa.Column("error", sa.JSON),
    )


def _create_owned(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("project_id", sa.String, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        *columns,
    )
    op.create_index(f"ix_{table}_project_id", table, ["project_id"])
