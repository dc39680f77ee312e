"""Every status of a batch, and every move between them."""

from __future__ import annotations

from enum import StrEnum

from tuneport.store import BatchRow


class BatchStatus(StrEnum):
    VALIDATING = "validating"
    """Waits for its turn, or its lines are being checked."""
    IN_PROGRESS = "in_progress"
    """Its requests are being answered."""
    FINALIZING = "finalizing"
    """All is answered; the output files are being made."""
    CANCELLING = "cancelling"
    """The user has ended it; requests under way are still answered, and the output files made."""
    COMPLETED = "completed"
    FAILED = "failed"
    """Its input file was refused, and nothing of it was answered; or work on it failed again and
    again, and what was answered until then is in the output files.
    """
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Its window is over; what is answered is in the output files."""


ALLOWED_MOVES: dict[BatchStatus, frozenset[BatchStatus]] = {
    BatchStatus.VALIDATING: frozenset({BatchStatus.IN_PROGRESS, BatchStatus.FAILED, BatchStatus.CANCELLED}),
    BatchStatus.IN_PROGRESS: frozenset(
        {BatchStatus.FINALIZING, BatchStatus.CANCELLING, BatchStatus.EXPIRED, BatchStatus.FAILED}
    ),
    BatchStatus.FINALIZING: frozenset({BatchStatus.COMPLETED, BatchStatus.FAILED}),
    BatchStatus.CANCELLING: frozenset({BatchStatus.CANCELLED, BatchStatus.FAILED}),
    BatchStatus.COMPLETED: frozenset(),
    BatchStatus.FAILED: frozenset(),
    BatchStatus.CANCELLED: frozenset(),
    BatchStatus.EXPIRED: frozenset(),
}

ENDED = frozenset(status for status, moves in ALLOWED_MOVES.items() if not moves)
CANCELLABLE = frozenset({BatchStatus.VALIDATING, BatchStatus.IN_PROGRESS})


def move_batch(row: BatchRow, to: BatchStatus, *, at: int) -> bool:
    """Give the batch its new status and the time of it; say whether that was allowed: a user may have been faster."""
    if to not in ALLOWED_MOVES[BatchStatus(row.status)]:
        return False
    row.status = to
    setattr(row, f"{to}_at", at)
    return True
