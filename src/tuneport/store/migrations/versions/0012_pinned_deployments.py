"""Deployments whose engine stays in memory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("deployments", sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()))
