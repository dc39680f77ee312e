"""Models: base models of the catalog, and those that jobs have made."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tuneport.catalog import (
    BaseModel,
    add_alias,
    find_alias,
    find_model,
    is_pulled,
    list_models,
    model_folder,
    read_aliases,
    record_file,
    remove_alias,
)
from tuneport.config import Settings
from tuneport.core import Clock, InvalidRequest, NotFound
from tuneport.store import Database, ModelRow
from tuneport.workspace.deployment_record import deployed_model, note_use, require_not_deployed
from tuneport.workspace.lineage import find_model_row, is_tuned, require_no_comparison_on, require_no_job_on
from tuneport.workspace.permissions import require_own_model, usable_models

BASE_OWNER = "tuneport"


@dataclass(frozen=True)
class Model:
    """A name that a request may use."""

    name: str
    created_at: int
    owner: str
    base_model: str | None = None
    """`None` on a base model, as is `job_id`."""
    job_id: str | None = None
    parity: dict[str, dict[str, Any]] | None = None
    """On a tuned model: where it was compared with what it said in training → the verdict."""
    stands_for: str | None = None
    """On an alias of the owner's: the base model that answers under it."""


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
    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def list(self) -> tuple[Model, ...]:
        """Give the tuned models, newest first, then the base models, then the owner's names for them."""
        with self._database.read() as session:
            tuned = [self._tuned(row) for row in session.scalars(usable_models(session).order_by(ModelRow.seq.desc()))]
        bases = {model.name: _base(model) for model in list_models(self._settings)}
        aliases = read_aliases(self._settings).items()
        return (*tuned, *bases.values(), *(_alias(alias, bases[name]) for alias, name in aliases if name in bases))

    def entry(self, name: str) -> Model:
        """Give the model as the list has it: under an alias, the alias. Raises `NotFound`."""
        alias = find_alias(name, self._settings)
        found = self.find(name)
        return found if alias is None or found.name.lower() == name.lower() else _alias(alias, found)

    def find(self, name: str) -> Model:
        """Give the model of that name, or the one that answers under that deployment's name. Raises `NotFound`."""
        with self._database.read() as session:
            name = deployed_model(session, name) or name
            if is_tuned(name):
                return self._tuned(find_model_row(session, name))
        return _base(find_model(name, self._settings))

    def answering(self, name: str) -> str:
        """Give the model that answers under `name`, and note that its deployment is in use.

        Raises `NotFound`, also where the day has come from which it answers no more.
        """
        now = self._clock.now()
        note_use(self._database, name, at=now)
        found = self.find(name)
        _require_answering(find_model(found.base_model or found.name, self._settings), self._settings, now)
        return found.name

    def bases(self) -> dict[str, BaseModel]:
        """Give name → base model."""
        return {model.name: model for model in list_models(self._settings)}

    def find_tuned(self, name: str) -> TunedModel:
        """Give where a tuned model's adapter lies. Raises `NotFound`."""
        with self._database.read() as session:
            row = find_model_row(session, name)
        return TunedModel(row.name, row.base_model, self._settings.home / row.adapter_dir, row.job_id, row.step)

    def delete(self, name: str) -> None:
        """Delete a tuned model with its files.

        Raises `NotFound`, `InvalidRequest` for a base model, or `Conflict` while a job goes on from it, a comparison
        asks it or a deployment answers with it.
        """
        if not is_tuned(name):
            base = find_model(name, self._settings)
            raise InvalidRequest(
                f"{base.name!r} is a base model; only tuned models ('ft:…') can be deleted. To free its disk, stop the "
                f"server and remove {model_folder(base, self._settings)}; what is tuned on it answers again once it is "
                "pulled again.",
                code="not_a_tuned_model",
                param="model",
            )
        with self._database.write() as session:
            row = find_model_row(session, name)
            require_own_model(session, row)
            require_no_job_on(session, row.name)
            require_no_comparison_on(session, row.name)
            require_not_deployed(session, row.name)
            session.delete(row)
            session.flush()
            is_used = session.scalar(select(ModelRow.seq).where(ModelRow.adapter_dir == row.adapter_dir)) is not None
        if not is_used:
            shutil.rmtree(self._settings.home / row.adapter_dir, ignore_errors=True)

    def aliases(self) -> dict[str, str]:
        """Give the owner's names for base models: alias → model."""
        return read_aliases(self._settings)

    def add_alias(self, alias: str, model: str) -> str:
        """Let `alias` stand for a base model; give that model's own name. Raises as `catalog.add_alias` does."""
        return add_alias(alias, model, self._settings)

    def remove_alias(self, alias: str) -> None:
        """Raises `NotFound`."""
        remove_alias(alias, self._settings)

    def catalog(self) -> tuple[CatalogEntry, ...]:
        """Give every base model, and whether it is on this machine."""
        return tuple(self.catalog_entry(model) for model in list_models(self._settings))

    def catalog_entry(self, model: BaseModel) -> CatalogEntry:
        folder = model_folder(model, self._settings)
        files = folder.rglob("*") if is_pulled(model, self._settings) else ()
        own_names = [alias for alias, name in read_aliases(self._settings).items() if name == model.name]
        return CatalogEntry(
            model=replace(model, aliases=(*model.aliases, *own_names)),
            is_pulled=is_pulled(model, self._settings),
            folder_bytes=sum(file.stat().st_size for file in files if file.is_file()),
        )

    def _tuned(self, row: ModelRow) -> Model:
        return Model(row.name, row.created_at, self._settings.organization, row.base_model, row.job_id, row.parity)


def _require_answering(base: BaseModel, settings: Settings, now: int) -> None:
    if not base.answers(now):
        raise NotFound(
            f"The model {base.name!r} answers no more since {base.shutdown}, nor does what was tuned on it. Choose "
            f"another model; the owner of the server changes 'shutdown' in {record_file(base, settings)}.",
            code="model_shut_down",
            param="model",
        )


def _base(model: BaseModel) -> Model:
    return Model(name=model.name, created_at=model.created, owner=BASE_OWNER)


def _alias(alias: str, model: Model) -> Model:
    return replace(model, name=alias, stands_for=model.name)
