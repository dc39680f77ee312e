"""Before a run starts on an accelerator, idle engines give their memory back."""

from pathlib import Path

import pytest

from tuneport.workspace.making_room import MakingRoom


class Recorder:
    """Stands for the engines and for the runner: notes what it is told, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def give_way(self) -> None:
        self.told.append("give way")

    def start(self, run_dir: Path, log_file: Path) -> str:
        self.told.append(f"start {run_dir}")
        return "the process"

    def end_orphans(self, runs: Path) -> None:
        self.told.append(f"end orphans in {runs}")


@pytest.mark.parametrize(
    ("has_accelerator", "expected"), [(True, ["give way", "start runs/one"]), (False, ["start runs/one"])]
)
def test_engines_give_way_where_they_share_an_accelerator_with_the_run(has_accelerator, expected):
    recorder = Recorder()
    runner = MakingRoom(recorder, recorder, has_accelerator=lambda: has_accelerator)

    process = runner.start(Path("runs/one"), Path("log.txt"))

    assert (process, recorder.told) == ("the process", expected)


def test_orphans_are_the_other_runners_matter():
    recorder = Recorder()

    MakingRoom(recorder, recorder, has_accelerator=lambda: True).end_orphans(Path("runs"))

    assert recorder.told == ["end orphans in runs"]
