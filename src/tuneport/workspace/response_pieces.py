"""A response's text as it comes, piece by piece, with the chances of its tokens where they were asked for."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from typing import Any

from tuneport.workspace.chat import ChatDelta, TokenChance, chance_from_json


@dataclass(frozen=True)
class TextPiece:
    text: str
    chances: tuple[TokenChance, ...] = ()


def piece_to_json(piece: TextPiece) -> str | dict[str, Any]:
    """Give the text alone where nobody asked for chances."""
    return asdict(piece) if piece.chances else piece.text


def piece_from_json(record: str | Mapping[str, Any]) -> TextPiece:
    if isinstance(record, str):
        return TextPiece(record)
    return TextPiece(record["text"], tuple(map(chance_from_json, record["chances"])))


def with_chances_of_text(deltas: Generator[ChatDelta]) -> Generator[ChatDelta]:
    """Give each token's chance together with the text that it gave a part of; those of calls are left out."""
    untold: tuple[TokenChance, ...] = ()
    with closing(deltas):
        for delta in deltas:
            untold += delta.chances
            yield replace(delta, chances=untold if delta.content else ())
            if delta.content or delta.calls:
                untold = ()
