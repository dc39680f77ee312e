import pytest

from tuneport.config import RunFolder
from tuneport.weights import (
    Manifest,
    find_damage,
    list_checkpoints,
    new_checkpoint,
    prune_checkpoints,
    read_manifest,
    remove_unfinished,
)


def save(checkpoints, step, *, is_epoch_end=True):
    folder = checkpoints / f"{step:06d}"
    manifest = Manifest(step=step, epoch=1, is_epoch_end=is_epoch_end, trained_tokens=step)
    with new_checkpoint(folder, manifest) as partial:
        (partial / "weights").write_bytes(bytes([step]))
    return folder


def test_a_checkpoint_has_the_hash_of_each_file(tmp_path):
    folder = save(tmp_path, 7)

    assert list(read_manifest(folder).hashes) == ["weights"]
    assert find_damage(folder) is None


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: (folder / "weights").write_bytes(b"other"), "does not have the hash"),
        (lambda folder: (folder / "weights").unlink(), "weights is missing"),
        (lambda folder: (folder / "manifest.json").unlink(), "no manifest.json"),
        (lambda folder: (folder / "manifest.json").write_bytes(b"{"), "manifest.json cannot be read"),
    ],
)
def test_damage_is_found_and_named(tmp_path, damage, said):
    folder = save(tmp_path, 7)

    damage(folder)

    assert said in find_damage(folder)


def test_a_checkpoint_that_was_not_finished_is_not_listed(tmp_path):
    manifest = Manifest(step=2, epoch=1, is_epoch_end=True, trained_tokens=1)
    save(tmp_path, 1)

    with pytest.raises(OSError, match="killed"), new_checkpoint(tmp_path / "000002", manifest):
        raise OSError("killed")

    assert [folder.name for folder in list_checkpoints(tmp_path)] == ["000001"]


def test_pruning_keeps_the_last_epochs_and_the_newest(tmp_path):
    for step, is_epoch_end in ((1, True), (2, True), (3, False), (4, True), (5, True), (6, False)):
        save(tmp_path, step, is_epoch_end=is_epoch_end)

    prune_checkpoints(tmp_path, keep_epochs=3)

    assert [int(folder.name) for folder in list_checkpoints(tmp_path)] == [2, 4, 5, 6]


def test_pruning_keeps_the_newest_two_whatever_they_are(tmp_path):
    for step in (1, 2, 3):
        save(tmp_path, step, is_epoch_end=False)

    prune_checkpoints(tmp_path, keep_epochs=3)

    assert [int(folder.name) for folder in list_checkpoints(tmp_path)] == [2, 3]


def test_pruning_keeps_what_a_model_stands_for(tmp_path):
    run = RunFolder(tmp_path)
    for step in (1, 2, 3, 4):
        save(run.checkpoints, step, is_epoch_end=False)
    run.keep_checkpoint(1)

    prune_checkpoints(run.checkpoints, keep_epochs=3)

    assert [int(folder.name) for folder in list_checkpoints(run.checkpoints)] == [1, 3, 4]
    assert find_damage(run.checkpoint_dir(1)) is None


def test_pruning_keeps_the_best_epoch_and_takes_none_for_an_epoch_that_cannot_be_read(tmp_path):
    for step in range(1, 7):
        save(tmp_path, step)
    (tmp_path / "000004" / "manifest.json").write_bytes(b"{")

    prune_checkpoints(tmp_path, keep_epochs=2, keep_step=1)

    assert [int(folder.name) for folder in list_checkpoints(tmp_path)] == [1, 5, 6]


def test_what_a_killed_process_left_half_done_is_removed_and_nothing_else(tmp_path):
    save(tmp_path, 1)
    for name in (".000002.partial-7", ".000000.deleted-7"):
        (tmp_path / name / "part").mkdir(parents=True)

    remove_unfinished(tmp_path)
    remove_unfinished(tmp_path / "none")

    assert [path.name for path in tmp_path.iterdir()] == ["000001"]
