"""Words everyone uses: ids, clock, errors, atomic file writes, JSON lines, facts about this machine."""

from tuneport.core.clock import Clock, SystemClock
from tuneport.core.errors import (
    ComparisonCancelled,
    Conflict,
    DataError,
    EngineFailed,
    Forbidden,
    InvalidRequest,
    ModelPullFailed,
    NotFound,
    QuotaExceeded,
    RateLimited,
    ServerUnreachable,
    StorageFull,
    TrainingFailed,
    TuneportError,
    Unauthorized,
)
from tuneport.core.extras import hide_package, require_package
from tuneport.core.files import new_folder, remove_folder, storage_errors, sync_folder, write_atomic
from tuneport.core.ids import new_id
from tuneport.core.json_lines import JsonLinesWriter, read_json_lines
from tuneport.core.machine import (
    Gpu,
    Machine,
    available_cores,
    free_machine_memory_bytes,
    machine_memory_bytes,
    read_machine,
)
from tuneport.core.patience import Check, go_on
from tuneport.core.streamed_lines import StreamedLines
from tuneport.core.threads import ENGINE_SPINS, TRAINING_SPINS, spin_while_waiting

__all__ = [
    "ENGINE_SPINS",
    "TRAINING_SPINS",
    "Check",
    "Clock",
    "ComparisonCancelled",
    "Conflict",
    "DataError",
    "EngineFailed",
    "Forbidden",
    "Gpu",
    "InvalidRequest",
    "JsonLinesWriter",
    "Machine",
    "ModelPullFailed",
    "NotFound",
    "QuotaExceeded",
    "RateLimited",
    "ServerUnreachable",
    "StorageFull",
    "StreamedLines",
    "SystemClock",
    "TrainingFailed",
    "TuneportError",
    "Unauthorized",
    "available_cores",
    "free_machine_memory_bytes",
    "go_on",
    "hide_package",
    "machine_memory_bytes",
    "new_folder",
    "new_id",
    "read_json_lines",
    "read_machine",
    "remove_folder",
    "require_package",
    "spin_while_waiting",
    "storage_errors",
    "sync_folder",
    "write_atomic",
]
