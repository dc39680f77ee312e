"""Every error that Tuneport raises on purpose.

    TuneportError
    ├── InvalidRequest      what was asked for cannot be done as asked        (wire: 400)
    │   └── DataError       a data file has problems: file, line, field       (wire: 400)
    ├── Unauthorized        no key, or a wrong one                            (wire: 401)
    ├── Forbidden           the key is good, and not for this                 (wire: 403)
    ├── NotFound            no record, model or file of that name             (wire: 404)
    ├── Conflict            the record's state forbids it                     (wire: 409)
    ├── RateLimited         too many requests at once; wait and ask again     (wire: 429)
    ├── QuotaExceeded       the project has all that it may have              (wire: 429)
    ├── StorageFull         the disk has no room; nothing was kept            (wire: 507)
    ├── ModelPullFailed     a base model could not be fetched or converted    (wire: 502)
    ├── TrainingFailed      a run ended without a model                       (recorded on the job)
    ├── EngineFailed        the inference process is gone or refused          (wire: 503)
    ├── ComparisonCancelled a comparison stopped because its owner asked      (recorded on the comparison)
    └── ServerUnreachable   a command has no server to talk to                (shown by the command)

A message has four parts: where, what was found, what is allowed, what to do. `code` is stable: scripts may compare it.
`docs/errors.md` lists the codes and is generated from this file.
"""

from __future__ import annotations

from typing import ClassVar


class TuneportError(Exception):
    """Root of the tree. `param` names the request field or file field that is at fault, `None` if there is none."""

    default_code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.param = param

    def __reduce__(self) -> tuple[type[TuneportError], tuple[str, str, str | None]]:
        # Errors cross process boundaries; Exception's own pickling would drop `code` and `param`.
        return type(self), (self.message, self.code, self.param)


class InvalidRequest(TuneportError):
    default_code = "invalid_request"


class DataError(InvalidRequest):
    default_code = "invalid_training_file"


class Unauthorized(TuneportError):
    default_code = "invalid_api_key"


class Forbidden(TuneportError):
    default_code = "insufficient_scope"


class NotFound(TuneportError):
    default_code = "not_found"


class Conflict(TuneportError):
    default_code = "conflict"


class RateLimited(TuneportError):
    default_code = "rate_limit_exceeded"


class QuotaExceeded(TuneportError):
    default_code = "quota_exceeded"


class StorageFull(TuneportError):
    default_code = "storage_full"


class ModelPullFailed(TuneportError):
    default_code = "model_pull_failed"


class TrainingFailed(TuneportError):
    default_code = "training_failed"


class EngineFailed(TuneportError):
    default_code = "engine_failed"


class ComparisonCancelled(TuneportError):
    default_code = "comparison_cancelled"


class ServerUnreachable(TuneportError):
    default_code = "server_unreachable"
