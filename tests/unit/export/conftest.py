import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tokenizers import AddedToken, Tokenizer
from tokenizers.processors import TemplateProcessing

from tiny_exports import RunsOfKinds, write_base_model
from tuneport.tokens import Renderer

_LIKE_LLAMA_3 = (
    "{{ '<|begin|>' }}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}TURN_END{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base_model(tmp_path_factory.mktemp("exported") / "base")


@pytest.fixture(scope="session")
def run_of(tmp_path_factory: pytest.TempPathFactory, base_folder: Path) -> RunsOfKinds:
    return RunsOfKinds(tmp_path_factory.mktemp("runs"), base_folder)


@pytest.fixture
def like_llama_3(base_folder: Path, tmp_path: Path) -> Callable[[str], Renderer]:
    """Give the renderer of a model that begins texts with `<|begin|>` and has three stop tokens."""

    def renderer_with(turn_end: str) -> Renderer:
        tokenizer = Tokenizer.from_file(str(base_folder / "tokenizer.json"))
        tokenizer.add_special_tokens([AddedToken(token, special=True) for token in ("<|begin|>", "<|eom|>", "<|eot|>")])
        begin, eom, eot = map(tokenizer.token_to_id, ("<|begin|>", "<|eom|>", "<|eot|>"))
        tokenizer.post_processor = TemplateProcessing(single="<|begin|> $A", special_tokens=[("<|begin|>", begin)])
        tokenizer.save(str(tmp_path / "tokenizer.json"))
        (tmp_path / "chat_template.jinja").write_text(_LIKE_LLAMA_3.replace("TURN_END", turn_end))
        (tmp_path / "config.json").write_text(json.dumps({"bos_token_id": begin, "eos_token_id": [2, eom, eot]}))
        return Renderer.from_folder(tmp_path)

    return renderer_with


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to export to."""
    target = tmp_path / "export"
    target.mkdir()
    return target
