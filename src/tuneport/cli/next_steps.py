"""How to use a tuned model, as commands to copy."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path

from tuneport.config import DEFAULT_PORT

RAW_TEXT_NOTE = (
    "It has learned to go on with raw prompts. A chat puts the model's chat template around them, so its answers there "
    "are another matter: ask it by /v1/completions, which does not."
)


def program_name() -> str:
    """Give what to type for `tuneport`: its path, where the shell would not find it."""
    program = Path(sys.argv[0])
    is_found = program.name != "tuneport" or shutil.which("tuneport") is not None
    return "tuneport" if is_found else shlex.quote(os.path.relpath(program))


def next_steps_text(
    model: str, *, url: str | None, training_file: Path, is_raw_text: bool = False, program: str = "tuneport"
) -> str:
    """Name the model and say how to call it; `url` is that of a server that stays, `None` if none does.

    `is_raw_text`: it was trained on rows of prompt and completion.
    """
    if is_raw_text:
        return f"\nThe tuned model is {model}\n\n{RAW_TEXT_NOTE}"
    address = url or f"http://127.0.0.1:{DEFAULT_PORT}/v1"
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "…"}]}, ensure_ascii=False)
    lines = [
        "",
        f"The tuned model is {model}",
        "",
        f"  {program} chat {shlex.quote(model)} --like {shlex.quote(str(training_file))}",
        *([] if url else [f"  {program} serve"]),
        f"  curl {address}/chat/completions -H 'Content-Type: application/json' -d {shlex.quote(body)}",
    ]
    return "\n".join(lines)
