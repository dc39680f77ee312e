"""What is answered of a batch: files that only grow, so that a killed server goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from tuneport.core import JsonLinesWriter, new_id
from tuneport.workspace.batch_record import BatchUsage

HTTP_OK = 200
EXPIRED_ERROR = {
    "code": "batch_expired",
    "message": "This request could not be executed before the completion window expired.",
}


@dataclass(frozen=True)
class LineAnswer:
    """What a request would have been answered on its own."""

    status_code: int
    body: dict[str, Any]
    is_worth_repeating: bool = False
    """Whether the same request may be answered a little later: its engine was full, or died."""


class BatchAnswers:
    """`output.jsonl` and `errors.jsonl` in a folder, each line as OpenAI's output files have it."""

    def __init__(self, folder: Path) -> None:
        """Open the folder and read what is in it. Every change is there for the next to open it."""
        folder.mkdir(parents=True, exist_ok=True)
        self.output_file, self.error_file = folder / "output.jsonl", folder / "errors.jsonl"
        self._output, self._errors = JsonLinesWriter(self.output_file), JsonLinesWriter(self.error_file)
        self.custom_ids: set[str] = set()
        self.n_completed = self.n_failed = self.n_expired = 0
        self.usage = BatchUsage()
        try:
            self._read()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> BatchAnswers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._output.close()
        self._errors.close()

    def add(self, custom_id: str, answer: LineAnswer) -> None:
        """Keep an answer. It outlives this process at once, and a power cut after `sync`."""
        response = {"status_code": answer.status_code, "request_id": new_id("req_"), "body": answer.body}
        self._write(custom_id, is_error=answer.status_code != HTTP_OK, response=response, error=None)

    def add_expired(self, custom_id: str) -> None:
        """Keep that a request was not answered in time."""
        self._write(custom_id, is_error=True, response=None, error=EXPIRED_ERROR)

    def sync(self) -> None:
        self._output.sync()
        self._errors.sync()

    def _read(self) -> None:
        for record in _records(self.output_file):
            self._count(record, is_error=False)
        for record in _records(self.error_file):
            self._count(record, is_error=True)

    def _write(self, custom_id: str, *, is_error: bool, response: dict[str, Any] | None, error: Any) -> None:
        record = {"id": new_id("batch_req_"), "custom_id": custom_id, "response": response, "error": error}
        (self._errors if is_error else self._output).write(record)
        self._count(record, is_error=is_error)

    def _count(self, record: dict[str, Any], *, is_error: bool) -> None:
        self.custom_ids.add(record["custom_id"])
        if is_error:
            self.n_failed += 1
            # Without a response it came too late. A server may be killed between such lines and the batch's end.
            self.n_expired += record["response"] is None
        else:
            self.n_completed += 1
            self.usage += _usage_of(record["response"]["body"])


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            yield orjson.loads(line)


def _usage_of(body: dict[str, Any]) -> BatchUsage:
    """Chats and completions count `prompt_tokens`, responses `input_tokens`."""
    usage = body.get("usage") or {}
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    return BatchUsage(
        input_tokens=usage.get("prompt_tokens", usage.get("input_tokens", 0)),
        cached_tokens=details.get("cached_tokens", 0),
        output_tokens=usage.get("completion_tokens", usage.get("output_tokens", 0)),
    )
