"""Models from the hub, which here is a small server of our own."""

from __future__ import annotations

import json

import pytest

from tuneport.catalog import is_pulled, model_folder, pull
from tuneport.core import ModelPullFailed

COMMIT = "a" * 40


@pytest.fixture
def hub(file_server, tiny_folder, monkeypatch):
    """The tiny model in the repository org/Tiny, with a pickle and a Python file beside it."""
    (tiny_folder / "pytorch_model.bin").write_bytes(b"pickle")
    (tiny_folder / "modeling.py").write_text("raise SystemExit")
    files = {file.name: file.read_bytes() for file in tiny_folder.iterdir()}
    tree = [{"type": "file", "oid": "0" * 40, "size": len(content), "path": name} for name, content in files.items()]
    info = {"_id": "1", "id": "org/Tiny", "sha": COMMIT, "siblings": [{"rfilename": name} for name in files]}
    file_server.files["/api/models/org/Tiny/revision/main"] = json.dumps(info).encode()
    file_server.files[f"/api/models/org/Tiny/tree/{COMMIT}"] = json.dumps(tree).encode()
    for name, content in files.items():
        path = f"/org/Tiny/resolve/{COMMIT}/{name}"
        file_server.files[path] = content
        file_server.headers[path] = {"ETag": f'"{name}"', "X-Repo-Commit": COMMIT}
    monkeypatch.setenv("HF_ENDPOINT", file_server.url)
    return file_server


def test_a_hub_model_is_imported_at_its_exact_commit(settings, hub):
    model = pull("hf:org/Tiny", settings, on_progress=lambda progress: None)

    assert (model.name, model.source.repository, model.source.revision) == ("tiny", "org/Tiny", COMMIT)
    assert is_pulled(model, settings)


def test_neither_pickles_nor_code_are_fetched_from_the_hub(settings, hub):
    model = pull("hf:org/Tiny", settings, on_progress=lambda progress: None)

    assert {file.suffix for file in model_folder(model, settings).iterdir()} == {".json", ".safetensors", ".jinja"}


def test_a_hub_model_is_found_again_without_the_hub(settings, hub):
    first = pull("hf:org/Tiny", settings, on_progress=lambda progress: None)
    hub.stop()

    again = pull("hf:org/Tiny", settings, on_progress=lambda progress: None)

    assert again == first


def test_an_unknown_repository_says_what_to_check(settings, hub):
    with pytest.raises(ModelPullFailed, match=r"'org/None' at 'main' could not be fetched.*HF_TOKEN"):
        pull("hf:org/None", settings, on_progress=lambda progress: None)

    assert not (settings.models / "none").exists()
