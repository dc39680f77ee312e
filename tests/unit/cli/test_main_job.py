import json
from dataclasses import replace
from typing import get_args

import httpx
import pytest

from fake_wire import error_response, event_stream, report_stream
from tuneport.cli.main_job import MainJob, run_main_job
from tuneport.cli.options import PresetOption
from tuneport.config import PRESETS
from tuneport.core import InvalidRequest, NotFound, ServerUnreachable

_GOOD = {
    "n_rows": 20,
    "n_compared_rows": 20,
    "n_bytes": 900,
    "n_errors": 0,
    "errors": [],
    "n_warnings": 0,
    "warnings": [],
}
_BAD = _GOOD | {"n_errors": 1, "errors": [{"code": "broken_json", "message": "line 3: it ends in mid-value."}]}
_JOB = {
    "id": "ftjob-1",
    "model": "tiny",
    "status": "succeeded",
    "training_file": "file-t",
    "validation_file": "file-v",
    "fine_tuned_model": "ft:tiny:local::abc",
    "error": None,
}
_PROGRESS = {
    "status": "succeeded",
    "queue_position": None,
    "step": 2,
    "total_steps": 2,
    "data_report": None,
    "forecast": None,
    "result": None,
}
_SCORE = {
    "n_rows": 5,
    "n_right": 4,
    "share": 0.8,
    "interval_low": 0.4,
    "interval_high": 0.9,
    "seconds_per_answer": 0.5,
    "prompt_tokens_mean": 30.0,
}
_COMPARISON = {
    "id": "cmp_1",
    "status": "succeeded",
    "done": 15,
    "total": 15,
    "results": {"base": _SCORE, "few_shot": _SCORE, "tuned": _SCORE},
    "verdict": "It may be chance.",
    "error": None,
}


_TOOLS = [{"type": "function", "function": {"name": "set_light"}}]
_ANSWER = {"choices": [{"message": {"role": "assistant", "content": "It is on.", "tool_calls": None}}]}


def _row(question):
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": "Done."}]
    return json.dumps({"messages": messages, "tools": _TOOLS}) + "\n"


@pytest.fixture
def job(tmp_path):
    for name in ("train", "validation"):
        (tmp_path / f"{name}.jsonl").write_text(_row(f"A {name} question"))
    return MainJob(
        training_file=tmp_path / "train.jsonl",
        validation_file=tmp_path / "validation.jsonl",
        model="tiny",
        method="supervised",
        suffix="house",
        seed=None,
        hyperparameters={"n_epochs": 2},
    )


@pytest.fixture
def good_server(server):
    server.on("GET tuneport/models", {"data": [{"name": "tiny", "pulled": True}]})
    server.on("POST files", {"id": "file-t"}, {"id": "file-v"})
    server.on("GET files/file-t/report", report_stream(_GOOD))
    server.on("GET files/file-v/report", report_stream(_GOOD))
    server.on("DELETE files/file-t", {"deleted": True})
    server.on("DELETE files/file-v", {"deleted": True})
    server.on("POST fine_tuning/jobs", _JOB | {"status": "validating_files"})
    server.on("GET fine_tuning/jobs/ftjob-1", _JOB)
    server.on("GET fine_tuning/jobs/ftjob-1/events", {"data": [], "has_more": False})
    server.on("GET tuneport/jobs/ftjob-1/progress", _PROGRESS)
    server.on("POST tuneport/comparisons", _COMPARISON)
    server.on("GET tuneport/comparisons/cmp_1/answers", {"data": []})
    server.on("POST chat/completions", _ANSWER)
    return server


def _run(client, screen, job):
    return run_main_job(client, screen, job, stays=True, sleep=lambda seconds: None)


def _without_validation(job):
    return MainJob(**{**vars(job), "validation_file": None})


def test_a_run_checks_trains_and_compares(good_server, client, screen, job):
    document = _run(client, screen, job)

    assert document["status"] == "succeeded"
    assert document["model"] == "ft:tiny:local::abc"
    assert document["data"] == {"training": _GOOD, "validation": _GOOD}
    assert document["comparison"] == _COMPARISON
    assert "It may be chance." in screen.text


def test_the_job_gets_what_the_user_named_and_nothing_else(good_server, client, screen, job):
    _run(client, screen, job)

    assert good_server.asked("POST", "fine_tuning/jobs") == [
        {
            "model": "tiny",
            "training_file": "file-t",
            "validation_file": "file-v",
            "suffix": "house",
            "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}},
        }
    ]


def test_a_comparison_that_fails_leaves_the_model_and_says_how_to_measure_it(good_server, client, screen, job):
    good_server.on("POST tuneport/comparisons", error_response(503, "The engine died.", "engine_failed"))

    document = _run(client, screen, job)

    assert document["status"] == "failed"
    assert document["model"] == "ft:tiny:local::abc"
    assert document["error"] == {"code": "engine_failed", "message": "The engine died."}
    assert "Nothing was measured: The engine died." in screen.text
    assert "tuneport compare ft:tiny:local::abc" in screen.text


def test_an_interrupt_during_the_comparison_says_that_the_model_is_kept(good_server, client, screen, job):
    good_server.on("POST tuneport/comparisons", KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        _run(client, screen, job)

    assert "The tuned model ft:tiny:local::abc is kept" in screen.text


def test_a_run_ends_with_an_answer_of_the_served_model(good_server, client, screen, job):
    document = _run(client, screen, job)

    assert document["served"] == {
        "base_url": "http://127.0.0.1:1/v1",
        "model": "ft:tiny:local::abc",
        "question": "A validation question",
        "answer": "It is on.",
    }
    assert "Served at http://127.0.0.1:1/v1 as ft:tiny:local::abc; asked: 'A validation question'" in screen.text
    assert good_server.asked("POST", "chat/completions")[0]["tools"] == _TOOLS


def test_without_validation_rows_the_served_model_is_asked_a_training_row(good_server, client, screen, job):
    document = _run(client, screen, _without_validation(job))

    assert document["served"]["question"] == "A train question"


def test_a_tuned_model_that_does_not_answer_fails_the_run_and_is_named(good_server, client, screen, job):
    good_server.on("POST chat/completions", error_response(503, "The engine died.", "engine_failed"))

    document = _run(client, screen, job)

    assert document["status"] == "failed"
    assert document["served"] is None
    assert document["model"] == "ft:tiny:local::abc"
    assert document["comparison"] == _COMPARISON
    assert document["error"]["code"] == "engine_failed"
    assert "ft:tiny:local::abc is kept, but did not answer at http://127.0.0.1:1/v1: The engine died." in screen.text


def test_an_interrupt_during_the_answer_says_that_the_model_is_kept(good_server, client, screen, job):
    good_server.on("POST chat/completions", KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        _run(client, screen, job)

    assert "The tuned model ft:tiny:local::abc is kept." in screen.text


def test_without_validation_rows_it_says_that_nothing_was_measured(good_server, client, screen, job):
    document = _run(client, screen, _without_validation(job))

    assert document["comparison"] is None
    assert "Nothing was measured" in screen.text
    assert "--validation" in screen.text
    assert good_server.asked("POST", "tuneport/comparisons") == []


def test_a_file_with_errors_starts_no_job_and_leaves_no_upload(good_server, client, screen, job):
    good_server.on("GET files/file-v/report", report_stream(_BAD))

    document = _run(client, screen, job)

    assert document["status"] == "failed"
    assert document["error"]["code"] == "invalid_data_file"
    assert "error: validation.jsonl line 3" in screen.text
    assert good_server.asked("POST", "fine_tuning/jobs") == []
    assert [path for method, path, _ in good_server.requests if method == "DELETE"] == ["files/file-t", "files/file-v"]


def test_an_interrupt_during_the_check_leaves_no_upload(good_server, client, screen, job):
    good_server.on("GET files/file-t/report", KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        _run(client, screen, job)

    assert [path for method, path, _ in good_server.requests if method == "DELETE"] == ["files/file-t"]


def test_an_interrupt_during_the_pull_leaves_no_upload(good_server, client, screen, job):
    good_server.on("GET tuneport/models", {"data": [{"name": "tiny", "pulled": False}]})
    good_server.on("POST tuneport/models", KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        _run(client, screen, job)

    assert [path for method, path, _ in good_server.requests if method == "DELETE"] == ["files/file-t", "files/file-v"]


def test_a_job_that_the_server_refuses_leaves_no_upload(good_server, client, screen, job):
    good_server.on("POST fine_tuning/jobs", error_response(400, "'suffix' is 'a b'.", "invalid_suffix"))

    with pytest.raises(InvalidRequest, match="suffix"):
        _run(client, screen, job)

    assert [path for method, path, _ in good_server.requests if method == "DELETE"] == ["files/file-t", "files/file-v"]


def test_an_unknown_model_is_refused_before_anything_is_uploaded(good_server, client, screen, job):
    good_server.on("GET tuneport/models", {"data": [{"name": "other", "pulled": True}]})

    with pytest.raises(NotFound, match="no base model 'tiny'"):
        _run(client, screen, job)

    assert good_server.asked("POST", "files") == []


def test_a_model_that_is_missing_is_pulled_once_the_files_are_good(good_server, client, screen, job):
    good_server.on("GET tuneport/models", {"data": [{"name": "tiny", "pulled": False}]})
    good_server.on("POST tuneport/models", event_stream({"stage": "ready", "model": {"name": "tiny"}}))

    _run(client, screen, job)

    order = [path for method, path, _ in good_server.requests if method == "POST"]
    assert order == [
        "files",
        "files",
        "tuneport/models",
        "fine_tuning/jobs",
        "tuneport/comparisons",
        "chat/completions",
    ]


def test_a_broken_file_costs_no_download(good_server, client, screen, job):
    good_server.on("GET tuneport/models", {"data": [{"name": "tiny", "pulled": False}]})
    good_server.on("GET files/file-t/report", report_stream(_BAD))

    _run(client, screen, job)

    assert good_server.asked("POST", "tuneport/models") == []


def test_a_job_that_failed_is_said_with_its_reason(good_server, client, screen, job):
    failed = {"status": "failed", "fine_tuned_model": None, "error": {"code": "oom", "message": "Out of memory."}}
    good_server.on("GET tuneport/jobs/ftjob-1/progress", _PROGRESS | {"status": "failed"})
    good_server.on("GET fine_tuning/jobs/ftjob-1", _JOB | failed)

    document = _run(client, screen, job)

    assert document["status"] == "failed"
    assert document["error"] == {"code": "oom", "message": "Out of memory."}
    assert "ftjob-1 is failed. Out of memory." in screen.text


@pytest.mark.parametrize("moment", ["POST fine_tuning/jobs", "GET tuneport/jobs/ftjob-1/progress"])
def test_an_interrupt_cancels_the_job_even_if_its_id_is_not_known_yet(good_server, client, screen, job, moment):
    running = _JOB | {"status": "running"}
    older = _JOB | {"id": "ftjob-0", "training_file": "file-old", "status": "running"}
    good_server.on(moment, KeyboardInterrupt())
    good_server.on("GET fine_tuning/jobs", {"data": [running, older], "has_more": False})
    good_server.on("POST fine_tuning/jobs/ftjob-1/cancel", running | {"status": "cancelled"})

    with pytest.raises(KeyboardInterrupt):
        _run(client, screen, job)

    assert "ftjob-1 is cancelled; nothing half-written was kept." in screen.text
    assert good_server.asked("POST", "fine_tuning/jobs/ftjob-0/cancel") == []


def test_a_job_that_ended_before_the_cancel_is_left_as_it_is(good_server, client, screen, job):
    good_server.on("GET tuneport/jobs/ftjob-1/progress", KeyboardInterrupt())
    good_server.on("GET fine_tuning/jobs", {"data": [_JOB | {"status": "running"}], "has_more": False})
    good_server.on("POST fine_tuning/jobs/ftjob-1/cancel", error_response(409, "It has ended.", "conflict"))

    with pytest.raises(KeyboardInterrupt):
        _run(client, screen, job)

    assert "is cancelled" not in screen.text


def test_a_server_that_goes_in_mid_run_is_one_error(good_server, client, screen, job):
    good_server.on("GET tuneport/jobs/ftjob-1/progress", httpx.ConnectError("refused"))

    with pytest.raises(ServerUnreachable, match="no server answers there"):
        _run(client, screen, job)


def test_a_preference_run_says_how_many_held_out_pairs_it_has_right(good_server, client, screen, job):
    preferences = {"n_pairs": 8, "n_right": 7, "verdict": "Preference tuning helped: in 7 of 8 pairs."}
    good_server.on("GET tuneport/jobs/ftjob-1/preferences", preferences)

    document = _run(client, screen, replace(job, method="dpo", hyperparameters={"beta": 0.3}))

    assert document["status"] == "succeeded"
    assert (document["preferences"], document["comparison"]) == (preferences, None)
    assert "Preference tuning helped: in 7 of 8 pairs." in screen.text
    assert good_server.asked("POST", "tuneport/comparisons") == []
    body = good_server.asked("POST", "fine_tuning/jobs")[0]
    assert body["method"] == {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.3}}}


def test_a_preference_run_that_cannot_be_measured_fails_and_says_why(good_server, client, screen, job):
    document = _run(client, screen, replace(job, method="dpo"))

    assert (document["status"], document["preferences"]) == ("failed", None)
    assert "Nothing was measured: " in screen.text


def test_a_run_on_raw_text_is_compared_and_asks_nothing_in_a_chat(good_server, client, screen, job):
    good_server.on("GET files/file-t/report", report_stream(_GOOD | {"format": "prompt_completion"}))

    document = _run(client, screen, job)

    assert document["status"] == "succeeded"
    assert (document["comparison"], document["served"]) == (_COMPARISON, None)
    assert good_server.asked("POST", "chat/completions") == []


def test_the_presets_of_the_command_are_those_that_there_are():
    (names, _) = get_args(get_args(PresetOption)[0])

    assert get_args(names) == tuple(PRESETS)


def test_the_files_are_checked_with_the_longest_row_of_the_preset_unless_another_is_given(job):
    def longest_row(**extras):
        return replace(job, extras=extras).longest_row_tokens

    assert longest_row(preset="qlora-8gb") == 1024
    assert longest_row(preset="qlora-8gb", training={"longest_row_tokens": 64}) == 64
    assert longest_row(preset=None) is None
