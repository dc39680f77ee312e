import os
import subprocess
import sys
from pathlib import Path

from tuneport.api.leases import has_lease


def test_lease_of_a_living_command_counts(tmp_path: Path):
    (tmp_path / str(os.getpid())).touch()

    assert has_lease(tmp_path)


def test_lease_of_a_dead_command_is_removed(tmp_path: Path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    lease = tmp_path / str(dead.pid)
    lease.touch()

    assert not has_lease(tmp_path)
    assert not lease.exists()


def test_no_folder_is_no_lease(tmp_path: Path):
    assert not has_lease(tmp_path / "leases")
