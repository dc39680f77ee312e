from tuneport.core import available_cores, new_id, read_machine


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
