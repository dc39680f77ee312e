"""Alembic's entry: runs the migrations on the connection that `tuneport.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from tuneport.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Table.metadata, transactional_ddl=True
)
context.run_migrations()
