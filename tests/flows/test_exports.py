"""Exports as the server makes them: in processes of their own, one after the other, kept or cleared away."""

from __future__ import annotations

import json
import threading
import time
from hashlib import sha256

import pytest

from fake_clock import FakeClock
from tiny_exports import checkpoint_of, train_kind, write_base_model
from tuneport.catalog import find_model, model_folder, pull
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import Conflict, InvalidRequest, NotFound, StorageFull
from tuneport.jobs import NewJob, add_job
from tuneport.store import ModelRow, open_database
from tuneport.workspace import ExportRequest, Exports, Models
from tuneport.workspace.exports import clear_exports

MODEL = "ft:tiny:local::abc"
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A home folder with the tiny model, and a run on it."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home)
    pull(str(write_base_model(home / "source")), settings, name="tiny", on_progress=lambda progress: None)
    return settings


@pytest.fixture(scope="module")
def database(settings):
    base_folder = model_folder(find_model("tiny", settings), settings)
    settings.runs.mkdir()
    run = train_kind(settings.runs / "one", base_folder, "lora")
    database = open_database(settings.home / "tuneport.db")
    with database.of_project(DEFAULT_PROJECT).write() as session:
        job = add_job(session, NewJob("tiny", "file-a", None, seed=1, organization="local"), at=1)
        adapter_dir = str(checkpoint_of(run).relative_to(settings.home))
        facts = {"base_model": "tiny", "adapter_dir": adapter_dir, "metrics": {}}
        session.add(ModelRow(name=MODEL, created_at=1, job_id=job.id, step=1, **facts))
    yield database
    database.close()


@pytest.fixture
def turn():
    return threading.Lock()


@pytest.fixture
def models(database, settings):
    return Models(database.of_project(DEFAULT_PROJECT), settings, FakeClock())


@pytest.fixture
def exports(database, settings, models, turn):
    return Exports(database.of_project(DEFAULT_PROJECT), settings, FakeClock(), models, turn)


def wait_for_end(exports, export):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := exports.find(export.id)).status in ("queued", "running"):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


@pytest.mark.requirement("R18.5")
def test_an_export_has_its_files_with_their_hashes_and_the_verdict(exports, models):
    export = wait_for_end(exports, exports.create(ExportRequest(MODEL, "gguf", "f16")))

    assert (export.status, export.error, export.numbers) == ("succeeded", None, "f16")
    assert export.parity["is_equal"]
    assert {"tuneport-export.json"} < {file.name for file in export.files}
    for file in export.files:
        content = exports.file(export.id, file.name).read_bytes()
        assert (len(content), sha256(content).hexdigest()) == (file.bytes, file.sha256)
    assert models.find(MODEL).parity["gguf f16"] == export.parity


def test_what_is_exported_names_no_folder_of_this_machine(exports, settings):
    export = wait_for_end(exports, exports.create(ExportRequest(MODEL, "adapter")))

    texts = [exports.file(export.id, file.name).read_bytes() for file in export.files]
    assert not any(str(settings.home).encode() in text for text in texts)


def test_exports_wait_for_each_other_and_one_that_waits_is_cancelled_at_once(exports, turn):
    with turn:
        export = exports.create(ExportRequest(MODEL, "merged"))
        waiting = exports.find(export.id)
        cancelled = exports.cancel(export.id)

    assert (waiting.status, cancelled.status) == ("queued", "cancelled")
    assert wait_for_end(exports, export).files == ()
    with pytest.raises(Conflict):
        exports.cancel(export.id)


def test_one_that_is_cancelled_while_it_works_leaves_nothing(exports, settings, turn):
    export = exports.create(ExportRequest(MODEL, "merged"))
    while exports.find(export.id).stage is None:
        time.sleep(0.02)
    with pytest.raises(Conflict, match="Cancel it first"):
        exports.delete(export.id)

    exports.cancel(export.id)
    with turn:
        assert exports.find(export.id).status == "cancelled"

    assert not (settings.exports / export.id).exists()
    assert list(settings.exports.glob(".*")) == []


def test_a_deleted_export_is_gone_with_its_files(exports, settings):
    export = wait_for_end(exports, exports.create(ExportRequest(MODEL, "adapter")))

    exports.delete(export.id)

    assert not (settings.exports / export.id).exists()
    assert export.id not in {each.id for each in exports.list()}
    with pytest.raises(NotFound):
        exports.find(export.id)


def test_a_model_that_says_something_else_is_not_exported(exports, database, settings, models, tmp_path):
    checkpoint = models.find_tuned(MODEL).adapter_dir
    file = checkpoint / "reference_answers.json"
    sound = file.read_bytes()
    record = json.loads(sound)
    record["stop_token_ids"].append(7)
    file.write_text(json.dumps(record))

    export = wait_for_end(exports, exports.create(ExportRequest(MODEL, "adapter")))

    file.write_bytes(sound)
    assert (export.status, export.error["code"]) == ("failed", "parity_mismatch")
    assert not (settings.exports / export.id).exists()


def test_a_process_that_dies_fails_the_export_with_its_last_words(exports, models):
    order = models.find_tuned(MODEL).adapter_dir / "adapter_config.json"
    sound = order.read_bytes()
    order.write_text("{")

    export = wait_for_end(exports, exports.create(ExportRequest(MODEL, "merged")))

    order.write_bytes(sound)
    assert export.status == "failed"
    assert export.error["message"]


@pytest.mark.parametrize(
    ("request_", "error", "code"),
    [
        (ExportRequest("ft:tiny:local::none", "merged"), NotFound, "model_not_found"),
        (ExportRequest("tiny", "merged"), InvalidRequest, "not_a_tuned_model"),
        (ExportRequest(MODEL, "merged", "q8_0"), InvalidRequest, "quantization_unavailable"),
        (ExportRequest(MODEL, "gguf", "q4_k_m"), InvalidRequest, "quantization_unavailable"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_any_work(exports, request_, error, code):
    n_before = len(exports.list())

    with pytest.raises(error) as refused:
        exports.create(request_)

    assert refused.value.code == code
    assert len(exports.list()) == n_before


def test_a_disk_without_room_is_refused_before_any_work(exports, monkeypatch):
    monkeypatch.setattr("tuneport.workspace.exports.expected_export_bytes", lambda order, parameters: 2**60)

    with pytest.raises(StorageFull):
        exports.create(ExportRequest(MODEL, "merged"))


def test_the_next_server_says_that_an_unfinished_export_failed_and_clears_its_files(exports, database, settings, turn):
    kept = wait_for_end(exports, exports.create(ExportRequest(MODEL, "adapter")))
    with turn:
        lost = exports.create(ExportRequest(MODEL, "merged"))
        (settings.exports / f".{lost.id}.partial-1").mkdir()

        clear_exports(database, settings)

        assert exports.find(lost.id).error["code"] == "server_stopped"
    assert exports.find(kept.id).status == "succeeded"
    assert {folder.name for folder in settings.exports.iterdir()} >= {kept.id}
    assert list(settings.exports.glob(".*")) == []
