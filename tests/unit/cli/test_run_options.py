"""Options of `tuneport run` that contradict each other, refused before a server is asked."""

import pytest
from typer.testing import CliRunner

from tuneport.cli.app import build_app


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--beta", "0.1"), "the method 'supervised' has no beta"),
        (("--stop-after-worse-epochs", "2"), "no rows by whose loss an epoch could be worse"),
    ],
)
def test_options_that_contradict_each_other_are_refused_at_once(tmp_path, monkeypatch, options, complaint):
    monkeypatch.setenv("TUNEPORT_URL", "http://127.0.0.1:9/v1")
    rows = tmp_path / "rows.jsonl"
    rows.write_text("{}\n")

    answer = CliRunner().invoke(build_app(), ["run", str(rows), *options], env={"COLUMNS": "400"})

    assert answer.exit_code == 2
    assert complaint in answer.output
