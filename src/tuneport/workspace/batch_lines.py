"""The input file of a batch: one request a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from tuneport.workspace.batch_record import BatchProblem, plain_endpoint

MAX_PROBLEMS = 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class BatchLine:
    custom_id: str
    body: dict[str, Any]


@dataclass(frozen=True)
class CheckedLines:
    n_requests: int
    model: str | None
    """What all of them ask; `None` where they differ."""
    problems: tuple[BatchProblem, ...]
    """The first of them, then how many more; empty if the file is good."""


def check_lines(path: Path, *, endpoint: str, max_requests: int) -> CheckedLines:
    """Look at every line, all problems together."""
    custom_ids: set[str] = set()
    models: set[str | None] = set()
    problems: list[BatchProblem] = []
    n_requests = n_problems = 0
    for number, line in _raw_lines(path):
        n_requests += 1
        request = _parsed(line)
        problem = _problem_of(request, number, endpoint, custom_ids)
        if problem is None:
            custom_ids.add(request["custom_id"])
            models.add(_model_of(request["body"]))
            continue
        n_problems += 1
        problems += [problem] if n_problems <= MAX_PROBLEMS else []
    problems = _problems_of_whole(n_requests, max_requests) + problems
    if n_problems > MAX_PROBLEMS:
        problems.append(BatchProblem("more_problems", f"{n_problems - MAX_PROBLEMS} more lines have problems."))
    return CheckedLines(n_requests, models.pop() if len(models) == 1 else None, tuple(problems))


def read_batch_lines(path: Path) -> Iterator[BatchLine]:
    """Give the requests of a file that `check_lines` found good."""
    for _, line in _raw_lines(path):
        request = orjson.loads(line)
        yield BatchLine(request["custom_id"], request["body"])


def _raw_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            stripped = (line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line).strip()
            if stripped:
                yield number, stripped


def _parsed(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def _problem_of(request: Any, number: int, endpoint: str, custom_ids: set[str]) -> BatchProblem | None:
    if not isinstance(request, dict):
        return BatchProblem("invalid_json_line", "The line is not a JSON object. Write one on each line.", None, number)
    custom_id = request.get("custom_id")
    if not isinstance(custom_id, str) or not custom_id:
        return _wrong("missing_custom_id", "custom_id", custom_id, "Use a text that no other line has.", number)
    if custom_id in custom_ids:
        return _wrong("duplicate_custom_id", "custom_id", custom_id, "An earlier line has it. Use another.", number)
    if request.get("method") != "POST":
        return _wrong("invalid_method", "method", request.get("method"), "Use 'POST'.", number)
    url = request.get("url")
    if not isinstance(url, str) or plain_endpoint(url) != plain_endpoint(endpoint):
        return _wrong("url_mismatch", "url", url, f"Use the batch's endpoint, {endpoint!r}.", number)
    if not isinstance(request.get("body"), dict):
        return _wrong("invalid_request", "body", request.get("body"), "Use the object that the endpoint takes.", number)
    return None


def _wrong(code: str, field: str, found: Any, what_to_do: str, number: int) -> BatchProblem:
    return BatchProblem(code, f"{field!r} is {repr(found)[:100]}. {what_to_do}", field, number)


def _problems_of_whole(n_requests: int, max_requests: int) -> list[BatchProblem]:
    if n_requests == 0:
        return [BatchProblem("empty_batch", "The file has no requests. Write one on each line.")]
    if n_requests > max_requests:
        message = f"The file has {n_requests} requests; a batch takes at most {max_requests}. Split it."
        return [BatchProblem("too_many_tasks", message)]
    return []


def _model_of(body: dict[str, Any]) -> str | None:
    model = body.get("model")
    return model if isinstance(model, str) else None
