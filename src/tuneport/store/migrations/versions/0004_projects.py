"""Files, jobs, models and comparisons belong to a project; what was there before belongs to the first one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for table in ("files", "jobs", "models", "comparisons"):
        op.add_column(table, sa.Column("project_id", sa.String, nullable=False, server_default="proj_default"))
        op.create_index(f"ix_{table}_project_id", table, ["project_id"])
