"""Uploads, batches, webhooks, life of files, and jobs that were asked for by an alias."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BATCH_TIMES = ("in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled")


def upgrade() -> None:
    _change_files_and_jobs()
    _create_uploads()
    _create_batches()
    _create_webhooks()


def _change_files_and_jobs() -> None:
    op.add_column("files", sa.Column("expires_at", sa.Integer))
    op.create_index("ix_files_expires_at", "files", ["expires_at"])
    op.add_column("files", sa.Column("status", sa.String, nullable=False, server_default="processed"))
    op.add_column("files", sa.Column("status_details", sa.String))
    op.add_column("jobs", sa.Column("model_alias", sa.String))


def _owned_table(name: str, *columns: sa.Column[Any]) -> None:
    """Create a table whose records belong to projects, with `seq` as its key."""
    op.create_table(
        name,
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("project_id", sa.String, nullable=False, index=True),
        *columns,
    )


def _create_uploads() -> None:
    _owned_table(
        "uploads",
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False, index=True),
        sa.Column("filename", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("n_bytes", sa.Integer, nullable=False),
        sa.Column("file_lifetime_seconds", sa.Integer),
        sa.Column("file_id", sa.String),
    )
    _owned_table(
        "upload_parts",
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("upload_id", sa.String, nullable=False, index=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("n_bytes", sa.Integer, nullable=False),
    )


def _create_batches() -> None:
    _owned_table(
        "batches",
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False, index=True),
        sa.Column("endpoint", sa.String, nullable=False),
        sa.Column("input_file_id", sa.String, nullable=False),
        sa.Column("completion_window", sa.String, nullable=False),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("output_lifetime_seconds", sa.Integer),
        sa.Column("model", sa.String),
        *(sa.Column(f"{status}_at", sa.Integer) for status in BATCH_TIMES),
        sa.Column("n_total", sa.Integer, nullable=False),
        sa.Column("n_completed", sa.Integer, nullable=False),
        sa.Column("n_failed", sa.Integer, nullable=False),
        sa.Column("usage", sa.JSON),
        sa.Column("errors", sa.JSON),
        sa.Column("output_file_id", sa.String),
        sa.Column("error_file_id", sa.String),
    )


def _create_webhooks() -> None:
    _owned_table(
        "webhooks",
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("event_types", sa.JSON, nullable=False),
        sa.Column("secret", sa.String, nullable=False),
    )
    _owned_table(
        "webhook_deliveries",
        sa.Column(
            "webhook_id",
            sa.String,
            sa.ForeignKey("webhooks.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("subject_id", sa.String, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("n_attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.Integer, nullable=False, index=True),
    )
