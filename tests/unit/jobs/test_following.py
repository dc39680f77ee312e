from pathlib import Path

import pytest

from tuneport.config import DataSection, ModelSection, OptimizerSection, RunSpec, ScheduleSection
from tuneport.jobs.following import is_kept


def spec_of(n_epochs: int) -> RunSpec:
    return RunSpec(
        model=ModelSection(base_model="tiny", folder=Path("x"), longest_row_tokens=1),
        data=DataSection(training_file=Path("x")),
        optimizer=OptimizerSection(learning_rate=1),
        schedule=ScheduleSection(n_epochs=n_epochs, batch_size=1),
        seed=1,
    )


@pytest.mark.parametrize(
    ("n_epochs", "total_steps", "kept"), [(10, 100, [80, 90]), (3, 303, [101, 202]), (2, 20, [10]), (1, 10, [])]
)
@pytest.mark.requirement("R1.4")
def test_last_three_epochs_are_kept_and_the_final_one_is_the_model(n_epochs: int, total_steps: int, kept: list[int]):
    every_step = range(1, total_steps + 1)

    assert [step for step in every_step if is_kept(step, total_steps, spec_of(n_epochs))] == kept
