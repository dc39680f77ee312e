"""How to use a tuned model, as commands to copy."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from tuneport.config import DEFAULT_PORT


def next_steps_text(model: str, *, url: str | None, training_file: Path) -> str:
    """Name the model and say how to call it; `url` is that of a server that stays, `None` if none does."""
    address = url or f"http://127.0.0.1:{DEFAULT_PORT}/v1"
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "…"}]}, ensure_ascii=False)
    lines = [
        "",
        f"The tuned model is {model}",
        "",
        f"  tuneport chat {shlex.quote(model)} --like {shlex.quote(str(training_file))}",
        *([] if url else ["  tuneport serve"]),
        f"  curl {address}/chat/completions -H 'Content-Type: application/json' -d {shlex.quote(body)}",
    ]
    return "\n".join(lines)
