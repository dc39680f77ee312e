"""The pieces in which the text of a response came, so that its events can be told again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("responses", sa.Column("text_pieces", sa.JSON, nullable=False, server_default="[]"))
