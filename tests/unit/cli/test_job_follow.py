import pytest

from tuneport.cli.job_follow import follow_job

_PROGRESS = {
    "job_id": "ftjob-1",
    "method": "supervised",
    "status": "queued",
    "queue_position": None,
    "step": None,
    "total_steps": None,
    "epoch": None,
    "train_loss": None,
    "train_accuracy": None,
    "valid_loss": None,
    "tokens_per_second": None,
    "seconds_left": None,
    "data_report": None,
    "forecast": None,
    "result": None,
    "attempt": 1,
}
_REPORT = {
    "n_rows": 320,
    "tokens": 65_000,
    "tokens_to_compute": 12_000,
    "n_rows_cut": 2,
    "cut_lines": [7, 9],
    "n_rows_without_loss": 0,
    "lines_without_loss": [],
}
_PRICES = [
    {"provider": "OpenAI", "model": "small", "usd": 0.58},
    {"provider": "Azure", "model": "other", "usd": 1234.5},
]
_FORECAST = {"seconds": 240.0, "peak_memory_bytes": 2_600_000_000, "checkpoint_bytes": 60_000_000}


def _event(number, message="", level="info", kind="message"):
    return {"id": f"ftevent-{number}", "message": message or f"event {number}", "level": level, "type": kind}


def _page(*events, has_more=False):
    return {"object": "list", "data": list(events), "has_more": has_more}


def _prepare(server, *progress, events=()):
    server.on("GET tuneport/jobs/ftjob-1/progress", *[_PROGRESS | one for one in progress])
    server.on("GET fine_tuning/jobs/ftjob-1/events", *(events or [_page()]))


def test_a_job_is_watched_to_its_end_with_loss_speed_and_time_left(server, client, screen):
    running = {
        "status": "running",
        "step": 30,
        "total_steps": 60,
        "train_loss": 0.4567,
        "tokens_per_second": 1234.5,
        "seconds_left": 120.0,
    }
    _prepare(server, {"queue_position": 2}, running, {"status": "succeeded"})

    progress = follow_job(client, screen, "ftjob-1", sleep=lambda seconds: None)

    assert progress["status"] == "succeeded"
    assert screen.text.splitlines() == [
        "Training  waiting, 2 in the queue",
        "Training  step 30/60, loss 0.457, 1,234 tokens/s, 2 min left",
        "Training  done",
    ]


def test_each_message_is_shown_once_and_steps_are_not(server, client, screen):
    first = _page(_event(2, kind="metrics"), _event(1))
    second = _page(_event(4), _event(3, level="warn"), _event(2, kind="metrics"), _event(1))
    _prepare(server, {}, {"status": "failed"}, events=[first, second])

    follow_job(client, screen, "ftjob-1", sleep=lambda seconds: None)

    assert [line for line in screen.text.splitlines() if "event" in line] == ["  event 1", "  event 3", "  event 4"]


def test_messages_on_further_pages_are_read_too(server, client, screen):
    _prepare(server, {"status": "failed"}, events=[_page(_event(3), _event(2), has_more=True), _page(_event(1))])

    follow_job(client, screen, "ftjob-1", sleep=lambda seconds: None)

    assert [line for line in screen.text.splitlines() if "event" in line] == ["  event 1", "  event 2", "  event 3"]


@pytest.mark.requirement("R1.6")
def test_the_cost_is_said_once_with_the_rows_that_were_cut(server, client, screen):
    elsewhere = {"date": "2026-08-21", "prices": _PRICES}
    known = {"status": "running", "data_report": _REPORT, "forecast": _FORECAST, "n_epochs": 3, "elsewhere": elsewhere}
    _prepare(server, {}, known, known, {"status": "succeeded"})

    follow_job(client, screen, "ftjob-1", sleep=lambda seconds: None)

    assert screen.text.count("Expected here: 4 min, 2.6 GB of memory, 60 MB of disk.") == 1
    assert "3 epochs of 320 rows are 195,000 tokens; 36,000 need computing" in screen.text
    assert "2 rows too long for the model and cut at the end: line 7, 9" in screen.text
    assert "left out" not in screen.text
    assert "at prices of 2026-08-21: $0.58 at OpenAI (small), $1,234.50 at Azure (other)." in screen.text


@pytest.mark.parametrize(("method", "counted"), [("supervised", "tokens right 75 %"), ("dpo", "pairs right 75 %")])
def test_what_is_right_is_said_in_the_things_that_the_method_counts(server, client, screen, method, counted):
    running = {"method": method, "status": "running", "step": 3, "total_steps": 6, "train_accuracy": 0.75}
    _prepare(server, running, {"status": "succeeded"})

    follow_job(client, screen, "ftjob-1", sleep=lambda seconds: None)

    assert counted in screen.text
