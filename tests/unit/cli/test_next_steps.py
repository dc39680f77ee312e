import shlex
import sys
from pathlib import Path

import pytest

from tuneport.cli.next_steps import next_steps_text, program_name
from tuneport.config import DEFAULT_PORT

_MODEL = "ft:tiny:local:house:abc"


def test_a_model_without_a_server_that_stays_is_served_by_the_next_command():
    text = next_steps_text(_MODEL, url=None, training_file=Path("my rows.jsonl"))

    assert f"The tuned model is {_MODEL}" in text
    assert f"tuneport chat {_MODEL} --like 'my rows.jsonl'" in text
    assert "tuneport serve" in text
    assert f"http://127.0.0.1:{DEFAULT_PORT}/v1/chat/completions" in text


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:9999/v1"])
def test_the_curl_line_is_one_shell_command(url):
    line = next_steps_text(_MODEL, url=url, training_file=Path("t.jsonl")).splitlines()[-1]

    words = shlex.split(line)

    assert words[0] == "curl"
    assert words[-1].startswith('{"model": "ft:tiny:local:house:abc"')


def test_a_server_that_stays_is_named_by_its_address():
    text = next_steps_text(_MODEL, url="http://127.0.0.1:9999/v1", training_file=Path("t.jsonl"))

    assert "http://127.0.0.1:9999/v1/chat/completions" in text
    assert "tuneport serve" not in text


def test_a_model_of_raw_text_is_not_offered_as_a_chat():
    text = next_steps_text(_MODEL, url=None, training_file=Path("t.jsonl"), is_raw_text=True)

    assert f"The tuned model is {_MODEL}" in text
    assert "chat template" in text
    assert "tuneport chat" not in text


def test_the_program_is_named_so_that_the_shell_finds_it(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv" / "bin" / "tuneport")])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    unknown = program_name()
    (tmp_path / "tuneport").touch(mode=0o755)

    assert (unknown, program_name()) == (".venv/bin/tuneport", "tuneport")
    assert f"  {unknown} serve" in next_steps_text(_MODEL, url=None, training_file=Path("t.jsonl"), program=unknown)
