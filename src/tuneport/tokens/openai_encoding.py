"""OpenAI's own tokenizer, through tiktoken."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

OPENAI_ENCODING = "cl100k_base"

CountTexts = Callable[[Sequence[str]], list[int]]
"""Texts → how many tokens each has."""


def openai_token_counter(folder: Path) -> CountTexts:
    """Give what counts tokens as OpenAI does; `folder` is where tiktoken finds its files."""
    import tiktoken

    # tiktoken knows no other way to name the folder, and would fetch the file from the internet otherwise.
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    encoding = tiktoken.get_encoding(OPENAI_ENCODING)
    # Marks of special tokens are counted as the text that they are: a row must not be able to end the count.
    return lambda texts: [len(ids) for ids in encoding.encode_ordinary_batch(list(texts))]
