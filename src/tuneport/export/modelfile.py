"""Ollama's Modelfile, which tells it all that a GGUF file does not: its kind of template, stops, how to sample."""

from __future__ import annotations

import json
from pathlib import Path

from tuneport.export.ollama_template import find_ollama_template
from tuneport.export.tuned_files import read_renderer
from tuneport.weights import ExportOrder

_SAMPLING = {"temperature": 1, "top_p": 1, "top_k": 0, "min_p": 0, "repeat_penalty": 1}
"""As Tuneport samples where a request says nothing; Ollama's own settings change what a model says."""
MOST_CONTEXT_TOKENS = 8192
"""Ollama holds the memory for all of them from the start."""
_NOTE = """\
# Make it with: ollama create NAME -f Modelfile
# Tools are not in the template: Ollama spells their JSON in another way than training did. llama.cpp, which runs the
# template in the file's metadata, has them.
"""


def write_modelfile(order: ExportOrder, folder: Path, gguf_name: str) -> None:
    """Raises `InvalidRequest` where Ollama can't be told the model's template."""
    renderer = read_renderer(order)
    stops = [renderer.token_of(token_id) for token_id in sorted(renderer.stop_token_ids)]
    settings = {**_SAMPLING, "num_ctx": min(order.context_tokens, MOST_CONTEXT_TOKENS)}
    lines = [
        f"FROM ./{gguf_name}",
        f'TEMPLATE """{find_ollama_template(renderer).text()}"""',
        *(f"PARAMETER stop {json.dumps(stop, ensure_ascii=False)}" for stop in stops),
        *(f"PARAMETER {name} {value}" for name, value in settings.items()),
    ]
    (folder / "Modelfile").write_text(_NOTE + "\n".join(lines) + "\n", encoding="utf-8")
