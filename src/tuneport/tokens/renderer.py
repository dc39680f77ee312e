"""Rows → token ids and loss weights, and a prompt → token ids, through one model's template and tokenizer."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from tuneport.core import InvalidRequest, NotFound
from tuneport.data import Example, Message, TextExample
from tuneport.tokens.added_tokens import add_new_tokens
from tuneport.tokens.call_shape import CallShape, find_call_shape
from tuneport.tokens.chat_template import ChatTemplate, Piece
from tuneport.tokens.stretches import StretchTokenizer, TokenBytes, as_token_bytes, as_token_ids
from tuneport.tokens.token_room import TokenRoom
from tuneport.tokens.token_text import TokenText, token_bytes, token_texts
from tuneport.tokens.two_steps import TwoSteps

_READING = threading.Lock()


@dataclass(frozen=True)
class TokenizedRow:
    line: int
    token_ids: NDArray[np.int32]
    """`[T]`"""
    loss_weights: NDArray[np.float32]
    """`[T]`: weight of each token as a *target*, predicted from the tokens before it; 0 keeps it out of the loss."""
    is_cut: bool
    """The row was longer than the model's limit and lost its end."""

    @property
    def loss_tokens(self) -> int:
        return int(np.count_nonzero(self.loss_weights))

    def cut_to(self, longest_row_tokens: int) -> TokenizedRow:
        """Give the row as training sees it, cut at its end."""
        if len(self.token_ids) <= longest_row_tokens:
            return self
        return TokenizedRow(
            line=self.line,
            token_ids=self.token_ids[:longest_row_tokens],
            loss_weights=self.loss_weights[:longest_row_tokens],
            is_cut=True,
        )


class Renderer:
    """What turns words into a model's tokens: the one place for training and for serving."""

    def __init__(
        self,
        template: ChatTemplate,
        tokenizer: Tokenizer,
        stop_token_ids: Collection[int],
        new_token_ids: Sequence[int] = (),
    ) -> None:
        """`stop_token_ids`: the first of them ends a completion of raw text."""
        self._template = template
        self._tokenizer = tokenizer
        self._stretches = StretchTokenizer(tokenizer)
        self._text_end_ids = list(stop_token_ids)[:1]
        self.stop_token_ids = frozenset(stop_token_ids)
        """An answer ends with one of these."""
        self.new_token_ids = tuple(new_token_ids)
        """Those of the tokens that were added to the files' own."""

    @classmethod
    def from_folder(
        cls, folder: Path, *, tokenizer_folder: Path | None = None, new_tokens: Sequence[str] = ()
    ) -> Renderer:
        """Read `tokenizer.json`, `chat_template.jinja`, `config.json` of a base model, and add `new_tokens`.

        `tokenizer_folder`: where `tokenizer.json` is read instead, of a model that was tuned with new tokens.
        Raises `NotFound`, and `InvalidRequest` for tokens that can't be added.
        """
        # Requests that come together would each read the files, and the memory that this takes stays taken.
        with _READING:
            return _read_renderer(folder, tokenizer_folder or folder, tuple(new_tokens))

    def as_of(self, day: date | None) -> Self:
        """Give the renderer for rows as they were on that day (`ChatTemplate.as_of`)."""
        dated = copy(self)
        dated._template = self._template.as_of(day)
        return dated

    def render(self, example: Example, *, longest_row_tokens: int = sys.maxsize) -> list[Piece]:
        """Give the row's text, in the pieces that are tokenized apart; what is cut off later may be one piece.

        Raises `InvalidRequest` with the row's line where the template refuses it.
        """
        room = TokenRoom(self._stretches, longest_row_tokens)
        try:
            return self._template.render(
                example.messages, example.tools, add_generation_prompt=False, has_room_after=room.is_left_after
            )
        except InvalidRequest as error:
            raise InvalidRequest(f"line {example.line}: {error.message}", error.code, error.param) from error

    def tokenize_example(self, example: Example, *, longest_row_tokens: int) -> TokenizedRow:
        """Give the row's ids and loss weights, cut at its end to `longest_row_tokens`."""
        rendered = self.render(example, longest_row_tokens=longest_row_tokens)
        return self.begin_examples([example], [rendered]).run()[0].cut_to(longest_row_tokens)

    def begin_examples(
        self, examples: Sequence[Example], rendered: Sequence[Sequence[Piece]]
    ) -> TwoSteps[list[TokenizedRow]]:
        """Give what `tokenize_example` gives for each row, never cut; many are far faster together, on all cores.

        Its work for other threads is apart. `rendered`: by `render`.
        """

        def join(ids_of_pieces: Sequence[TokenBytes]) -> list[TokenizedRow]:
            ids = iter(ids_of_pieces)
            parts = [
                [(next(ids), _weight(piece, example)) for piece in pieces]
                for example, pieces in zip(examples, rendered, strict=True)
            ]
            return _join([example.line for example in examples], parts)

        return self._stretches.begin([piece.text for pieces in rendered for piece in pieces]).then(join)

    def tokenize_text(self, example: TextExample, *, longest_row_tokens: int) -> TokenizedRow:
        """Give the ids and loss weights of raw text: prompt and completion are tokenized apart, as in serving.

        Raises `InvalidRequest` for a model without a stop token.
        """
        return self.tokenize_whole_texts([example])[0].cut_to(longest_row_tokens)

    def tokenize_whole_texts(self, examples: Sequence[TextExample]) -> list[TokenizedRow]:
        """Give what `tokenize_text` gives for each row, never cut. Raises as it does."""
        return self.begin_texts(examples).run()

    def begin_texts(self, examples: Sequence[TextExample]) -> TwoSteps[list[TokenizedRow]]:
        """Give what `tokenize_whole_texts` does, its work for other threads apart."""
        if not self._text_end_ids:
            raise InvalidRequest(
                "The model has no stop token, so it could not learn where a completion ends. "
                "Use a base model whose config.json has 'eos_token_id'."
            )
        prompts = [row.prompt for row in examples]
        completions = self._stretches.begin([row.completion for row in examples])
        end = as_token_bytes(self._text_end_ids)

        def encode() -> tuple[list[Encoding], Any]:
            return self._tokenizer.encode_batch_fast(prompts, add_special_tokens=True), completions.encode()

        def join(encoded: tuple[list[Encoding], Any]) -> list[TokenizedRow]:
            parts = [
                [(as_token_bytes(prompt.ids), 0.0), (completion + end, 1.0)]
                for prompt, completion in zip(encoded[0], completions.finish(encoded[1]), strict=True)
            ]
            return _join([example.line for example in examples], parts)

        return TwoSteps(encode, join)

    def tokenize_prompt(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]]) -> list[int]:
        """Give the ids after which the model writes its answer."""
        pieces = self._template.render(messages, tools, add_generation_prompt=True)
        return as_token_ids(b"".join(self._stretches.tokenize([piece.text for piece in pieces])))

    def prompt_text(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]]) -> str:
        """Give the text after which the model writes its answer."""
        pieces = self._template.render(messages, tools, add_generation_prompt=True)
        return "".join(piece.text for piece in pieces)

    def token_of(self, token_id: int) -> str:
        """Give a token as the vocabulary spells it."""
        return _token_text(self._tokenizer, token_id)

    def tokenize_text_prompt(self, prompt: str) -> list[int]:
        """Give the ids after which the model goes on with raw text; some models begin each text with a token."""
        ids: list[int] = self._tokenizer.encode(prompt, add_special_tokens=True).ids
        return ids

    @property
    def text_start_id(self) -> int | None:
        """The token that the model begins each raw text with; `None` for a model that begins with the text."""
        encoding = self._tokenizer.encode("a", add_special_tokens=True)
        return encoding.ids[0] if encoding.special_tokens_mask[0] else None

    @cached_property
    def call_shape(self) -> CallShape | None:
        """How the model writes calls; `None` where its template writes none, or none that can be read back."""
        shape = find_call_shape(self._template)
        added = self._tokenizer.get_added_tokens_decoder().values()
        # Special tokens are no text: an answer's text goes without them.
        is_text = shape is not None and not any(token.special and token.content in shape.literals for token in added)
        return shape if is_text else None

    @property
    def n_tokens(self) -> int:
        """Token ids are 0 to one less."""
        return self._tokenizer.get_vocab_size(with_added_tokens=True)

    def decode(self, token_ids: Sequence[int]) -> str:
        """Give the text of an answer, without special tokens."""
        return self._tokenizer.decode(list(token_ids), skip_special_tokens=True)

    def token_texts(self, token_ids: Sequence[int]) -> list[TokenText]:
        """Give what each token adds to the text of its row, special tokens as well."""
        return token_texts(self._tokenizer, token_ids)

    def token_bytes(self, token_id: int) -> bytes:
        """Give what a token alone stands for; of a part of a character, the part."""
        return token_bytes(self._tokenizer, token_id)

    def save_tokenizer(self, folder: Path) -> None:
        """Write `tokenizer.json`, with the tokens that were added."""
        self._tokenizer.save(str(folder / "tokenizer.json"))

    def count_answer_tokens(self, answer: Message, tools: Sequence[dict[str, Any]]) -> int:
        """Give the tokens of an assistant message as the model writes it, its end included."""
        pieces = self._template.render([Message("user", ""), answer], tools, add_generation_prompt=False)
        written = [piece.text for piece in pieces if piece.message_index is not None]
        return len(as_token_ids(b"".join(self._stretches.tokenize(written))))


def _join(lines: Sequence[int], parts_of_rows: Sequence[Sequence[tuple[TokenBytes, float]]]) -> list[TokenizedRow]:
    """Give the row of each line: its parts one behind the other, each with its weight. The rows share one memory."""
    parts = [part for parts_of_row in parts_of_rows for part in parts_of_row]
    token_ids = np.frombuffer(bytearray().join([ids for ids, _ in parts]), np.int32)
    n_tokens = [len(ids) // token_ids.itemsize for ids, _ in parts]
    loss_weights = np.repeat(np.array([weight for _, weight in parts], np.float32), n_tokens)
    rows, end, counts = [], 0, iter(n_tokens)
    for line, parts_of_row in zip(lines, parts_of_rows, strict=True):
        start, end = end, end + sum([next(counts) for _ in parts_of_row])
        # Nothing comes before the first token, so nothing can predict it.
        loss_weights[start : start + 1] = 0
        rows.append(TokenizedRow(line, token_ids[start:end], loss_weights[start:end], is_cut=False))
    return rows


def _weight(piece: Piece, example: Example) -> float:
    return 0.0 if piece.message_index is None else example.messages[piece.message_index].weight


@lru_cache(maxsize=8)
def _read_renderer(folder: Path, tokenizer_folder: Path, new_tokens: tuple[str, ...]) -> Renderer:
    for name in ("tokenizer.json", "chat_template.jinja", "config.json"):
        if not (folder / name).is_file():
            raise NotFound(f"{folder}: the base model has no {name}. Pull it again.", code="model_not_found")
    tokenizer = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    new_token_ids = add_new_tokens(tokenizer, new_tokens)
    stop_ids = _read_stop_token_ids(folder)
    template = ChatTemplate(
        (folder / "chat_template.jinja").read_text(encoding="utf-8"),
        bos_token=_token_text(tokenizer, _read_json(folder / "config.json").get("bos_token_id")),
        stop_tokens=[_token_text(tokenizer, token_id) for token_id in sorted(set(stop_ids))],
    )
    return Renderer(template, tokenizer, stop_ids, new_token_ids)


def _read_stop_token_ids(folder: Path) -> list[int]:
    """Generation settings know more stop tokens than the model's config; either may name one or several."""
    found: list[int] = []
    for name in ("config.json", "generation_config.json"):
        value = _read_json(folder / name).get("eos_token_id")
        found += value if isinstance(value, list) else [] if value is None else [value]
    return found


def _token_text(tokenizer: Tokenizer, token_id: int | None) -> str:
    return (tokenizer.id_to_token(token_id) or "") if token_id is not None else ""


def _read_json(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
