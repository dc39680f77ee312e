"""An answer's tokens, one by one, into text that can be shown at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuneport.tokens.renderer import Renderer
from tuneport.tokens.token_text import UNFINISHED_CHARACTER
from tuneport.tokens.tool_calls import CALL_START, ParsedAnswer, parse_answer


class AnswerText:
    """Holds back what may still change: half a character, the start of a stop text, everything from a call on."""

    def __init__(
        self,
        renderer: Renderer,
        stop_texts: Sequence[str],
        tool_names: Sequence[str],
        *,
        max_calls: int | None = None,
    ) -> None:
        """`max_calls`: those after so many are dropped; `None` keeps all."""
        self._renderer = renderer
        self._max_calls = max_calls
        self._stop_texts = tuple(stop_texts)
        self._tool_names = tuple(tool_names)
        self._token_ids: list[int] = []
        self._text = ""
        self._n_given = 0
        self.is_stopped = False
        """A stop text has come: nothing more belongs to the answer."""

    def push(self, token_id: int) -> str:
        """Take the next token and give the text that is certain now; often empty."""
        self._token_ids.append(token_id)
        self._text = self._renderer.decode(self._token_ids)
        for stop_text in self._stop_texts:
            position = self._text.find(stop_text)
            if position >= 0:
                self._text = self._text[:position]
                self.is_stopped = True
        return self._give(len(self._text) if self.is_stopped else self._certain_length())

    def finish(self) -> tuple[str, ParsedAnswer]:
        """Give the text that was held back and is no call, and the whole answer with its calls."""
        answer = parse_answer(self._text, self._tool_names) if self._tool_names else ParsedAnswer(self._text, ())
        answer = replace(answer, tool_calls=answer.tool_calls[: self._max_calls])
        content = answer.content or ""
        rest = content[self._n_given :] if content.startswith(self._text[: self._n_given]) else ""
        return rest, answer

    @property
    def n_tokens(self) -> int:
        return len(self._token_ids)

    def _certain_length(self) -> int:
        length = len(self._text.rstrip(UNFINISHED_CHARACTER))
        markers = (*self._stop_texts, CALL_START) if self._tool_names else self._stop_texts
        if self._tool_names and CALL_START in self._text:
            length = min(length, self._text.index(CALL_START))
        return min([length, *(_length_before(self._text, marker) for marker in markers)])

    def _give(self, length: int) -> str:
        if self._tool_names and CALL_START in self._text:
            length = min(length, self._text.index(CALL_START))
        new_text = self._text[self._n_given : length]
        self._n_given = max(self._n_given, length)
        return new_text


def _length_before(text: str, marker: str) -> int:
    """Give the length of `text` without an end that may be the start of `marker`."""
    for size in range(min(len(marker), len(text)), 0, -1):
        if text.endswith(marker[:size]):
            return len(text) - size
    return len(text)
