"""Keys, projects, checkpoint permissions, and answers to repeated requests."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _create_projects()
    _create_keys()
    _create_permissions()
    _create_idempotent_answers()


def _create_projects() -> None:
    projects = op.create_table(
        "projects",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
    )
    op.bulk_insert(projects, [{"id": "proj_default", "created_at": int(time.time()), "name": "default"}])


def _create_keys() -> None:
    op.create_table(
        "keys",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("project_id", sa.String, sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False, unique=True),
        sa.Column("hint", sa.String, nullable=False),
        sa.Column("expires_at", sa.Integer),
        sa.Column("revoked_at", sa.Integer),
        sa.Column("last_used_day", sa.String),
    )


def _create_permissions() -> None:
    table = "checkpoint_permissions"
    op.create_table(
        table,
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("model_name", sa.String, sa.ForeignKey("models.name", ondelete="CASCADE"), nullable=False),
        sa.Column("project_id", sa.String, sa.ForeignKey("projects.id"), nullable=False),
    )
    op.create_index(f"ix_{table}_grant", table, ["model_name", "project_id"], unique=True)


def _create_idempotent_answers() -> None:
    table = "idempotent_answers"
    op.create_table(
        table,
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("project_id", sa.String, nullable=False, index=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False, index=True),
        sa.Column("status", sa.Integer),
        sa.Column("content_type", sa.String),
        sa.Column("location", sa.String),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index(f"ix_{table}_key", table, ["project_id", "key"], unique=True)
