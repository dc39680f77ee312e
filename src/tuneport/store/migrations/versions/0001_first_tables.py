"""Files, jobs, job events, models and comparisons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_files()
    _create_jobs()
    _create_job_events()
    _create_models()
    _create_comparisons()


def _create_files() -> None:
    op.create_table(
        "files",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("filename", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("n_bytes", sa.Integer, nullable=False),
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("finished_at", sa.Integer),
        sa.Column("status", sa.String, nullable=False, index=True),
        sa.Column("base_model", sa.String, nullable=False),
        sa.Column("method", sa.String, nullable=False),
        sa.Column("training_file", sa.String, nullable=False),
        sa.Column("validation_file", sa.String),
        sa.Column("suffix", sa.String),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("hyperparameters", sa.JSON, nullable=False),
        sa.Column("learning_rate", sa.Double),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("tuned_model", sa.String, nullable=False),
        sa.Column("trained_tokens", sa.Integer),
        sa.Column("result_file", sa.String),
        sa.Column("error", sa.JSON),
        sa.Column("estimated_finish", sa.Integer),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("n_crashes", sa.Integer, nullable=False),
        sa.Column("metrics_offset", sa.Integer, nullable=False),
        sa.Column("events_offset", sa.Integer, nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
    )


def _create_job_events() -> None:
    op.create_table(
        "job_events",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("job_id", sa.String, sa.ForeignKey("jobs.id"), nullable=False, index=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("data", sa.JSON),
    )


def _create_models() -> None:
    op.create_table(
        "models",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("job_id", sa.String, sa.ForeignKey("jobs.id"), nullable=False, index=True),
        sa.Column("base_model", sa.String, nullable=False),
        sa.Column("adapter_dir", sa.String, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("checkpoint_id", sa.String, unique=True),
        sa.Column("metrics", sa.JSON, nullable=False),
    )


def _create_comparisons() -> None:
    op.create_table(
        "comparisons",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("training_file", sa.String, nullable=False),
        sa.Column("validation_file", sa.String, nullable=False),
        sa.Column("base_model", sa.String, nullable=False),
        sa.Column("tuned_model", sa.String, nullable=False),
        sa.Column("few_shot_rows", sa.Integer, nullable=False),
        sa.Column("max_rows", sa.Integer),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("results", sa.JSON),
        sa.Column("verdict", sa.String),
        sa.Column("error", sa.JSON),
        sa.Column("answers", sa.JSON),
    )
