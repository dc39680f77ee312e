"""OpenAI's own description of its answers, beside the repository: what an answer of ours has to satisfy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

DESCRIPTION = Path(__file__).parents[2] / "shared" / "spec" / "openai-openapi.yaml"
STREAM = "text/event-stream"
METHODS = {"get", "post", "put", "patch", "delete"}


def openai_operations(*resources: str) -> set[str]:
    """Give the operations of these first parts of a path, such as "post /files"."""
    return {
        f"{method} {path}"
        for path, methods in _description()["paths"].items()
        if path.split("/")[1] in resources and "?" not in path
        for method in methods
    }


def openai_paths() -> set[tuple[str, str]]:
    """Give method and path of everything that OpenAI describes."""
    return {(method, path) for path, methods in _description()["paths"].items() for method in METHODS & set(methods)}


def problems(operation: str, answer: Any, *, media_type: str = "application/json") -> Iterator[str]:
    """Give each place where an answer with status 200, or an event of its stream, is not as OpenAI describes it."""
    for error in _validator(operation, media_type).iter_errors(answer):
        yield f"{'.'.join(map(str, error.instance_path)) or 'the answer'}: {error.message[:300]}"


@cache
def _description() -> dict[str, Any]:
    # Its examples have dates, which JSON lacks.
    read = yaml.load(DESCRIPTION.read_bytes(), Loader=yaml.CSafeLoader)
    description: dict[str, Any] = json.loads(json.dumps(read, default=str))
    return description


@cache
def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = _as_json_schema(_description()["components"]["schemas"])
    return schemas


@cache
def _validator(operation: str, media_type: str) -> jsonschema_rs.Draft202012Validator:
    method, path = operation.split(" ")
    answer = _description()["paths"][path][method]["responses"]["200"]["content"][media_type]
    schema = _as_json_schema(answer["schema"])
    return jsonschema_rs.Draft202012Validator({**schema, "components": {"schemas": _schemas()}})


def _as_json_schema(node: Any) -> Any:
    """Give the schema in words that JSON Schema has.

    `nullable` and a true `exclusiveMinimum` are of an older OpenAPI. Of the alternatives of `oneOf` several may fit,
    as OpenAI's overlap.
    """
    if isinstance(node, list):
        return [_as_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    schema = {name: _as_json_schema(value) for name, value in node.items()}
    if isinstance(schema.get("oneOf"), list):
        schema = {"allOf": [{"anyOf": schema.pop("oneOf")}, schema]}
    if schema.get("exclusiveMinimum") is True:
        schema["exclusiveMinimum"] = schema.pop("minimum")
    if schema.get("nullable") is True:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return schema
