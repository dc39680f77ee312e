"""How text is cut before the merges, under GGUF's names: a model was trained on exactly one of these.

Each is as `tokenizer.json` has it.
"""

from __future__ import annotations

from typing import Any

_CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_WORDS_AND_SPACES = (
    _CONTRACTIONS + r"|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{numbers}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def _bytes(*, use_regex: bool) -> dict[str, Any]:
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": use_regex}


def _by_pattern(numbers: str) -> dict[str, Any]:
    pattern = {"Regex": _WORDS_AND_SPACES.format(numbers=numbers)}
    split = {"type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": False}
    return {"type": "Sequence", "pretokenizers": [split, _bytes(use_regex=False)]}


PRE_TOKENIZERS: dict[str, dict[str, Any]] = {
    "gpt-2": _bytes(use_regex=True),
    "smollm": {
        "type": "Sequence",
        "pretokenizers": [{"type": "Digits", "individual_digits": True}, _bytes(use_regex=True)],
    },
    "qwen2": _by_pattern(r"\p{N}"),
    "llama-bpe": _by_pattern(r"\p{N}{1,3}"),
}
WHOLE_WORDS_FIRST = frozenset({"llama-bpe"})
"""A stretch of text that is a token as it stands is not merged from its letters."""


def name_of_pre_tokenizer(found: dict[str, Any] | None) -> str | None:
    """Give GGUF's name for the `pre_tokenizer` of a `tokenizer.json`; `None` for one that is none of these."""
    return next((name for name, known in PRE_TOKENIZERS.items() if _plain(known) == _plain(found)), None)


def _plain(value: Any) -> Any:
    """Leave out what only tells where a token stood in the text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key != "trim_offsets"}
    return [_plain(each) for each in value] if isinstance(value, list) else value
