"""Every path of OpenAI's own description is answered: by a route, or by name as one that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from guarded_app import guarded
from openai_schema import DESCRIPTION, openai_paths
from tuneport.api.app import routed_app

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DESCRIPTION.exists(), reason="../shared/spec/openai-openapi.yaml is not there"),
]

_NAME = re.compile(r"\{[^}]*\}")


def missing_operations() -> list[tuple[str, str]]:
    """Give method and path, with names filled in, of what OpenAI has and no route here answers."""
    ours = {
        (method, _NAME.sub("{}", path))
        for path, methods in routed_app().openapi()["paths"].items()
        for method in methods
    }
    theirs = {(method, f"/v1{path.partition('?')[0]}") for method, path in openai_paths()}
    return sorted(
        (method, _NAME.sub("x", path)) for method, path in theirs if (method, _NAME.sub("{}", path)) not in ours
    )


def test_what_openai_has_and_this_server_lacks_is_refused_by_name(tmp_path: Path):
    missing = missing_operations()

    with guarded(tmp_path) as door:
        answers = {operation: door.code(*operation, json={}) for operation in missing}

    assert ("post", "/v1/moderations") in missing
    assert set(answers.values()) == {(404, "not_supported_here"), (404, "planned")}, answers
