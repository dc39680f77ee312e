"""Between exports of the workspace and exports on our wire."""

from __future__ import annotations

from dataclasses import asdict

from tuneport.api.exports.wire import CreateExportRequest, ExportObject
from tuneport.workspace import Export, ExportRequest


def export_request(body: CreateExportRequest) -> ExportRequest:
    return ExportRequest(model=body.model, format=body.format, numbers=body.quantization)


def export_object(export: Export) -> ExportObject:
    fields = asdict(export)
    return ExportObject(quantization=fields.pop("numbers"), **fields)
