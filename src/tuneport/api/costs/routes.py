"""The route of the cost sheet."""

from __future__ import annotations

from fastapi import APIRouter

from tuneport.api.costs.translate import cost_sheet
from tuneport.api.costs.wire import CostSheet
from tuneport.api.page_query import PageQuery
from tuneport.api.project_dependency import ProjectDependency

router = APIRouter(prefix="/v1/tuneport/costs", tags=["costs"])


@router.get("")
def list_costs(project: ProjectDependency, page: PageQuery) -> CostSheet:
    """List what the project's jobs cost by this server's own prices, and what of them is not billed."""
    return cost_sheet(project.costs.list(page), project.settings)
