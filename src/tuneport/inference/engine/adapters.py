"""Many adapters on one base model: loaded when first asked for, the least recently used dropped."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peft import PeftModel
from peft.helpers import DoraCaching

from tuneport.core import EngineFailed
from tuneport.models import load_adapter
from tuneport.weights import ADAPTER_FILE

if TYPE_CHECKING:
    from transformers import PreTrainedModel

MAX_ADAPTER_BYTES = 2**30
BASE_ROW = "__base__"
"""peft's name for a row of the batch that goes without an adapter."""


def require_adapter(folder: str) -> None:
    """Raise `EngineFailed` for an adapter that is not there any more."""
    if not (Path(folder) / ADAPTER_FILE).is_file():
        raise EngineFailed(
            f"The adapter {Path(folder).name} is no longer on disk. Was the model deleted?", code="model_not_found"
        )


class AdapterShelf:
    def __init__(self, base: PreTrainedModel, max_bytes: int = MAX_ADAPTER_BYTES) -> None:
        self._base = base
        self._peft: PeftModel | None = None
        self._max_bytes = max_bytes
        self._bytes: dict[str, int] = {}
        self._names: OrderedDict[str, str] = OrderedDict()
        self._n_loaded_ever = 0

    @property
    def n_loaded(self) -> int:
        return len(self._names)

    def ensure(self, folder: str, in_use: set[str]) -> bool:
        """Load the adapter of `folder`, dropping none of `in_use`: `False` while those leave it no memory.

        Raises `EngineFailed`.
        """
        if folder in self._names:
            self._names.move_to_end(folder)
            return True
        require_adapter(folder)
        self._bytes[folder] = (Path(folder) / ADAPTER_FILE).stat().st_size
        kept = self._names.keys() & in_use
        if kept and sum(self._bytes[each] for each in (*kept, folder)) > self._max_bytes:
            return False
        self._drop_oldest(in_use, self._bytes[folder])
        self._n_loaded_ever += 1
        name = f"adapter{self._n_loaded_ever}"
        if self._peft is None:
            self._peft = load_adapter(self._base, Path(folder), name)
        else:
            self._peft.load_adapter(folder, adapter_name=name)
        self._peft.eval()
        self._names[folder] = name
        return True

    def forward(self, folders: Sequence[str | None], **inputs: Any) -> Any:
        """Run the model on a batch whose row *i* uses the adapter of `folders[i]`."""
        if self._peft is None:
            return self._base(**inputs)
        distinct = set(folders)
        if len(distinct) > 1:
            names = [BASE_ROW if folder is None else self._names[folder] for folder in folders]
            return self._peft(adapter_names=names, **inputs)
        (folder,) = distinct
        # DoRA needs the norm of each whole weight, which does not change while it answers.
        with self._only(folder), DoraCaching():
            return self._peft(**inputs)

    def _only(self, folder: str | None) -> AbstractContextManager[Any]:
        if self._peft is None or folder is None:
            return self._peft.disable_adapter() if self._peft else nullcontext()
        if self._peft.active_adapter != self._names[folder]:
            self._peft.set_adapter(self._names[folder])
        return nullcontext()

    def _drop_oldest(self, in_use: set[str], needed: int) -> None:
        """Make room for `needed` bytes; peft keeps no model without an adapter, so the last one stays."""
        for folder in [folder for folder in self._names if folder not in in_use]:
            loaded = sum(self._bytes[each] for each in self._names)
            if loaded + needed <= self._max_bytes or len(self._names) == 1 or self._peft is None:
                return
            self._peft.delete_adapter(self._names.pop(folder))
