"""Tokenizer, template and stop tokens in GGUF's words."""

from __future__ import annotations

import re
from typing import Any

from gguf import GGUFWriter, TokenType

from tuneport.catalog import name_of_pre_tokenizer
from tuneport.core import InvalidRequest
from tuneport.data import Example, Message
from tuneport.tokens import Renderer

_MARKS = re.compile(r"{%(-?)\s*(?:end)?generation\s*(-?)%}")


def add_tokenizer(
    writer: GGUFWriter,
    tokenizer: dict[str, Any],
    config: Any,
    *,
    renderer: Renderer,
    template: str,
    n_rows: int,
) -> None:
    """Add what `tokenizer`, the content of a tokenizer.json, has; `n_rows`: those of the model's embedding."""
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_pre_tokenizer(tokenizer))
    tokens, kinds = _vocabulary(tokenizer, n_rows)
    writer.add_vocab_size(len(tokens))
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in _merges(tokenizer)])
    _add_special_tokens(writer, config, renderer)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(without_marks(template))


def without_marks(template: str) -> str:
    """Give the template without the marks around answers, which only training needs and not every program knows."""
    return _MARKS.sub(r"{#\1 \2#}", template)


def _pre_tokenizer(tokenizer: dict[str, Any]) -> str:
    merges_bytes = tokenizer["model"]["type"] == "BPE" and not tokenizer["model"].get("byte_fallback")
    name = name_of_pre_tokenizer(tokenizer["pre_tokenizer"]) if merges_bytes else None
    if name is None:
        raise InvalidRequest(
            "The model's tokenizer cuts text in a way that GGUF is not written for here, and a wrong one would change "
            "what the model reads. Use the format 'merged' and llama.cpp's own converter.",
            code="unsupported_gguf",
            param="format",
        )
    return name


def _merges(tokenizer: dict[str, Any]) -> list[Any]:
    merges: list[Any] = tokenizer["model"]["merges"]
    return merges


def _vocabulary(tokenizer: dict[str, Any], n_rows: int) -> tuple[list[str], list[TokenType]]:
    """Give every token and its kind, by id; embeddings are often padded with rows that belong to none."""
    tokens = {token_id: (token, TokenType.NORMAL) for token, token_id in tokenizer["model"]["vocab"].items()}
    for added in tokenizer["added_tokens"]:
        kind = TokenType.CONTROL if added["special"] else TokenType.USER_DEFINED
        tokens[added["id"]] = (added["content"], kind)
    pairs = [tokens.get(token_id, (f"[PAD{token_id}]", TokenType.UNUSED)) for token_id in range(n_rows)]
    return [token for token, _ in pairs], [kind for _, kind in pairs]


def _add_special_tokens(writer: GGUFWriter, config: Any, renderer: Renderer) -> None:
    first = _first(config.eos_token_id)
    turn_end = _turn_end(renderer)
    rest = sorted(renderer.stop_token_ids - {first}, key=lambda token_id: (token_id != turn_end, token_id))
    writer.add_eos_token_id(first)
    # The file has room for three that end an answer: the text's, the turn's, and a call's.
    for add, token_id in zip((writer.add_eot_token_id, writer.add_eom_token_id), rest, strict=False):
        add(token_id)
    start = renderer.text_start_id
    if (bos := config.bos_token_id if start is None else start) is not None:
        writer.add_bos_token_id(bos)
        writer.add_add_bos_token(start is not None)
    pad = getattr(config, "pad_token_id", None)
    writer.add_pad_token_id(first if pad is None else pad)


def _turn_end(renderer: Renderer) -> int | None:
    """Give the token that the template ends an answer with; `None` where it does not take one."""
    try:
        pieces = renderer.render(Example(1, (Message("user", "Hello"), Message("assistant", "Hello")), ()))
    except InvalidRequest:
        return None
    answer = "".join(piece.text for piece in pieces if piece.message_index is not None)
    # A mark around answers may hold the line end behind the token too.
    ends = (token_id for token_id in renderer.stop_token_ids if answer.rstrip().endswith(renderer.token_of(token_id)))
    return next(ends, None)


def _first(ids: int | list[int]) -> int:
    return ids[0] if isinstance(ids, list) else ids
