"""How like real requests the rows of a training file are: numbers and lines, and of the text only names of tools."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class SomeRequests:
    n_rows: int
    lines: tuple[int, ...]
    """Of the file of requests, the first 20."""


@dataclass(frozen=True)
class TextLength:
    """Of what is asked, without instructions, in characters."""

    p50: int
    p95: int


@dataclass(frozen=True)
class Likeness:
    """Of texts that are asked, without instructions, by the runs of characters that they share: 0 to 1 for the same."""

    n_compared_rows: int
    """Training rows with prompts of their own, from all over the file."""
    n_compared_requests: int
    similarity_of_rows: float
    """Of a training row to the other row that is most like it, median."""
    similarity_of_requests: float
    """Of a request to the training row that is most like it, median."""
    unlike_similarity: float
    """A twentieth of the training rows have no other row that is more like them than this."""
    unlike: SomeRequests
    """Requests of which the same is true, the least like first."""
    unlike_share: float
    """Of the compared requests; about 0.05 where rows and requests are of one kind."""
    is_more_than_chance: bool
    """Whether that share is too large to be chance."""


@dataclass(frozen=True)
class TrafficReport:
    n_rows: int
    """Rows of the training file that ask something."""
    n_unread_rows: int
    """Those that are no JSON objects, as `n_unread_requests`. What they are is for the check to say."""
    n_requests: int
    """Rows of the file of requests that ask something."""
    n_requests_without_text: int
    """Those that do not, or not in a form that is known."""
    n_unread_requests: int
    likeness: Likeness | None
    """`None` for fewer than two different prompts."""
    unknown_instructions: SomeRequests
    """Requests whose system and developer messages no training row has; to have none is a kind of its own."""
    unknown_tools: SomeRequests
    """Requests that offer a tool which no training row offers."""
    unknown_tool_names: tuple[str, ...]
    """The first 20 such tools."""
    length_of_rows: TextLength
    length_of_requests: TextLength

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
