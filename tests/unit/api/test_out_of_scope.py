import pytest

from tuneport.api.out_of_scope import refusal_of


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/v1/images/generations", "does not do images"),
        ("/v1/assistants", "does not do assistants"),
        ("/v1/vector_stores/vs_1/files", "does not do vector stores"),
        ("/openai/deployments/mine/audio/transcriptions", "does not do audio"),
        ("/openai/threads", "does not do threads"),
        ("/v1/moderations", "does not do moderations"),
        ("/v1/responses/compact", "does not do the shortening of conversations"),
    ],
)
def test_path_out_of_scope_is_refused_by_name(path: str, what: str):
    refusal = refusal_of(path)

    assert refusal is not None
    assert refusal.code == "not_supported_here"
    assert what in refusal.message


@pytest.mark.parametrize("path", ["/v1/evals/eval_1/runs", "/openai/evals", "/v1/fine_tuning/alpha/graders/run"])
def test_path_that_is_planned_says_so(path: str):
    refusal = refusal_of(path)

    assert refusal is not None
    assert refusal.code == "planned"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/responses/resp_1",
        "/v1/",
        "/v1/files/images",
        "/v1/imagery",
        "/images",
        "/v1/fine_tuning/jobs",
        "/v1/nothing",
    ],
)
def test_any_other_path_is_not(path: str):
    assert refusal_of(path) is None
