"""The table of deployments: names under which models answer."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tuneport.store.tables import Owned, Table


class DeploymentRow(Owned, Table):
    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    """Of each name a project has one."""
    model: Mapped[str] = mapped_column(index=True)
    """A base model, a tuned one or a checkpoint, in our spelling."""
    sku: Mapped[str]
    capacity: Mapped[int]
    created_at: Mapped[int]
    last_used_at: Mapped[int]
    """To the minute; the time of creation until it is used."""
    pinned: Mapped[bool] = mapped_column(default=False)
    """Whether its engine stays in memory."""
