"""Rows of files, token by token, with what each token weighs in the loss."""

from __future__ import annotations

from dataclasses import dataclass

from tuneport.config import Settings
from tuneport.data import read_example
from tuneport.tokens import view_loss
from tuneport.workspace.files import Files
from tuneport.workspace.longest_row import longest_row_tokens
from tuneport.workspace.models import Models
from tuneport.workspace.row_loss import RowLoss, RowLossRequest
from tuneport.workspace.training_renderer import find_training_renderer


@dataclass(frozen=True)
class RowLosses:
    settings: Settings
    files: Files
    models: Models

    def show(self, request: RowLossRequest) -> RowLoss:
        """Give one row as a job would train it.

        Raises `NotFound` for an unknown file, row or model, `Conflict` for a file that is not all there, and
        `DataError` for a row that no job would take.
        """
        path, file_name = self.files.path(request.file_id), self.files.find(request.file_id).filename
        name = request.model or self.settings.default_model
        found = find_training_renderer(name, self.settings, self.models)
        read = read_example(
            path, request.number, numbered_by=request.numbered_by, method=request.method, name=file_name
        )
        longest = longest_row_tokens(found.base, request.longest_row_tokens)
        view = view_loss(read.example, found.renderer, longest_row_tokens=longest)
        return RowLoss(
            file_id=request.file_id,
            line=read.line,
            row=read.row,
            model=found.base.name,
            method=read.method,
            longest_row_tokens=longest,
            rows=view.rows,
            is_trained=view.is_trained,
        )
