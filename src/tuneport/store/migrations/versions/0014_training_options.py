"""What a job chooses of its run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("training", sa.JSON, nullable=False, server_default="{}"))
