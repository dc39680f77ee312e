"""What both sides of a comparison share, and the folder through which their processes speak."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

SEED = 7

Row = dict[str, list[int]]
"""`"ids"`, and `"has_loss"` with 1 for each token that carries it."""
Steps = list[list[list[Row]]]
"""Steps of samples of one row, or of the two of a preference pair."""


@dataclass(frozen=True)
class Setting:
    method: Literal["supervised", "dpo"]
    base_model: str
    model_folder: Path
    longest_row_tokens: int
    batch_size: int
    learning_rate: float
    threads: int
    memory_limit_bytes: int
    """What each side's process may take."""
    beta: float = 0.1
    max_grad_norm: float = 1.0
    seed: int = SEED


@dataclass(frozen=True)
class Layout:
    """How TRL computes a step; any gives the same result."""

    rows_at_once: int
    """Rows of a step, longest first, are cut into micro-batches of so many."""
    is_padding_free: bool = False
    """Its packing: the rows of a micro-batch one behind the other, parted by the attention mask."""
    recomputes: bool = False
    """Gradient checkpointing."""


@dataclass(frozen=True)
class WorkFolder:
    path: Path

    @property
    def rows_file(self) -> Path:
        """The drawn lines of the data file."""
        return self.path / "rows.jsonl"

    @property
    def adapter_folder(self) -> Path:
        """The adapter that both sides start from."""
        return self.path / "adapter"

    @property
    def setting_file(self) -> Path:
        return self.path / "setting.json"

    @property
    def steps_file(self) -> Path:
        """In the order in which they are trained."""
        return self.path / "steps.json"

    def gradient_file(self, side: str) -> Path:
        """The first step's gradient, before clipping; names as peft has them."""
        return self.path / f"{side}.safetensors"

    def result_file(self, side: str) -> Path:
        return self.path / f"{side}.json"

    def write_setting(self, setting: Setting) -> None:
        self.setting_file.write_text(json.dumps(asdict(setting), default=str))

    def read_setting(self) -> Setting:
        values = json.loads(self.setting_file.read_bytes())
        return Setting(**{**values, "model_folder": Path(values["model_folder"])})

    def read_steps(self) -> Steps:
        steps: Steps = json.loads(self.steps_file.read_bytes())
        return steps

    def write_result(self, side: str, **values: Any) -> None:
        self.result_file(side).write_text(json.dumps(values))

    def read_result(self, side: str) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(self.result_file(side).read_bytes())
        return result
