"""Work of which the greater part may go on beside Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

_Result = TypeVar("_Result")
_Next = TypeVar("_Next")


@dataclass(frozen=True)
class TwoSteps(Generic[_Result]):
    encode: Callable[[], Any]
    """Lets go of the interpreter: another thread may do it."""
    finish: Callable[[Any], _Result]
    """Takes what `encode` gives. Plain Python, as what came before: two threads of it only wait for each other."""

    def then(self, change: Callable[[_Result], _Next]) -> TwoSteps[_Next]:
        """Give the same work with a longer second step."""
        return TwoSteps(self.encode, lambda encoded: change(self.finish(encoded)))

    def run(self) -> _Result:
        return self.finish(self.encode())
