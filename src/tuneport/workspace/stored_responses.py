"""Responses that are kept, so that they can be read and gone on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.core import NotFound
from tuneport.inference import form_from_json
from tuneport.store import Database, ResponseRow
from tuneport.workspace.answer_rules import tool_choice_from_json
from tuneport.workspace.chat import MAY_CALL, ToolChoice, Usage
from tuneport.workspace.response import Response, ResponseRequest, ResponseStatus
from tuneport.workspace.response_items import item_from_json, item_to_json
from tuneport.workspace.response_pieces import piece_from_json, piece_to_json


class StoredResponses:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, response: Response) -> None:
        row = ResponseRow(
            id=response.id,
            created_at=response.created_at,
            completed_at=response.completed_at,
            model=response.model,
            status=response.status,
            request=asdict(response.request),
            input_items=list(map(item_to_json, response.input)),
            output_items=list(map(item_to_json, response.output)),
            usage=asdict(response.usage) if response.usage else None,
            error=response.error,
            text_pieces=list(map(piece_to_json, response.text_pieces)),
        )
        with self._database.write() as session:
            session.add(row)

    def find(self, response_id: str) -> Response:
        """Give a kept response. Raises `NotFound`."""
        with self._database.read() as session:
            return _response_of(_find_row(session, response_id))

    def delete(self, response_id: str) -> None:
        """Forget it; responses that went on from it have its conversation themselves. Raises `NotFound`."""
        with self._database.write() as session:
            session.delete(_find_row(session, response_id))


def _find_row(session: Session, response_id: str) -> ResponseRow:
    row = session.scalar(select(ResponseRow).where(ResponseRow.id == response_id))
    if row is None:
        raise NotFound(
            f"Response with id {response_id!r} not found. Responses created with 'store': false are not kept.",
            code="response_not_found",
            param="response_id",
        )
    return row


def _response_of(row: ResponseRow) -> Response:
    status: ResponseStatus = row.status  # type: ignore[assignment]
    return Response(
        id=row.id,
        created_at=row.created_at,
        completed_at=row.completed_at,
        model=row.model,
        status=status,
        request=_request_of(row.request),
        input=tuple(map(item_from_json, row.input_items)),
        output=tuple(map(item_from_json, row.output_items)),
        usage=None if row.usage is None else Usage(**row.usage),
        error=row.error,
        text_pieces=tuple(map(piece_from_json, row.text_pieces)),
    )


def _request_of(record: Mapping[str, Any]) -> ResponseRequest:
    rules = {
        "tools": tuple(record["tools"]),
        "tool_choice": _tool_choice_of(record["tool_choice"]),
        "form": form_from_json(record.get("form")),
    }
    return ResponseRequest(**{**record, **rules})


def _tool_choice_of(record: Mapping[str, Any] | str | None) -> ToolChoice | None:
    """Rows of an older server have a word, "auto" or "none"."""
    if isinstance(record, str):
        return None if record == "none" else MAY_CALL
    return None if record is None else tool_choice_from_json(record)
