"""Where a tokenizer cuts a text before it does anything else."""

from __future__ import annotations

import json
import re
from typing import Any

from tokenizers import Tokenizer

# Pre-tokenizers that ask nothing about the place of a stretch in its text.
_BLIND_TO_PLACE = {
    "BertPreTokenizer",
    "ByteLevel",
    "CharDelimiterSplit",
    "Digits",
    "Punctuation",
    "Split",
    "UnicodeScripts",
    "Whitespace",
    "WhitespaceSplit",
}


def find_special_marks(tokenizer: Tokenizer) -> re.Pattern[str] | None:
    """Give what finds the tokens, in one group, that cut a text into stretches which are encoded apart.

    `None` for a tokenizer with which the tokens of a stretch may depend on what stands around it.
    """
    added = tokenizer.get_added_tokens_decoder().values()
    # Normalized ones are looked for later, within a stretch.
    marks = [token for token in added if token.content and not token.normalized]
    looks_around = any(token.lstrip or token.rstrip or token.single_word for token in marks)
    if not marks or looks_around or tokenizer.encode_special_tokens or not _is_blind_to_place(tokenizer):
        return None
    # At one place the longest is found, as the tokenizer does it.
    longest_first = sorted((token.content for token in marks), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})")


def _is_blind_to_place(tokenizer: Tokenizer) -> bool:
    """Say whether a stretch is cut into words without a look at where it stands."""
    if tokenizer.pre_tokenizer is None:
        return True
    description: dict[str, Any] = json.loads(tokenizer.pre_tokenizer.__getstate__())
    steps = description.get("pretokenizers", [description])
    return all(step["type"] in _BLIND_TO_PLACE for step in steps)
