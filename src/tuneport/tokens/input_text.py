"""A text as the tokens that a model reads as a whole."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from tuneport.core import NotFound


class InputTokenizer:
    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    @classmethod
    def from_folder(cls, folder: Path) -> InputTokenizer:
        """Read `tokenizer.json`. Raises `NotFound`."""
        return cls(_read_tokenizer(folder / "tokenizer.json"))

    @property
    def n_tokens(self) -> int:
        """Token ids are 0 to one less."""
        return self._tokenizer.get_vocab_size(with_added_tokens=True)

    def tokenize(self, text: str) -> list[int]:
        """Give the ids, with the tokens that the model puts around a text; nothing is cut."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=True).ids
        return ids


@lru_cache(maxsize=4)
def _read_tokenizer(file: Path) -> Tokenizer:
    if not file.is_file():
        raise NotFound(f"{file.parent}: the model has no {file.name}. Pull it again.", code="model_not_found")
    tokenizer = Tokenizer.from_file(str(file))
    # The file may cut and fill every text to one length.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
