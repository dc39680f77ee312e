import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from fake_completions import call_pieces
from tuneport.api.responses.stream import ResponseStream
from tuneport.api.responses.translate import new_items, response_object, response_request
from tuneport.api.responses.wire import ResponseCreateRequest
from tuneport.workspace import (
    CallPiece,
    ChatAnswer,
    ChatDelta,
    Response,
    ResponseRequest,
    StartedResponse,
    ToolCall,
    Usage,
)
from tuneport.workspace.response_items import answer_items

CALL = ToolCall("call_1", "look", '{"at": "door"}')
STARTED = Response("resp_1", 10, None, "tiny", "in_progress", ResponseRequest("tiny"), ())


def body(**fields):
    return ResponseCreateRequest.model_validate({"model": "tiny", **fields})


def finished(content, *calls, status="completed"):
    answer = ChatAnswer(content, calls, "stop" if status == "completed" else "length", Usage(5, 2, 1))
    items = answer_items("resp_1", answer)
    return Response("resp_1", 10, 11, "tiny", status, ResponseRequest("tiny"), (), items, answer.usage)


def events_of(*parts):
    """Give what the stream of these parts says, read back."""
    stream = ResponseStream(StartedResponse(STARTED, (part for part in parts)))
    blocks = b"".join(stream.events(iter(parts))).decode().strip().split("\n\n")
    events = [json.loads(block.split("\ndata: ")[1]) for block in blocks]
    assert [block.split("\n")[0] for block in blocks] == [f"event: {event['type']}" for event in events]
    return events


def types_of(events):
    return [event["type"].removeprefix("response.") for event in events]


def test_a_text_is_a_message_of_the_user():
    (item,) = new_items(body(input="Hello"))

    assert (item.role, item.text) == ("user", "Hello")


def test_items_keep_what_they_say_and_get_ids_of_their_own():
    given = [
        {"role": "developer", "content": "Be short."},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}], "id": "msg_x"},
        {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": "{}", "id": "msg_x"},
        {"type": "function_call_output", "call_id": "call_1", "output": "nobody"},
    ]

    message, question, call, output = new_items(body(input=given))

    assert (message.role, question.text, call.call_id, output.output) == ("developer", "a", "call_1", "nobody")
    assert len({item.id for item in (message, question, call, output)}) == 4


@pytest.mark.parametrize("kind", ["reasoning", "item_reference", "web_search_call", None])
def test_an_item_of_another_kind_is_refused_with_those_there_are(kind):
    with pytest.raises(ValidationError, match="'function_call_output' here"):
        body(input=[{"type": kind, "id": "x"}])


def test_flat_tools_reach_the_model_as_those_of_a_chat():
    asked = response_request(body(tools=[{"type": "function", "name": "look", "parameters": {"type": "object"}}]))

    assert asked.tools == ({"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}},)


def test_the_object_says_why_it_is_incomplete():
    wire = response_object(finished("Hel", status="incomplete")).model_dump()

    assert wire["incomplete_details"] == {"reason": "max_output_tokens"}
    assert wire["output"][0]["status"] == "incomplete"
    assert wire["usage"]["total_tokens"] == 7


def test_a_text_comes_in_the_order_that_clients_expect():
    events = events_of(ChatDelta("Hel"), ChatDelta("lo"), ChatDelta("", finish_reason="stop"), finished("Hello"))

    assert types_of(events) == [
        "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta", "output_text.delta",
        "output_text.done", "content_part.done", "output_item.done", "completed",
    ]  # fmt: skip
    assert [event["sequence_number"] for event in events] == list(range(10))
    assert events[-1]["response"]["output"][0]["id"] == events[2]["item"]["id"]


def test_a_call_comes_without_a_text():
    events = events_of(ChatDelta(""), ChatDelta("", call_pieces(CALL), "tool_calls"), finished(None, CALL))

    assert types_of(events)[2:] == [
        "output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
        "completed",
    ]  # fmt: skip
    assert events[4]["name"] == "look"


def test_a_calls_arguments_come_as_they_are_written():
    pieces = (CallPiece(0, id="call_1", name="look"), CallPiece(0, '{"at": '), CallPiece(0, '"door"}'))

    events = events_of(*(ChatDelta("", (piece,)) for piece in pieces), finished(None, CALL))

    deltas = [event["delta"] for event in events if event["type"] == "response.function_call_arguments.delta"]
    assert deltas == ['{"at": ', '"door"}']
    assert events[-3]["arguments"] == '{"at": "door"}'


def test_a_stored_call_is_told_again_at_once():
    events = events_of(finished(None, CALL))

    assert types_of(events)[2:5] == [
        "output_item.added", "function_call_arguments.delta", "function_call_arguments.done",
    ]  # fmt: skip


def test_a_call_that_the_limit_cut_is_an_incomplete_item():
    wire = response_object(finished(None, CALL, ToolCall("call_2", "look", '{"at"'), status="incomplete"))

    assert [item.status for item in wire.output] == ["completed", "incomplete"]


@pytest.mark.parametrize(
    "choice",
    [
        "auto",
        "none",
        "required",
        {"type": "function", "name": "look"},
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "look"}]},
    ],
)
def test_a_choice_comes_back_as_it_was_sent(choice):
    tools = [{"type": "function", "name": name} for name in ("look", "go")]

    asked = response_request(body(tools=tools, tool_choice=choice))

    assert response_object(replace(STARTED, request=asked)).tool_choice == choice


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"type": "text"}, {"type": "text"}),
        ({"type": "json_object"}, {"type": "json_object"}),
        (
            {"type": "json_schema", "name": "room", "schema": {"type": "object"}, "strict": True},
            {"type": "json_schema", "name": "room", "schema": {"type": "object"}, "strict": True, "description": None},
        ),
    ],
)
def test_a_format_comes_back_as_it_was_sent(asked, told):
    request = response_request(body(text={"format": asked}))

    assert response_object(replace(STARTED, request=request)).text.format == told


def test_a_call_after_a_text_has_the_next_place():
    events = events_of(ChatDelta("a"), ChatDelta("", call_pieces(CALL), "tool_calls"), finished("a", CALL))

    added = [event for event in events if event["type"] == "response.output_item.added"]
    assert [(event["output_index"], event["item"]["type"]) for event in added] == [(0, "message"), (1, "function_call")]


def test_an_empty_answer_is_still_a_message():
    events = events_of(ChatDelta("", finish_reason="stop"), finished(""))

    assert types_of(events)[2:4] == ["output_item.added", "content_part.added"]
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == ""


def test_a_defect_of_ours_ends_the_stream_as_an_event():
    def breaking():
        yield ChatDelta("a")
        raise ZeroDivisionError

    stream = ResponseStream(StartedResponse(STARTED, breaking()))

    last = list(stream.events(breaking()))[-1].decode()

    assert last.startswith("event: error\n")
    assert '"internal_error"' in last
