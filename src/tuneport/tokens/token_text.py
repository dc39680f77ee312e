"""Tokens as text, one by one: what each adds to the text of its row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

UNFINISHED_CHARACTER = "\ufffd"
_MOST_TOKENS_OF_CHARACTER = 4
_BYTE_TOKEN = re.compile(r"<0x([0-9A-Fa-f]{2})>")
# Byte-level vocabularies write a byte as a letter: itself where it can be seen, else the next one from U+0100 on.
_SEEN_BYTES = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
_UNSEEN_BYTES = sorted(set(range(0x100)) - set(_SEEN_BYTES))
_BYTE_OF_LETTER = {chr(byte): byte for byte in _SEEN_BYTES} | {
    chr(0x100 + position): byte for position, byte in enumerate(_UNSEEN_BYTES)
}


@dataclass(frozen=True)
class TokenText:
    id: int
    text: str
    """What it adds to the text; empty where it holds a part of a character that a later token completes."""
    bytes: tuple[int, ...] | None
    """The bytes of a token that holds a part of a character, where they are known; `None` for every other."""
    is_special: bool
    """It is nobody's text: a mark between turns, or the end of an answer."""


def token_texts(tokenizer: Tokenizer, token_ids: Sequence[int]) -> list[TokenText]:
    """Give the tokens in order; their texts, joined, are the decoded row."""
    special = {token_id for token_id, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    is_part = False
    shown = []
    for token_id, text in zip(token_ids, _added_texts(tokenizer, token_ids), strict=True):
        # The token that completes a character holds a part of it, too.
        holds_part, is_part = is_part or not text, not text
        part = _bytes_of(tokenizer, [token_id]) if holds_part else None
        shown.append(TokenText(token_id, text, None if part is None else tuple(part), token_id in special))
    return shown


def token_bytes(tokenizer: Tokenizer, token_id: int) -> bytes:
    """Give what a token alone stands for; of a part of a character, the part."""
    text = _decode(tokenizer, [token_id])
    part = _bytes_of(tokenizer, [token_id]) if UNFINISHED_CHARACTER in text else None
    return text.encode() if part is None else part


def _added_texts(tokenizer: Tokenizer, token_ids: Sequence[int]) -> Iterator[str]:
    """Give what each token adds, by decoding a few at a time: how a token reads may depend on the one before."""
    start, end = 0, 0
    for stop in range(1, len(token_ids) + 1):
        before = _decode(tokenizer, token_ids[start:end])
        text = _decode(tokenizer, token_ids[start:stop])
        if stop == len(token_ids) or _is_whole(tokenizer, text[len(before) :], token_ids[end:stop]):
            start, end = end, stop
            yield text[len(before) :]
        else:
            yield ""


def _is_whole(tokenizer: Tokenizer, text: str, token_ids: Sequence[int]) -> bool:
    """Say whether `text`, which these tokens add, ends with a whole character."""
    if not text.endswith(UNFINISHED_CHARACTER):
        return bool(text)
    content = _bytes_of(tokenizer, token_ids)
    if content is None:
        return len(token_ids) >= _MOST_TOKENS_OF_CHARACTER
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    # The text itself has the sign that stands for half a character.
    return True


def _decode(tokenizer: Tokenizer, token_ids: Sequence[int]) -> str:
    text: str = tokenizer.decode(list(token_ids), skip_special_tokens=False)
    return text


def _bytes_of(tokenizer: Tokenizer, token_ids: Sequence[int]) -> bytes | None:
    """Give the bytes that tokens of a byte vocabulary are; `None` where one of them is of another kind."""
    values: list[int | None] = []
    for token_id in token_ids:
        token = tokenizer.id_to_token(token_id) or ""
        match = _BYTE_TOKEN.fullmatch(token)
        values += [int(match.group(1), 16)] if match else [_BYTE_OF_LETTER.get(letter) for letter in token]
    known = [value for value in values if value is not None]
    return bytes(known) if len(known) == len(values) else None
