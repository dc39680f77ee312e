"""Chat completions that are kept: question, answers and what their owner noted about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.core import NotFound
from tuneport.data import Message, ToolCall
from tuneport.inference import form_from_json
from tuneport.store import CompletionRow, Database, OwnRows, Page, read_page
from tuneport.workspace.answer_rules import tool_choice_from_json
from tuneport.workspace.chat import ChatAnswer, ChatCompletion, ChatRequest, Usage, chance_from_json
from tuneport.workspace.paging import PageRequest


class StoredCompletions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, completion: ChatCompletion) -> None:
        row = CompletionRow(
            id=completion.id,
            created_at=completion.created_at,
            model=completion.model,
            labels=completion.metadata,
            request=asdict(completion.request),
            answers=[asdict(answer) for answer in completion.answers],
        )
        with self._database.write() as session:
            session.add(row)

    def list(self, page: PageRequest, *, model: str | None, metadata: Mapping[str, str]) -> Page[ChatCompletion]:
        """Give those of a model that carry all of `metadata`; `None` gives those of any model."""
        rows = OwnRows(CompletionRow)
        if model is not None:
            rows = rows.where(CompletionRow.model == model)
        for key, value in metadata.items():
            rows = rows.where(CompletionRow.labels[key].as_string() == value)
        with self._database.read() as session:
            found = read_page(session, rows, after=page.after, limit=page.limit, order=page.order)
        return Page(tuple(map(_completion_of, found.items)), found.has_more)

    def find(self, completion_id: str) -> ChatCompletion:
        """Give a kept completion. Raises `NotFound`."""
        with self._database.read() as session:
            return _completion_of(_find_row(session, completion_id))

    def change_metadata(self, completion_id: str, metadata: dict[str, str]) -> ChatCompletion:
        """Replace what is noted. Raises `NotFound`."""
        with self._database.write() as session:
            row = _find_row(session, completion_id)
            row.labels = metadata
            return _completion_of(row)

    def delete(self, completion_id: str) -> None:
        """Forget it. Raises `NotFound`."""
        with self._database.write() as session:
            session.delete(_find_row(session, completion_id))


def _find_row(session: Session, completion_id: str) -> CompletionRow:
    row = session.scalar(select(CompletionRow).where(CompletionRow.id == completion_id))
    if row is None:
        raise NotFound(
            f"No stored chat completion {completion_id!r}. Only those created with 'store': true are kept.",
            code="completion_not_found",
            param="completion_id",
        )
    return row


def _completion_of(row: CompletionRow) -> ChatCompletion:
    return ChatCompletion(
        id=row.id,
        created_at=row.created_at,
        model=row.model,
        request=_request_of(row.request),
        answers=tuple(map(_answer_of, row.answers)),
        metadata=row.labels,
    )


def _request_of(record: Mapping[str, Any]) -> ChatRequest:
    sequences = {
        "messages": tuple(_message_of(message) for message in record["messages"]),
        "tools": tuple(record["tools"]),
        "stop": tuple(record["stop"]),
    }
    rules = {
        "tool_choice": tool_choice_from_json(record.get("tool_choice")),
        "form": form_from_json(record.get("form")),
    }
    return ChatRequest(**{**record, **sequences, **rules})


def _message_of(record: Mapping[str, Any]) -> Message:
    return Message(**{**record, "tool_calls": _calls_of(record)})


def _answer_of(record: Mapping[str, Any]) -> ChatAnswer:
    parts = {
        "tool_calls": _calls_of(record),
        "usage": Usage(**record["usage"]),
        "chances": tuple(map(chance_from_json, record.get("chances", ()))),
    }
    return ChatAnswer(**{**record, **parts})


def _calls_of(record: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(**call) for call in record["tool_calls"])
