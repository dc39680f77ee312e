"""Requests made from our own description: none is answered with 5xx, none with what the description does not have.

TUNEPORT_FUZZ_CASES says how many in all; `make fuzz-wire` sends 2,000.
"""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server_process import ServerProcess, pretend_pulled
from tuneport.api.app import routed_app

N_CASES = int(os.environ.get("TUNEPORT_FUZZ_CASES", "300"))
LEFT_OUT = {"/v1/tuneport/models", "/openai/files/import"}
"""A POST here would ask other machines."""
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


def asked_operations():
    description = schemathesis.openapi.from_dict(routed_app().openapi())
    operations = [found.ok() for found in description.get_all_operations()]
    return [operation for operation in operations if operation.method == "get" or operation.path not in LEFT_OUT]


def ways_to_ask():
    """Give each operation with what its requests do; a path whose only rule is to be text cannot be broken."""
    for operation in asked_operations():
        yield pytest.param(operation, GenerationMode.POSITIVE, id=f"{operation.label} as described")
        if operation.body or operation.query:
            yield pytest.param(operation, GenerationMode.NEGATIVE, id=f"{operation.label} against it")


WAYS = list(ways_to_ask())
CASES_EACH = max(1, N_CASES // len(WAYS))


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    home = tmp_path_factory.mktemp("fuzz_home")
    pretend_pulled(home)
    server = ServerProcess(home, fake_training="good")
    yield server.url
    server.stop()


@pytest.mark.parametrize(("operation", "mode"), WAYS)
def test_every_answer_to_generated_requests_is_described_and_none_is_a_defect(url, operation, mode):
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=CASES_EACH,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        answer = case.call(base_url=url, timeout=30)
        case.validate_response(answer, checks=CHECKS)

    ask()
