import json
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import Check, Conflict, EngineFailed, NotFound, StorageFull, SystemClock
from tuneport.evals import Answer, AnswerRoom, Question
from tuneport.store import Blobs, Database
from tuneport.workspace import ComparisonRequest, Comparisons, ComparisonState, Files, Models
from tuneport.workspace.comparison_record import find_comparison_row
from tuneport.workspace.comparison_workers import ComparisonWorkers, fail_interrupted
from tuneport.workspace.lineage import require_no_comparison_on

BASE = "smollm2-135m-instruct"


class FakeCompleter:
    """Answers what it was told to, but for the question `refuses`.

    `release` makes it wait, with all questions or those that end in `holds`.
    """

    def __init__(
        self,
        text: str,
        release: threading.Event | None = None,
        error: Exception | None = None,
        refuses: str | None = None,
        holds: str | None = None,
    ) -> None:
        self._refuses = refuses
        self._holds = holds
        self.asked: list[str] = []
        self.left: list[str] = []
        self._text = text
        self._release = release
        self._error = error

    def complete(self, question: Question, room: AnswerRoom, check: Check) -> Answer:
        self.asked.append(question.shown)
        try:
            while self._release is not None and question.shown.endswith(self._holds or "") and question.line:
                check()
                if self._release.wait(0.01):
                    break
        finally:
            self.left.append(question.shown)
        if self._error is not None:
            raise self._error
        if question.shown == self._refuses:
            raise EngineFailed("The text is too long for this machine.", code="insufficient_memory")
        text = self._text if question.prompt is None else f"{self._text} to {question.prompt[-2:]}"
        return Answer(text, (), len(question.messages))

    def count_answer_tokens(self, answer, tools) -> int:
        return len(answer.content)


class FullDisk:
    """A database to which the next `n_writes` can't write."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.read = database.read
        self.n_writes = 0

    def write(self) -> AbstractContextManager[Session]:
        if self.n_writes:
            self.n_writes -= 1
            raise StorageFull("the disk is full")
        return self._database.write()


class Bench:
    def __init__(self, database: Database, home: Path) -> None:
        settings = Settings(home=home)
        self.database = FullDisk(database.of_project(DEFAULT_PROJECT))
        self.completer = FakeCompleter("yes")
        self.files = Files(self.database, Blobs(settings.files), settings, SystemClock())
        self.models = Models(self.database, settings, SystemClock())
        self.workers = ComparisonWorkers(database, lambda _project, *work: self.comparisons.work_on(*work))
        self.comparisons = Comparisons(
            self.database, self.files, self.models, SystemClock(), lambda model: self.completer, self.workers.wake
        )

    def upload(self, answers: list[str], *, asks: str = "") -> str:
        """Row n asks `{asks}n?`."""
        rows = [
            {"messages": [{"role": "user", "content": f"{asks}{n}?"}, {"role": "assistant", "content": answer}]}
            for n, answer in enumerate(answers)
        ]
        return self.upload_rows(rows)

    def upload_rows(self, rows: list[dict[str, object]]) -> str:
        with self.files.upload() as upload:
            upload.write("".join(json.dumps(row) + "\n" for row in rows).encode())
            return upload.finish(filename="rows.jsonl", purpose="fine-tune").id

    def request(self, **values) -> ComparisonRequest:
        files = {
            "training_file": self.upload(["yes"] * 10, asks="seen "),
            "validation_file": self.upload(["yes", "no", "yes"]),
        }
        return ComparisonRequest(**{**files, "base_model": BASE, "tuned_model": BASE, **values})

    def wait(self, comparison_id: str, *, until: str = "succeeded failed cancelled") -> ComparisonState:
        deadline = time.monotonic() + 60
        while (state := self.comparisons.find(comparison_id)).status not in until.split():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return state


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(database, tmp_path)
    bench.workers.start()
    yield bench
    bench.workers.stop()


def test_comparison_ends_with_scores_a_verdict_and_answers(bench: Bench):
    state = bench.wait(bench.comparisons.create(bench.request()).id)

    assert (state.status, state.done, state.total) == ("succeeded", 9, 9)
    assert {name: score["n_right"] for name, score in state.results.items()} == {"base": 2, "few_shot": 2, "tuned": 2}
    assert state.verdict
    answers = bench.comparisons.answers(state.id)
    assert (answers[1]["line"], answers[1]["expected"], answers[1]["tuned"]) == (2, "no", "yes")
    assert answers[1]["right"] == {"base": False, "few_shot": False, "tuned": False}
    assert answers[1]["missing"] == {}


def test_row_without_an_answer_is_kept_with_its_reason(bench: Bench):
    bench.completer = FakeCompleter("yes", refuses="1?")

    state = bench.wait(bench.comparisons.create(bench.request()).id)

    reason = {"code": "insufficient_memory", "message": "The text is too long for this machine."}
    assert bench.comparisons.answers(state.id)[1]["missing"] == dict.fromkeys(("base", "few_shot", "tuned"), reason)
    assert {score["n_missing"] for score in state.results.values()} == {1}


def test_nobody_is_asked_with_examples_where_there_are_to_be_none(bench: Bench):
    state = bench.wait(bench.comparisons.create(bench.request(few_shot_rows=0)).id)

    assert list(state.results) == ["base", "tuned"]
    assert state.total == 6


def test_only_so_many_rows_are_asked_as_wanted(bench: Bench):
    state = bench.wait(bench.comparisons.create(bench.request(max_rows=1)).id)

    assert state.total == 3
    assert state.verdict.endswith("Only the first row of the file was looked at.")


def test_a_thousand_rows_are_asked_where_nobody_says_how_many(bench: Bench):
    state = bench.wait(bench.comparisons.create(bench.request(validation_file=bench.upload(["yes"] * 1001))).id)

    assert state.total == 3 * 1000
    assert "Only the first 1,000 rows of the file were looked at." in state.verdict


def test_a_wrong_row_after_those_that_are_asked_is_nothing_to_the_comparison(bench: Bench):
    file = bench.upload_rows([{"prompt": "1?", "completion": "yes to 1?"}, {"prompt": 7}])

    state = bench.wait(bench.comparisons.create(bench.request(validation_file=file, max_rows=1)).id)

    assert state.status == "succeeded", state.error


def test_rows_that_the_training_asks_too_are_left_out_and_counted(bench: Bench):
    training = bench.upload_rows([{"prompt": f"{number}?", "completion": "no"} for number in (2, 7)])
    validation = bench.upload_rows([{"prompt": f"{number}?", "completion": f"yes to {number}?"} for number in range(3)])

    state = bench.wait(bench.comparisons.create(bench.request(training_file=training, validation_file=validation)).id)

    assert [answer["line"] for answer in bench.comparisons.answers(state.id)] == [1, 2]
    assert [(score["n_rows"], score["n_trained"]) for score in state.results.values()] == [(2, 1)] * 3
    assert state.verdict.endswith("1 row was left out: the training file asks the same.")


def test_rows_that_were_all_trained_on_measure_nothing(bench: Bench):
    file = bench.upload(["yes"] * 10)

    state = bench.wait(bench.comparisons.create(bench.request(training_file=file, validation_file=file)).id)

    assert (state.status, state.error["code"]) == ("failed", "all_rows_trained")


def test_engine_that_fails_is_the_comparison_s_error(bench: Bench):
    bench.completer = FakeCompleter("", error=EngineFailed("the engine is gone"))

    state = bench.wait(bench.comparisons.create(bench.request()).id)

    assert state.status == "failed"
    assert state.error == {"code": "engine_failed", "message": "the engine is gone"}


def test_broken_validation_row_is_the_comparison_s_error(bench: Bench):
    with bench.files.upload() as upload:
        upload.write(b"{broken\n")
        file = upload.finish(filename="rows.jsonl", purpose="fine-tune")

    state = bench.wait(bench.comparisons.create(bench.request(validation_file=file.id)).id)

    assert state.status == "failed"
    assert "line 1" in state.error["message"]


def test_cancelled_comparison_keeps_what_was_done_and_leaves_the_engine(bench: Bench):
    bench.completer = FakeCompleter("yes", threading.Event(), holds="2?")
    running = bench.comparisons.create(bench.request())
    while bench.comparisons.find(running.id).done < 2:
        time.sleep(0.01)

    cancelled = bench.comparisons.cancel(running.id)
    bench.workers.stop()

    assert (cancelled.status, cancelled.done, cancelled.total) == ("cancelled", 2, 9)
    assert len(bench.completer.asked) == len(bench.completer.left) == 4
    with pytest.raises(Conflict, match="is 'cancelled'"):
        bench.comparisons.cancel(running.id)
    assert bench.comparisons.find(running.id) == cancelled


def test_two_run_at_once_and_the_others_wait_in_line(bench: Bench):
    release = threading.Event()
    bench.completer = FakeCompleter("yes", release)
    request = bench.request()
    first, second, third, fourth = (bench.comparisons.create(request).id for _ in range(4))

    for comparison_id in (first, second):
        bench.wait(comparison_id, until="running")
    waiting = bench.comparisons.find(third)
    bench.comparisons.cancel(fourth)
    release.set()

    assert (waiting.status, waiting.done, waiting.total) == ("queued", 0, 0)
    assert [bench.wait(each).status for each in (first, second, third, fourth)] == [*["succeeded"] * 3, "cancelled"]


def test_end_is_recorded_as_soon_as_the_disk_has_room(bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog):
    monkeypatch.setattr("tuneport.jobs.worker.RETRY_SECONDS", 0.01)
    release = threading.Event()
    bench.completer = FakeCompleter("yes", release)
    comparison = bench.comparisons.create(bench.request())
    bench.wait(comparison.id, until="running")
    bench.database.n_writes = 3

    release.set()

    assert bench.wait(comparison.id).status == "succeeded"
    assert [record.getMessage().partition(": ")[2] for record in caplog.records] == [
        "the disk is full Looking again every 0.01 s."
    ]


def test_comparison_that_its_server_left_has_failed_and_one_that_waited_goes_on(bench: Bench, database, tmp_path: Path):
    bench.completer = FakeCompleter("yes", threading.Event())
    request = bench.request()
    left, other, waiting = (bench.comparisons.create(request).id for _ in range(3))
    for comparison_id in (left, other):
        bench.wait(comparison_id, until="running")
    bench.workers.stop()
    next_server = Bench(database, tmp_path)

    fail_interrupted(database)
    next_server.workers.start()

    assert next_server.comparisons.find(left).error["code"] == "server_stopped"
    assert next_server.wait(waiting).status == "succeeded"
    next_server.workers.stop()


def test_files_and_models_of_an_unfinished_comparison_stay(bench: Bench):
    bench.completer = FakeCompleter("yes", threading.Event())
    request = bench.request()
    comparison = bench.comparisons.create(request)
    bench.wait(comparison.id, until="running")

    for file_id in (request.training_file, request.validation_file):
        with pytest.raises(Conflict, match=f"used by comparison {comparison.id}, which is 'running'"):
            bench.files.delete(file_id)
    with (
        pytest.raises(Conflict, match=f"comparison {comparison.id}, which is 'running', asks it"),
        bench.database.read() as session,
    ):
        require_no_comparison_on(session, BASE)

    bench.comparisons.cancel(comparison.id)
    bench.files.delete(request.validation_file)
    with bench.database.read() as session:
        require_no_comparison_on(session, BASE)


def test_models_are_kept_by_their_own_names(bench: Bench):
    bench.models.add_alias("house-model", BASE)

    comparison = bench.comparisons.create(bench.request(tuned_model="house-model"))

    with bench.database.read() as session:
        assert find_comparison_row(session, comparison.id).tuned_model == BASE


@pytest.mark.parametrize("wrong", [{"base_model": "none"}, {"tuned_model": "ft:none"}, {"training_file": "file-none"}])
def test_what_is_not_there_is_refused_before_the_start(bench: Bench, wrong: dict[str, str]):
    with pytest.raises(NotFound):
        bench.comparisons.create(bench.request(**wrong))


def test_rows_of_prompt_and_completion_are_asked_as_raw_text(bench: Bench):
    training, validation = (
        bench.upload_rows([{"prompt": f"{number}?", "completion": f"yes to {number}?"} for number in numbers])
        for numbers in (range(10, 20), range(3))
    )

    state = bench.wait(bench.comparisons.create(bench.request(training_file=training, validation_file=validation)).id)

    assert {name: score["n_right"] for name, score in state.results.items()} == {"base": 3, "few_shot": 3, "tuned": 3}


def test_preference_rows_cannot_be_compared_by_answers(bench: Bench):
    reply = [{"role": "assistant", "content": "a"}]
    row = {"input": {"messages": []}, "preferred_output": reply, "non_preferred_output": reply}

    state = bench.wait(bench.comparisons.create(bench.request(validation_file=bench.upload_rows([row]))).id)

    assert (state.status, state.error["code"]) == ("failed", "wrong_format")
