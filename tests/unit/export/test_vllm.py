"""The command by which vLLM serves an export."""

from __future__ import annotations

import os
import shlex
import subprocess

import pytest

from tiny_exports import order_of
from tuneport.export.vllm import SCRIPT_NAME, serves_adapter, write_vllm_script

FROM_HUB = {"base_source": {"kind": "hub", "repository": "someone/tiny", "revision": "abc"}}


def words_of(folder, tmp_path):
    """Give what the script hands to vLLM."""
    fake = tmp_path / "vllm"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    answer = subprocess.run([folder / SCRIPT_NAME, "--port", "1"], env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.splitlines()


def test_a_plain_adapter_is_served_beside_its_base_from_the_hub(run_of, folder, tmp_path):
    order = order_of(run_of("lora"), "vllm").model_copy(update=FROM_HUB)

    write_vllm_script(order, folder, with_adapter=serves_adapter(order))

    words = words_of(folder, tmp_path)
    assert words[:4] == ["serve", "someone/tiny", "--revision", "abc"]
    assert shlex.join(words[4:9]) == shlex.join(
        ["--enable-lora", "--max-lora-rank", "8", "--lora-modules", f"ft:tiny:local::abc={folder}"]
    )
    assert words[-2:] == ["--port", "1"]
    assert words[-4:-2] == ["--tool-call-parser", "hermes"]


@pytest.mark.parametrize("kind", ["dora", "qlora", "new tokens", "full"])
def test_what_vllm_cannot_put_on_a_base_is_served_as_one_model(run_of, folder, tmp_path, kind):
    order = order_of(run_of(kind), "vllm").model_copy(update=FROM_HUB)

    write_vllm_script(order, folder, with_adapter=serves_adapter(order))

    assert words_of(folder, tmp_path)[:4] == ["serve", str(folder), "--served-model-name", "ft:tiny:local::abc"]


def test_a_base_that_is_on_this_machine_alone_goes_with_the_model(run_of):
    assert not serves_adapter(order_of(run_of("lora"), "vllm"))
