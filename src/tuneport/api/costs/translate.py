"""Between the workspace's cost sheet and the wire's."""

from __future__ import annotations

from dataclasses import asdict

from tuneport.api.costs.wire import CostSheet, JobCostObject, Prices
from tuneport.config import Settings
from tuneport.workspace import NOT_BILLED, JobCost, Page


def cost_sheet(page: Page[JobCost], settings: Settings) -> CostSheet:
    return CostSheet(
        data=[JobCostObject(**asdict(cost)) for cost in page.items],
        has_more=page.has_more,
        prices=Prices(
            currency=settings.currency,
            training_hour=settings.price_per_training_hour,
            million_training_tokens=settings.price_per_million_training_tokens,
            training_watts=settings.training_watts,
            kilowatt_hour=settings.price_per_kilowatt_hour,
        ),
        not_billed=list(NOT_BILLED),
    )
