import pytest
from pydantic import ValidationError

from tuneport.config import (
    DataSection,
    ModelSection,
    OptimizerSection,
    RunFolder,
    RunSpec,
    ScheduleSection,
    StepMetrics,
    TrainingOptions,
)


@pytest.fixture
def spec(tmp_path):
    return RunSpec(
        model=ModelSection(base_model="base", folder=tmp_path, longest_row_tokens=100),
        data=DataSection(training_file=tmp_path / "rows.jsonl"),
        optimizer=OptimizerSection(learning_rate=1e-3),
        schedule=ScheduleSection(n_epochs=1, batch_size=1),
        seed=1,
    )


def test_a_spec_survives_its_file(tmp_path, spec):
    folder = RunFolder(tmp_path / "run")

    folder.write_spec(spec)

    assert folder.read_spec() == spec


def test_an_unknown_value_is_refused_by_name():
    with pytest.raises(ValidationError, match="lerning_rate"):
        OptimizerSection(learning_rate=1e-3, lerning_rate=1e-4)


@pytest.mark.parametrize(
    ("field", "value"), [("n_epochs", 0), ("n_epochs", 51), ("batch_size", 257), ("warmup_share", 2)]
)
def test_a_value_out_of_range_is_refused(field, value):
    with pytest.raises(ValidationError, match=field):
        ScheduleSection(**{"n_epochs": 1, "batch_size": 1, field: value})


CHOSEN = {
    "longest_row_tokens": 64,
    "optimizer": "adamw_8bit",
    "learning_rate": 5e-4,
    "weight_decay": 0.1,
    "max_grad_norm": 0.5,
    "warmup_share": 0.2,
    "decay": "linear",
    "micro_batch_tokens": 512,
    "recompute_activations": True,
    "compile": True,
    "shard": True,
}


@pytest.mark.parametrize("name", TrainingOptions.model_fields)
def test_each_option_of_a_job_changes_one_value_of_the_spec(spec, name):
    changed = TrainingOptions(**{name: CHOSEN[name]}).apply(spec).model_dump()

    before = spec.model_dump()
    sections = [section for section in before if changed[section] != before[section]]
    (section,) = sections
    differences = [value for key, value in changed[section].items() if value != before[section][key]]
    assert differences == [CHOSEN[name]]
    assert RunSpec.model_validate(changed)


def test_options_that_are_left_out_change_nothing(spec):
    assert TrainingOptions().apply(spec) == spec
    assert TrainingOptions().chosen() == {}


def test_an_empty_run_folder_has_no_result_and_no_steps(tmp_path):
    folder = RunFolder(tmp_path)

    assert folder.read_result() is None
    assert folder.read_forecast() is None
    assert folder.read_data_report() is None
    assert folder.read_metrics() == ([], 0)


def test_loss_and_accuracy_are_per_loss_token():
    metrics = StepMetrics(
        step=1,
        total_steps=1,
        epoch=1,
        loss_sum=6.0,
        loss_count=4,
        n_right=3,
        learning_rate=0.1,
        grad_norm=1.0,
        seconds=1.0,
        tokens_seen=9,
        tokens_computed=5,
    )

    assert (metrics.train_loss, metrics.train_accuracy) == (1.5, 0.75)
