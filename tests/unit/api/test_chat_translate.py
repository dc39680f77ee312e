import pytest

from tuneport.api.chat.translate import chat_request, chunk_choice, completion_object
from tuneport.api.chat.wire import CompletionRequest
from tuneport.core import InvalidRequest
from tuneport.workspace import ChatAnswer, ChatCompletion, ChatDelta, ChatRequest, Message, ToolCall, Usage

TOOL = {"type": "function", "function": {"name": "set_light", "parameters": {"type": "object"}}}
CALL = ToolCall("call_1", "set_light", '{"room": "attic"}')


def request(**body):
    return chat_request(CompletionRequest.model_validate({"model": "m", **body}))


def test_text_parts_are_joined():
    asked = request(
        messages=[{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]
    )

    assert asked.messages == (Message(role="user", content="ab"),)


def test_call_and_its_answer_keep_their_id():
    call = {"id": "call_1", "type": "function", "function": {"name": "set_light", "arguments": '{"room": "attic"}'}}

    asked = request(
        messages=[
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": "done"},
        ]
    )

    assert asked.messages[0].tool_calls == (CALL,)
    assert asked.messages[1].tool_call_id == "call_1"


def test_tools_reach_the_model_as_they_were_sent():
    assert request(messages=[{"role": "user", "content": "x"}], tools=[TOOL]).tools == (TOOL,)


def test_tool_choice_none_hides_the_tools():
    assert request(messages=[{"role": "user", "content": "x"}], tools=[TOOL], tool_choice="none").tools == ()


@pytest.mark.parametrize(("asked", "is_parallel"), [(False, False), (True, True), (None, True)])
def test_calls_are_made_one_at_a_time_only_where_that_is_asked_for(asked, is_parallel):
    messages = [{"role": "user", "content": "x"}]

    assert request(messages=messages, parallel_tool_calls=asked).parallel_tool_calls is is_parallel


@pytest.mark.parametrize("message", [{"role": "tool", "content": "x"}, {"role": "user"}, {"role": "system"}])
def test_message_that_lacks_its_content_or_call_is_refused(message):
    with pytest.raises(InvalidRequest, match=r"messages\.0\."):
        request(messages=[message])


def test_zero_temperature_stays_zero():
    asked = request(messages=[{"role": "user", "content": "x"}], temperature=0, stop="end")

    assert (asked.temperature, asked.top_p, asked.stop) == (0, 1.0, ("end",))


def test_answer_that_calls_a_tool_has_no_content():
    answer = ChatAnswer(None, (CALL,), "tool_calls", Usage(7, 3, 2))

    wire = completion_object(ChatCompletion("c", 1, "m", ChatRequest("m", ()), (answer,), {}))

    assert wire.choices[0].message.content is None
    assert wire.choices[0].message.tool_calls[0].function.arguments == '{"room": "attic"}'
    assert (wire.usage.total_tokens, wire.usage.prompt_tokens_details.cached_tokens) == (10, 2)


def test_schema_that_calls_are_not_held_to_is_told_on_the_answer():
    strict = {"type": "function", "function": {**TOOL["function"], "strict": True}}
    answer = ChatAnswer(None, (CALL,), "tool_calls", Usage(7, 3, 2))

    wires = [
        completion_object(ChatCompletion("c", 1, "m", ChatRequest("m", (), tools=tools), (answer,), {}))
        for tools in ((TOOL,), (strict,))
    ]

    assert "tuneport" not in wires[0].model_dump()
    (notice,) = wires[1].tuneport.notices
    assert "'strict' is true for 'set_light'" in notice


def test_a_prompt_counts_once_for_all_its_answers():
    answers = tuple(ChatAnswer("x", (), "stop", Usage(7, n_tokens, 2)) for n_tokens in (3, 4))

    wire = completion_object(ChatCompletion("c", 1, "m", ChatRequest("m", ()), answers, {}))

    assert [choice.index for choice in wire.choices] == [0, 1]
    assert (wire.usage.prompt_tokens, wire.usage.completion_tokens, wire.usage.total_tokens) == (7, 7, 14)


def test_only_the_first_chunk_names_the_role():
    first = chunk_choice(0, ChatDelta("a"), is_first=True)
    last = chunk_choice(0, ChatDelta("", (CALL,), "tool_calls"), is_first=False)

    assert (first.delta.role, first.delta.content, first.finish_reason) == ("assistant", "a", None)
    assert (last.delta.role, last.delta.tool_calls[0].index, last.finish_reason) == (None, 0, "tool_calls")
