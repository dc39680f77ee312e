"""How much a project may have."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tuneport.config import Settings
from tuneport.core import QuotaExceeded
from tuneport.jobs import JobStatus
from tuneport.store import FileRow, JobRow, UploadRow

WAITING = (JobStatus.VALIDATING_FILES, JobStatus.QUEUED)


def require_room_for_job(session: Session, settings: Settings) -> None:
    """Raise `QuotaExceeded` if as many jobs of the session's project wait as may."""
    waiting = session.scalar(select(func.count()).select_from(JobRow).where(JobRow.status.in_(WAITING))) or 0
    if waiting >= settings.max_waiting_jobs:
        raise QuotaExceeded(
            f"{waiting} jobs of this project wait, and {settings.max_waiting_jobs} may. "
            "Wait until one begins, or cancel one; the owner of the server sets 'max_waiting_jobs'.",
            code="too_many_waiting_jobs",
        )


def require_room_for_bytes(session: Session, settings: Settings, n_bytes: int, *, param: str = "file") -> None:
    """Raise `QuotaExceeded` if the files of the session's project would have more than they may with these bytes.

    What was announced for uploads in parts is taken, too, as long as they are not complete. `param`: of the request.
    """
    if settings.max_project_bytes is None:
        return
    announced = select(func.sum(UploadRow.n_bytes)).where(UploadRow.status == "pending")
    used = (session.scalar(select(func.sum(FileRow.n_bytes))) or 0) + (session.scalar(announced) or 0)
    if used + n_bytes > settings.max_project_bytes:
        raise QuotaExceeded(
            f"The files of this project have {used} bytes, and with {n_bytes} more they would have over "
            f"{settings.max_project_bytes}, the most that they may. Delete some files; the owner of the server sets "
            "'max_project_bytes'.",
            param=param,
        )
