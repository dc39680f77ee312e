import json

import pytest

from tuneport.cli.job_file import merged, read_job_file
from tuneport.core import InvalidRequest

TOML = """
model = "smollm2-135m-instruct"
method = "dpo"
seed = 1

[hyperparameters]
n_epochs = 3
beta = 0.2

[tuneport.adapter]
rank = 8

[tuneport.training]
decay = "linear"
"""


def written(tmp_path, text, name="job.toml"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_toml_and_json_say_the_same(tmp_path):
    found = read_job_file(written(tmp_path, TOML))

    assert found["tuneport"] == {"adapter": {"rank": 8}, "training": {"decay": "linear"}}
    assert read_job_file(written(tmp_path, json.dumps(found), "job.json")) == found


def test_options_count_more_than_the_file_and_tables_are_joined(tmp_path):
    file = read_job_file(written(tmp_path, TOML))

    both = merged(file, {"seed": None, "method": "supervised", "tuneport": {"adapter": {"kind": "dora"}}})

    assert (both["seed"], both["method"], both["model"]) == (1, "supervised", "smollm2-135m-instruct")
    assert both["tuneport"] == {"adapter": {"rank": 8, "kind": "dora"}, "training": {"decay": "linear"}}
    assert both["hyperparameters"] == {"n_epochs": 3, "beta": 0.2}


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("job.toml", "epochs = 3", "it has 'epochs'"),
        ("job.toml", "seed = 'one'", "'seed' is 'one'"),
        ("job.toml", "seed = true", "'seed' is True"),
        ("job.toml", "training_file = 'rows.jsonl'", "it has 'training_file'"),
        ("job.toml", "seed = ", "it can't be read"),
        ("job.json", "[]", "it holds a list"),
        ("job.json", "{", "it can't be read"),
    ],
)
def test_a_file_that_is_no_job_is_refused_with_what_may_stand_there(tmp_path, name, text, found):
    with pytest.raises(InvalidRequest, match=found) as refusal:
        read_job_file(written(tmp_path, text, name))

    assert "'hyperparameters' (table)" in refusal.value.message
