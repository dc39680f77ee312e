import json
from pathlib import Path

import pytest

from tuneport.workspace.batch_lines import check_lines, read_batch_lines

URL = "/v1/chat/completions"


def request(custom_id: object = "a", **changes: object) -> dict[str, object]:
    return {"custom_id": custom_id, "method": "POST", "url": URL, "body": {"model": "tiny"}} | changes


def written(folder: Path, *lines: object) -> Path:
    path = folder / "input.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def check(path: Path, *, max_requests: int = 100):
    return check_lines(path, endpoint=URL, max_requests=max_requests)


def test_good_lines_are_counted_with_the_model_that_all_ask(tmp_path: Path):
    checked = check(written(tmp_path, request("a"), "", request("b")))

    assert (checked.n_requests, checked.model, checked.problems) == (2, "tiny", ())


def test_lines_for_several_models_name_none(tmp_path: Path):
    assert check(written(tmp_path, request("a"), request("b", body={"model": "other"}))).model is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{broken", "invalid_json_line"),
        ("[1]", "invalid_json_line"),
        (request(None), "missing_custom_id"),
        (request(""), "missing_custom_id"),
        (request("first"), "duplicate_custom_id"),
        (request(method="GET"), "invalid_method"),
        (request(url="/v1/embeddings"), "url_mismatch"),
        (request(url=None), "url_mismatch"),
        (request(body="hello"), "invalid_request"),
    ],
)
def test_problem_is_told_with_its_line(tmp_path: Path, line: object, code: str):
    (problem,) = check(written(tmp_path, request("first"), line)).problems

    assert (problem.code, problem.line) == (code, 2)


def test_all_problems_are_told_together_up_to_twenty(tmp_path: Path):
    problems = check(written(tmp_path, *["broken"] * 23)).problems

    assert len(problems) == 21
    assert problems[-1].message == "3 more lines have problems."


def test_empty_file_and_one_with_too_many_requests_are_refused(tmp_path: Path):
    empty = check(written(tmp_path, "", " ")).problems
    long = check(written(tmp_path, request("a"), request("b")), max_requests=1).problems

    assert [problem.code for problem in (*empty, *long)] == ["empty_batch", "too_many_tasks"]


@pytest.mark.parametrize("endpoint", ["/chat/completions", URL])
def test_url_may_be_spelled_as_azure_does_whatever_the_batch_s_endpoint(tmp_path: Path, endpoint: str):
    path = written(tmp_path, request("a"), request("b", url="/chat/completions"))

    assert check_lines(path, endpoint=endpoint, max_requests=9).problems == ()


def test_byte_order_mark_is_no_problem(tmp_path: Path):
    path = written(tmp_path, request("a"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert check(path).problems == ()
    assert [line.custom_id for line in read_batch_lines(path)] == ["a"]
