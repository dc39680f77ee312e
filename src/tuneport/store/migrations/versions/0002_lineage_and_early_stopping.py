"""Jobs that continue from a tuned model, and those that may stop early."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("lineage", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("jobs", sa.Column("stop_after_worse_epochs", sa.Integer))
