import pytest

from tuneport.core import available_cores, free_machine_memory_bytes, new_id, read_machine

V1_NAMES = ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")


def test_the_facts_of_this_machine_are_plausible(tmp_path):
    machine = read_machine(tmp_path / "not" / "yet" / "there")

    assert machine.cores == available_cores() >= 1
    assert 0 < machine.free_memory_bytes <= machine.memory_bytes
    assert machine.free_disk_bytes > 0
    assert machine.python.startswith("3.")


def test_ids_have_their_prefix_and_do_not_repeat():
    ids = {new_id("ftjob-") for _ in range(1000)}

    assert len(ids) == 1000
    assert all(one.startswith("ftjob-") and len(one) == 30 for one in ids)


def test_files_that_a_container_holds_in_memory_count_as_free(tmp_path, monkeypatch):
    monkeypatch.setattr("tuneport.core.machine.CONTAINER", tmp_path)
    (tmp_path / "memory.max").write_text("8000\n")
    (tmp_path / "memory.current").write_text("7600\n")
    (tmp_path / "memory.stat").write_text("anon 500\nactive_file 4000\ninactive_file 3000\n")

    assert free_machine_memory_bytes() == 8000 - 7600 + 7000


@pytest.mark.parametrize("names", [("memory.max", "memory.current"), V1_NAMES], ids=["version 2", "version 1"])
def test_the_facts_are_those_of_the_container(tmp_path, monkeypatch, names):
    monkeypatch.setattr("tuneport.core.machine.CONTAINER", tmp_path)
    (tmp_path / "memory").mkdir()
    for name, n_bytes in zip(names, (2**20, 2**18), strict=True):
        (tmp_path / name).write_text(f"{n_bytes}\n")

    machine = read_machine(tmp_path)

    assert (machine.memory_bytes, machine.free_memory_bytes) == (2**20, 2**20 - 2**18)


def test_a_container_without_a_limit_has_what_the_machine_has(tmp_path, monkeypatch):
    monkeypatch.setattr("tuneport.core.machine.CONTAINER", tmp_path)
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("7600\n")

    assert free_machine_memory_bytes() > 2**20
