"""Jobs that train another kind of adapter, all weights, or over a base model in four bits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("tuning", sa.JSON, nullable=False, server_default="{}"))
