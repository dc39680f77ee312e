"""What a person may choose about a conversion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from tuneport.core import InvalidRequest

Container = Literal["csv", "tsv", "xlsx", "json", "parquet", "transcripts"]
"""How the file holds its records."""
Shape = Literal["chat", "sharegpt", "alpaca", "prompt_completion", "pairs", "preference", "columns"]
"""What a record says, and where."""
MappedPart = Literal["system", "user", "assistant", "preferred", "non_preferred"]

CONTAINERS: tuple[Container, ...] = get_args(Container)
SHAPES: tuple[Shape, ...] = get_args(Shape)
MAPPED_PARTS: tuple[MappedPart, ...] = get_args(MappedPart)


@dataclass(frozen=True)
class ConvertOptions:
    source: Container | Shape | None = None
    """What the file is, or what its records are; what is not given is told from the content."""
    columns: tuple[tuple[MappedPart, str], ...] = ()
    """Which columns make which message; several of one part are joined by a blank line."""
    system: str | None = None
    """System message of every row that has none."""
    assistant_speaker: str = "assistant"
    """Of transcripts: whose words are to be learned."""
    encoding: str | None = None
    """`None` finds UTF-8, UTF-16 and UTF-32."""
    strips_marks: bool = False
    """Of prompt and completion: take off separators, stop texts and the leading space."""

    @property
    def container(self) -> Container | None:
        return next((name for name in CONTAINERS if name == self.source), None)

    @property
    def shape(self) -> Shape | None:
        if self.columns:
            return "columns"
        return next((name for name in SHAPES if name == self.source), None)


def check_options(options: ConvertOptions) -> None:
    """Raises `InvalidRequest` for columns that make no row."""
    parts = {part for part, _ in options.columns}
    if not parts or {"user", "assistant"} <= parts or {"user", "preferred", "non_preferred"} <= parts:
        return
    raise InvalidRequest(
        f"'map' names columns for {', '.join(map(repr, sorted(parts)))}. Name one for 'user' and one for 'assistant', "
        "or for 'user', 'preferred' and 'non_preferred'; 'system' may be there too.",
        code="incomplete_map",
        param="map",
    )
