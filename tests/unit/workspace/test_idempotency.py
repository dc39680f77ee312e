from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError

from fake_clock import FakeClock
from tuneport.core import Conflict
from tuneport.store import Database, open_database
from tuneport.workspace import IdempotentAnswers, KeptAnswer

ANSWER = KeptAnswer(201, "application/json", "/here", b"{}")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "tuneport.db")
    yield database
    database.close()


@pytest.fixture
def answers(database: Database) -> IdempotentAnswers:
    return IdempotentAnswers(database, FakeClock())


def refusal(answers: IdempotentAnswers, key: str = "k", fingerprint: str = "f") -> str:
    with pytest.raises(Conflict) as caught:
        answers.begin("proj_a", key, fingerprint)
    return caught.value.code


def test_first_request_is_done_and_the_next_waits_for_it(answers: IdempotentAnswers):
    assert answers.begin("proj_a", "k", "f") is None

    assert refusal(answers) == "idempotency_in_progress"

    answers.keep("proj_a", "k", ANSWER)
    assert answers.begin("proj_a", "k", "f") == ANSWER
    assert refusal(answers, fingerprint="g") == "idempotency_key_reused"


def test_dropped_request_is_a_first_one_again(answers: IdempotentAnswers):
    answers.begin("proj_a", "k", "f")
    answers.drop("proj_a", "k")

    assert answers.begin("proj_a", "k", "g") is None


def test_request_that_a_server_left_undone_is_said_to_be_so(answers: IdempotentAnswers, database: Database):
    answers.begin("proj_a", "k", "f")

    assert refusal(IdempotentAnswers(database, FakeClock())) == "idempotency_interrupted"


def test_projects_do_not_share_keys(answers: IdempotentAnswers):
    answers.begin("proj_a", "k", "f")

    assert answers.begin("proj_b", "k", "g") is None


def test_request_whose_answer_could_not_be_kept_is_not_worked_on_for_ever(answers: IdempotentAnswers):
    answers.begin("proj_a", "k", "f")

    with pytest.raises(StatementError):
        answers.keep("proj_a", "k", KeptAnswer(200, None, None, object()))

    assert refusal(answers) == "idempotency_interrupted"
