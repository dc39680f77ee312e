"""A run of a model with a window shorter than the rows: each row is computed alone, and that is said once."""

import json

from tiny_model import write_tiny_model
from training_runs import new_run, train, write_rows


def test_a_model_with_a_short_window_learns_and_says_once_that_rows_are_computed_alone(tmp_path):
    model = write_tiny_model(tmp_path / "model")
    config = json.loads((model / "config.json").read_text())
    config |= {"model_type": "mistral", "architectures": ["MistralForCausalLM"], "sliding_window": 16}
    (model / "config.json").write_text(json.dumps(config))
    rows = write_rows(tmp_path / "rows.jsonl", 12)
    run = new_run(tmp_path / "run", model, rows, validation_file=rows, n_epochs=6)

    first_status = train(run)
    run.result_file.unlink()
    second_status = train(run)

    report, metrics = run.read_data_report(), run.read_metrics()[0]
    warnings = [event.message for event in run.read_events()[0] if event.kind == "warned"]
    assert (first_status, second_status) == (0, 0)
    assert metrics[-1].train_loss < metrics[0].train_loss / 2
    # Of each row, the tokens after the last trained one are never computed; nothing else is left out.
    assert report.tokens * 0.9 < report.tokens_to_compute < report.tokens
    assert [message for message in warnings if "each row alone" in message and "see 16 tokens at once" in message] == [
        warnings[0]
    ]
