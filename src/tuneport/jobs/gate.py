"""What stands between a finished run and a model that answers: is what is served what was trained?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tuneport.jobs.tuning import Tuning


@dataclass(frozen=True)
class Verdict:
    message: str
    """For the job's user: an event, or why the job failed."""
    record: dict[str, Any] | None
    """Kept with the model; `None` where nothing could be compared."""
    is_refused: bool = False


class Gate(Protocol):
    def needs_engine(self, tuning: Tuning) -> bool:
        """Say whether only a model that the engine that is built in can answer with gets through."""
        ...

    def judge(self, model: str, base_model: str, checkpoint: Path, *, on_wait: Callable[[], None]) -> Verdict | None:
        """Ask who will answer as `model` what the run asked; `None` where the run kept no answers."""
        ...
