"""Models: base models of the catalog, and those that jobs have made."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from tuneport.catalog import BaseModel, find_model, is_pulled, list_models, model_folder
from tuneport.config import Settings
from tuneport.core import InvalidRequest
from tuneport.store import Database, ModelRow
from tuneport.workspace.lineage import find_model_row, require_no_job_on

BASE_OWNER = "tuneport"


@dataclass(frozen=True)
class Model:
    """A name that a request may use."""

    name: str
    created_at: int
    owner: str


@dataclass(frozen=True)
class TunedModel:
    name: str
    base_model: str
    adapter_dir: Path
    job_id: str
    step: int


@dataclass(frozen=True)
class CatalogEntry:
    model: BaseModel
    is_pulled: bool
    folder_bytes: int
    """0 while it is not pulled."""


class Models:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def list(self) -> tuple[Model, ...]:
        """Give the tuned models, newest first, then the base models."""
        with self._database.read() as session:
            tuned = [self._tuned(row) for row in session.scalars(select(ModelRow).order_by(ModelRow.seq.desc()))]
        return (*tuned, *map(_base, list_models(self._settings)))

    def find(self, name: str) -> Model:
        """Give the model of that name. Raises `NotFound`."""
        if not name.startswith("ft:"):
            return _base(find_model(name, self._settings))
        with self._database.read() as session:
            return self._tuned(find_model_row(session, name))

    def find_tuned(self, name: str) -> TunedModel:
        """Give where a tuned model's adapter lies. Raises `NotFound`."""
        with self._database.read() as session:
            row = find_model_row(session, name)
        return TunedModel(row.name, row.base_model, self._settings.home / row.adapter_dir, row.job_id, row.step)

    def delete(self, name: str) -> None:
        """Delete a tuned model with its files.

        Raises `NotFound`, `InvalidRequest` for a base model, or `Conflict` while a job goes on from it.
        """
        if not name.startswith("ft:"):
            known = find_model(name, self._settings).name
            raise InvalidRequest(
                f"{known!r} is a base model; only tuned models ('ft:…') can be deleted.",
                code="not_a_tuned_model",
                param="model",
            )
        with self._database.write() as session:
            row = find_model_row(session, name)
            require_no_job_on(session, name)
            session.delete(row)
            session.flush()
            is_used = session.scalar(select(ModelRow.seq).where(ModelRow.adapter_dir == row.adapter_dir)) is not None
        if not is_used:
            shutil.rmtree(self._settings.home / row.adapter_dir, ignore_errors=True)

    def catalog(self) -> tuple[CatalogEntry, ...]:
        """Give every base model, and whether it is on this machine."""
        return tuple(self.catalog_entry(model) for model in list_models(self._settings))

    def catalog_entry(self, model: BaseModel) -> CatalogEntry:
        folder = model_folder(model, self._settings)
        files = folder.rglob("*") if is_pulled(model, self._settings) else ()
        return CatalogEntry(
            model=model,
            is_pulled=is_pulled(model, self._settings),
            folder_bytes=sum(file.stat().st_size for file in files if file.is_file()),
        )

    def _tuned(self, row: ModelRow) -> Model:
        return Model(name=row.name, created_at=row.created_at, owner=self._settings.organization)


def _base(model: BaseModel) -> Model:
    return Model(name=model.name, created_at=model.created, owner=BASE_OWNER)
