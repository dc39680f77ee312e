"""Jobs that give way to others, and what the form of a repeated upload held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("gives_way", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("training_type", sa.String))
    op.add_column("idempotent_answers", sa.Column("form_digest", sa.String))
