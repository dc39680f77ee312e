"""The cost sheet as the wire has it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class Prices(BaseModel):
    currency: str
    training_hour: float
    million_training_tokens: float
    training_watts: float | None
    kilowatt_hour: float | None


class JobCostObject(BaseModel):
    job_id: str
    object: Literal["job.cost"] = "job.cost"
    created_at: int
    status: str
    base_model: str
    hours: float
    """Of its steps."""
    tokens: int
    """Of its steps' rows, each row as if it were computed alone."""
    is_billed: bool
    price: float
    electricity_price: float | None
    """Also of what is not billed; `null` without `training_watts` and `kilowatt_hour`."""


class CostSheet(BaseModel):
    object: Literal["list"] = "list"
    data: list[JobCostObject]
    has_more: bool
    prices: Prices
    not_billed: list[str]
