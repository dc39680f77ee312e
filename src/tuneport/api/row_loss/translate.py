"""Between the workspace's rows and the wire's."""

from __future__ import annotations

from tuneport.api.row_loss.wire import RowLossObject
from tuneport.workspace import RowLoss


def row_loss_object(found: RowLoss) -> RowLossObject:
    return RowLossObject(**found.to_json())
