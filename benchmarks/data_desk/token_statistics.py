"""The token statistics of a file beside the tokenizer's own batch encoding, and beside the cookbook's method."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from benchmarks.data_desk.cookbook_method import count_tokens
from tuneport.data import AnyExample, PreferenceExample, RefusedRow, TextExample, read_sound_examples
from tuneport.tokens import Renderer, count_file

LONGEST_ROW_TOKENS = 2048
TEXTS_AT_ONCE = 10_000
"""More at once are no faster, and a tokenizer's answers take a hundred bytes a token."""


def compare_tokens(path: Path, model_folder: Path, *, rounds: int = 3) -> dict[str, Any]:
    """Measure on one file of chat rows, each time with a tokenizer that has seen nothing yet.

    The tokenizer alone gets the rendered texts, so that it does nothing but encode.
    """
    examples = [row for row in read_sound_examples(path) if not isinstance(row, RefusedRow)]
    renderer = _fresh_renderer(model_folder)
    texts = [text for example in examples for text in _texts(example, renderer)]
    n_rows = len(examples)
    del examples
    ours, alone, plainly = [], [], []
    for _ in range(rounds):
        ours.append(_time_statistics(path, _fresh_renderer(model_folder)))
        alone.append(_time_tokenizer(texts, _fresh_tokenizer(model_folder)))
        plainly.append(_time_cookbook(path, _fresh_tokenizer(model_folder)))
    return {
        "rows": n_rows,
        "megacharacters": sum(map(len, texts)) / 1e6,
        "seconds": min(ours),
        "tokenizer_seconds": min(alone),
        "time_over_tokenizer": min(ours) / min(alone),
        "speed_over_cookbook": min(plainly) / min(ours),
    }


def _fresh_renderer(model_folder: Path) -> Renderer:
    # The renderer of a folder is read once, and remembers what it tokenized: a copy of the folder has another one.
    with tempfile.TemporaryDirectory() as copy:
        for source in (*model_folder.glob("*.json"), *model_folder.glob("*.jinja")):
            shutil.copy(source, copy)
        return Renderer.from_folder(Path(copy))


def _fresh_tokenizer(model_folder: Path) -> Tokenizer:
    return Tokenizer.from_file(str(model_folder / "tokenizer.json"))


def _texts(example: AnyExample, renderer: Renderer) -> list[str]:
    if isinstance(example, TextExample):
        return [example.prompt, example.completion]
    assert not isinstance(example, PreferenceExample), "rows of the method 'supervised'"
    return [piece.text for piece in renderer.render(example)]


def _time_statistics(path: Path, renderer: Renderer) -> float:
    return _seconds(lambda: count_file(read_sound_examples(path), renderer, longest_row_tokens=LONGEST_ROW_TOKENS))


def _time_tokenizer(texts: list[str], tokenizer: Tokenizer) -> float:
    def encode_all() -> None:
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            tokenizer.encode_batch_fast(texts[start : start + TEXTS_AT_ONCE], add_special_tokens=False)

    return _seconds(encode_all)


def _time_cookbook(path: Path, tokenizer: Tokenizer) -> float:
    return _seconds(lambda: count_tokens(path, lambda text: len(tokenizer.encode(text).ids)))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
