"""The route of a row's loss."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from tuneport.api.project_dependency import ProjectDependency
from tuneport.api.row_loss.translate import row_loss_object
from tuneport.api.row_loss.wire import RowLossObject
from tuneport.api.whole_file_work import WHOLE_FILE_WORK
from tuneport.workspace import RowLossRequest

router = APIRouter(prefix="/v1/files", tags=["tuneport"])


@router.get("/{file_id}/rows/{row}/loss", dependencies=[WHOLE_FILE_WORK])
def show_row_loss(
    project: ProjectDependency,
    file_id: str,
    row: Annotated[int, Path(ge=1, description="From 1.")],
    model: str | None = None,
    method: Literal["supervised", "dpo"] | None = None,
    longest_row_tokens: Annotated[int | None, Query(ge=1)] = None,
    numbered_by: Annotated[Literal["row", "line"], Query(description="Rows count without blank lines.")] = "row",
) -> RowLossObject:
    """Tuneport's own: the row as a job would train it, each token with the weight of its loss."""
    request = RowLossRequest(file_id, row, numbered_by, model, method, longest_row_tokens)
    return row_loss_object(project.row_losses.show(request))
