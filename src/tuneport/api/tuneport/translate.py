"""Between the workspace and what only Tuneport answers."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel as WireModel

from tuneport.api.errors import stream_error_body
from tuneport.api.server_events import server_event
from tuneport.api.tuneport.wire import (
    CompareRequest,
    ComparisonObject,
    Fit,
    FittingModel,
    MachineFacts,
    PreferenceResult,
    Progress,
)
from tuneport.workspace import (
    BaseModel,
    CatalogEntry,
    ComparisonRequest,
    ComparisonState,
    HeldOutPreferences,
    JobProgress,
    MachineReport,
    ModelFit,
    PullProgress,
    price_of_job,
)


def machine_facts(report: MachineReport) -> MachineFacts:
    return MachineFacts(
        **asdict(report.machine), versions=report.versions, models=[_fitting_model(model) for model in report.models]
    )


def _fitting_model(model: ModelFit) -> FittingModel:
    methods = {method: Fit(**asdict(fit)) for method, fit in model.methods.items()}
    return FittingModel(name=model.name, method=methods, pulled=model.is_pulled)


def catalog_record(entry: CatalogEntry) -> dict[str, Any]:
    return entry.model.to_json() | {"pulled": entry.is_pulled, "folder_bytes": entry.folder_bytes}


def progress_object(progress: JobProgress) -> Progress:
    files = {name: _dump(getattr(progress, name)) for name in ("data_report", "forecast", "result")}
    numbers = {name: value for name, value in vars(progress).items() if name not in files}
    return Progress(**numbers, **files, elsewhere=price_of_job(progress))


def _dump(record: WireModel | None) -> dict[str, Any] | None:
    return None if record is None else record.model_dump()


def preference_result(found: HeldOutPreferences) -> PreferenceResult:
    return PreferenceResult(**asdict(found.score), verdict=found.verdict)


def comparison_request(body: CompareRequest) -> ComparisonRequest:
    return ComparisonRequest(**body.model_dump())


def comparison_object(state: ComparisonState) -> ComparisonObject:
    return ComparisonObject(**asdict(state))


def pull_events(reports: Iterator[PullProgress | BaseModel]) -> Generator[bytes]:
    """Give a pull as server-sent events; an error ends them as an event."""
    try:
        for report in reports:
            yield _pull_event(report)
    except Exception as error:
        yield server_event(stream_error_body(error))


def _pull_event(report: PullProgress | BaseModel) -> bytes:
    if isinstance(report, BaseModel):
        return server_event({"stage": "ready", "model": report.to_json()})
    return server_event(asdict(report))
