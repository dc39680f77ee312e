"""More names for the tuned models of a home folder: to an engine each is another adapter."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sqlalchemy import select

from tuneport.config import Settings
from tuneport.core import new_id
from tuneport.store import ModelRow, open_database


def copy_models(home: Path, n_copies: int) -> None:
    """Give each model so many more names, each with a folder of its own. No server may run on `home`."""
    database = open_database(Settings(home=home).database)
    with database.write() as session:
        for row in list(session.scalars(select(ModelRow).where(ModelRow.checkpoint_id.is_(None)))):
            ft, base, owner, suffix, _ = row.name.split(":")
            for number in range(n_copies):
                folder = f"{row.adapter_dir}-copy-{number}"
                shutil.copytree(home / row.adapter_dir, home / folder, copy_function=os.link)
                name = ":".join((ft, base, owner, f"{suffix}-{number}", new_id("")[:8]))
                fields = {column.key: getattr(row, column.key) for column in ModelRow.__table__.columns}
                del fields["seq"]
                session.add(ModelRow(**fields | {"name": name, "adapter_dir": folder}))
    database.close()
