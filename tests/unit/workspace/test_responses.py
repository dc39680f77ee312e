from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_completions import FakeClock, FakeCompletions, FakeModels
from tuneport.core import EngineFailed, InvalidRequest, NotFound
from tuneport.data import Message
from tuneport.store import Database, open_database
from tuneport.workspace import (
    CallItem,
    CallOutputItem,
    PageRequest,
    Response,
    ResponseRequest,
    Responses,
    TextItem,
    ToolCall,
)
from tuneport.workspace.response_items import messages_of

QUESTION = (TextItem("msg_q", "user", "Who is there?"),)
CALL = ToolCall("call_1", "look", '{"at": "door"}')
REQUEST = ResponseRequest("tiny", instructions="Be short.", metadata={"a": "1"})


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "tuneport.db")
    yield database
    database.close()


def responses_of(database: Database, who: FakeCompletions, project: str = "proj_a") -> Responses:
    return Responses(database.of_project(project), FakeClock(), FakeModels(), lambda: who)


def test_a_text_and_the_calls_after_it_are_one_message():
    items = (
        *QUESTION,
        TextItem("msg_a", "assistant", "Let me look."),
        CallItem("fc_1", "call_1", "look", '{"at": "door"}'),
        CallOutputItem("fco_1", "call_1", "nobody"),
    )

    assert messages_of(items) == (
        Message("user", "Who is there?"),
        Message("assistant", "Let me look.", (CALL,)),
        Message("tool", "nobody", (), "call_1"),
    )


def test_a_response_is_read_as_it_was_made(database):
    responses = responses_of(database, FakeCompletions())

    made = responses.create(REQUEST, QUESTION)

    assert responses.find(made.id) == made
    assert (made.status, made.completed_at, made.output[0].text) == ("completed", 1000, "Hello")


def test_a_replay_begins_as_the_response_did_and_gives_its_pieces_and_its_end(database):
    responses = responses_of(database, FakeCompletions())
    told = responses.stream(REQUEST, QUESTION)
    *deltas, ended = told.parts

    replayed = responses.replay(ended.id)
    *pieces, end = replayed.parts

    assert replayed.response == told.response
    assert [piece.content for piece in pieces] == [delta.content for delta in deltas if delta.content] == ["Hel", "lo"]
    assert end == ended


def test_a_response_whose_engine_failed_is_replayed_up_to_there(database):
    responses = responses_of(database, FakeCompletions(breaks=True))
    *_, ended = responses.stream(REQUEST, QUESTION).parts

    *pieces, end = responses.replay(ended.id).parts

    assert [piece.content for piece in pieces] == ["Hel", "lo"]
    assert end.status == "failed"


def test_one_call_at_a_time_is_asked_of_who_answers(database):
    who = FakeCompletions()

    responses_of(database, who).create(ResponseRequest("tiny", parallel_tool_calls=False), QUESTION)

    assert who.asked[-1].parallel_tool_calls is False


def test_an_answer_that_was_cut_is_incomplete(database):
    made = responses_of(database, FakeCompletions(reason="length")).create(REQUEST, QUESTION)

    assert (made.status, made.completed_at, made.output[0].is_whole) == ("incomplete", None, False)


def test_a_conversation_goes_on_without_its_instructions(database):
    who = FakeCompletions(words=(), tool_calls=(CALL,), reason="tool_calls")
    responses = responses_of(database, who)
    first = responses.create(REQUEST, QUESTION)

    second = responses.create(
        ResponseRequest("tiny", previous_id=first.id), (CallOutputItem("fco_1", "call_1", "nobody"),)
    )

    assert who.asked[0].messages[0] == Message("system", "Be short.")
    assert who.asked[1].messages == (
        Message("user", "Who is there?"),
        Message("assistant", None, (CALL,)),
        Message("tool", "nobody", (), "call_1"),
    )
    assert len({item.id for item in (*second.input, *second.output)}) == 4


def test_a_conversation_outlives_the_response_that_it_came_from(database):
    responses = responses_of(database, FakeCompletions())
    first = responses.create(REQUEST, QUESTION)
    second = responses.create(ResponseRequest("tiny", previous_id=first.id), QUESTION)

    responses.delete(first.id)

    page = responses.input_items(second.id, PageRequest(order="asc", limit=2))
    assert [item.text for item in page.items] == ["Who is there?", "Hello"]
    assert page.has_more


def test_a_response_that_is_not_stored_cannot_be_found_or_gone_on_from(database):
    responses = responses_of(database, FakeCompletions())
    made = responses.create(ResponseRequest("tiny", store=False), QUESTION)

    with pytest.raises(NotFound):
        responses.find(made.id)
    with pytest.raises(InvalidRequest) as caught:
        responses.create(ResponseRequest("tiny", previous_id=made.id), QUESTION)
    assert (caught.value.code, caught.value.param) == ("previous_response_not_found", "previous_response_id")


def test_another_project_cannot_go_on_from_a_response(database):
    made = responses_of(database, FakeCompletions()).create(REQUEST, QUESTION)

    with pytest.raises(InvalidRequest, match="not found"):
        responses_of(database, FakeCompletions(), "proj_b").create(
            ResponseRequest("tiny", previous_id=made.id), QUESTION
        )


def test_a_stream_ends_with_the_response_it_kept(database):
    responses = responses_of(database, FakeCompletions())
    started = responses.stream(REQUEST, QUESTION)

    *deltas, last = started.parts

    assert started.response.status == "in_progress"
    assert "".join(delta.content for delta in deltas) == "Hello"
    assert responses.find(started.response.id) == last


def test_an_engine_that_dies_in_mid_answer_leaves_a_failed_response(database):
    responses = responses_of(database, FakeCompletions(breaks=True))

    *_, last = responses.stream(REQUEST, QUESTION).parts

    assert isinstance(last, Response)
    assert (last.status, last.error) == ("failed", {"code": "server_error", "message": "The engine is gone."})
    assert responses.find(last.id) == last


def test_an_engine_that_cannot_begin_is_an_error(database):
    responses = responses_of(database, FakeCompletions(words=(), breaks=True))

    with pytest.raises(EngineFailed):
        next(responses.stream(REQUEST, QUESTION).parts)


def test_a_request_without_a_word_is_refused(database):
    with pytest.raises(InvalidRequest, match="'input' is empty"):
        responses_of(database, FakeCompletions()).create(REQUEST, ())


def test_a_response_that_has_ended_cannot_be_cancelled(database):
    responses = responses_of(database, FakeCompletions())
    made = responses.create(REQUEST, QUESTION)

    with pytest.raises(InvalidRequest, match="'completed'"):
        responses.cancel(made.id)
