import pytest
from pydantic import ValidationError

from fake_completions import call_pieces
from tuneport.api.answer_notes import notes_on
from tuneport.api.chat.asked_tools import choice_object
from tuneport.api.chat.translate import chat_request, chunk_choice, completion_object, stored_object
from tuneport.api.chat.wire import CompletionRequest
from tuneport.core import InvalidRequest
from tuneport.workspace import (
    ChatAnswer,
    ChatCompletion,
    ChatDelta,
    ChatRequest,
    GrammarRule,
    JsonRule,
    Message,
    ToolCall,
    ToolChoice,
    Usage,
)

TOOL = {"type": "function", "function": {"name": "set_light", "parameters": {"type": "object"}}}
TOOL_NAME = {"type": "function", "function": {"name": "set_light"}}
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


def test_a_refusal_is_what_the_assistant_said():
    asked = request(messages=[{"role": "assistant", "content": None, "refusal": "I can't do that."}])

    assert asked.messages == (Message("assistant", "I can't do that."),)


@pytest.mark.parametrize("nothing", [{}, {"content": None}, {"content": None, "tool_calls": []}])
def test_an_assistant_who_says_and_calls_nothing_is_refused(nothing):
    with pytest.raises(InvalidRequest) as refusal:
        request(messages=[{"role": "user", "content": "x"}, {"role": "assistant", **nothing}])

    assert (refusal.value.param, refusal.value.code) == ("messages.1.content", "missing_required_parameter")


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


def test_keyword_that_calls_are_not_held_to_is_told_on_the_answer():
    schema = {"type": "object", "properties": {"rooms": {"type": "array", "uniqueItems": True}}}
    loose = {"type": "function", "function": {**TOOL["function"], "parameters": schema}}
    answer = ChatAnswer(None, (CALL,), "tool_calls", Usage(7, 3, 2))

    wires = [
        completion_object(ChatCompletion("c", 1, "m", ChatRequest("m", (), tools=tools), (answer,), {}))
        for tools in ((TOOL,), (loose,))
    ]

    assert "tuneport" not in wires[0].model_dump()
    (notice,) = wires[1].tuneport.notices
    assert "'set_light'" in notice
    assert "'#/properties/rooms': Unimplemented keys: [\"uniqueItems\"]" in notice


def test_keyword_that_cannot_be_held_is_refused_where_the_schema_is_strict():
    schema = {"type": "object", "properties": {"rooms": {"type": "array", "uniqueItems": True}}}
    strict = {"type": "function", "function": {**TOOL["function"], "parameters": schema, "strict": True}}

    with pytest.raises(InvalidRequest, match="'#/properties/rooms': Unimplemented") as refusal:
        request(messages=[{"role": "user", "content": "x"}], tools=[TOOL, strict])

    assert (refusal.value.param, refusal.value.code) == ("tools.1.function.parameters", "invalid_schema")


def test_parameters_that_are_no_schema_are_refused_where_a_call_is_required_and_told_otherwise():
    broken = {"type": "function", "function": {"name": "dim", "parameters": {"type": "dict"}}}
    messages = [{"role": "user", "content": "x"}]

    asked = request(messages=messages, tools=[broken])
    with pytest.raises(InvalidRequest, match="Invalid type: dict") as refusal:
        request(messages=messages, tools=[broken], tool_choice="required")

    assert refusal.value.param == "tools.0.function.parameters"
    (notice,) = notes_on(asked.tools, asked.form).notices
    assert "Invalid type: dict" in notice
    assert "arguments are any JSON object" in notice


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        ("auto", ToolChoice("auto")),
        ("required", ToolChoice("required")),
        ({"type": "function", "function": {"name": "set_light"}}, ToolChoice("required", ("set_light",))),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [TOOL_NAME]}},
            ToolChoice("auto", ("set_light",)),
        ),
    ],
)
def test_a_choice_is_read_and_told_again_as_it_was_sent(choice, meant):
    asked = request(messages=[{"role": "user", "content": "x"}], tools=[TOOL], tool_choice=choice)

    assert asked.tool_choice == meant
    assert choice_object(asked.tool_choice, asked.tools) == choice


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ({"type": "function", "function": {"name": "set_lamp"}}, "names the function 'set_lamp', and 'tools' has"),
        ("sometimes", "'auto', 'none' or 'required'"),
        ({"type": "custom", "custom": {"name": "x"}}, "a choice is 'auto'"),
    ],
)
def test_a_choice_that_there_is_not_is_refused(choice, reason):
    with pytest.raises((InvalidRequest, ValidationError), match=reason):
        request(messages=[{"role": "user", "content": "x"}], tools=[TOOL], tool_choice=choice)


def test_a_call_cannot_be_required_without_tools():
    with pytest.raises(InvalidRequest, match="the request has no tools"):
        request(messages=[{"role": "user", "content": "x"}], tool_choice="required")


def test_older_functions_are_tools_whose_call_is_told_in_older_words():
    asked = request(
        messages=[
            {"role": "assistant", "content": None, "function_call": {"name": "set_light", "arguments": "{}"}},
            {"role": "function", "name": "set_light", "content": "done"},
        ],
        functions=[TOOL["function"]],
        function_call={"name": "set_light"},
    )
    answer = ChatAnswer(None, (CALL,), "tool_calls", Usage(7, 3, 2))

    wire = completion_object(ChatCompletion("c", 1, "m", asked, (answer,), {})).choices[0]
    chunks = [
        chunk_choice(0, ChatDelta("", (piece,)), is_first=False, uses_functions=True).delta.function_call
        for piece in call_pieces(CALL)
    ]

    assert asked.tools == (TOOL,)
    assert (asked.tool_choice, asked.parallel_tool_calls) == (ToolChoice("required", ("set_light",)), False)
    assert [message.role for message in asked.messages] == ["assistant", "tool"]
    assert asked.messages[0].tool_calls[0].id == asked.messages[1].tool_call_id
    assert (wire.message.function_call.name, wire.message.tool_calls) == ("set_light", None)
    assert wire.finish_reason == "function_call"
    assert [(chunk.name, chunk.arguments) for chunk in chunks] == [("set_light", ""), (None, CALL.arguments)]


def test_tools_and_older_functions_do_not_go_together():
    with pytest.raises(InvalidRequest, match="mixes 'tools' and the older 'functions'"):
        request(messages=[{"role": "user", "content": "x"}], tools=[TOOL], functions=[TOOL["function"]])


@pytest.mark.parametrize(
    ("sent", "form"),
    [
        ({"response_format": {"type": "text"}}, None),
        ({"response_format": {"type": "json_object"}}, JsonRule()),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}},
            JsonRule({"type": "object"}, name="n"),
        ),
        ({"tuneport": {"grammar": {"syntax": "regex", "definition": "[ab]+"}}}, GrammarRule("regex", "[ab]+")),
        ({"tuneport": {"grammar": {"syntax": "lark", "definition": 'start: "a"'}}}, GrammarRule("lark", 'start: "a"')),
    ],
)
def test_a_form_is_read(sent, form):
    assert request(messages=[{"role": "user", "content": "x"}], **sent).form == form


@pytest.mark.parametrize(
    ("sent", "param"),
    [
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "objct"}}}},
         "response_format.json_schema.schema"),
        ({"tuneport": {"grammar": {"syntax": "regex", "definition": "(?=a)"}}}, "tuneport.grammar.definition"),
        ({"tuneport": {"grammar": {"syntax": "lark", "definition": "start: nothing"}}}, "tuneport.grammar.definition"),
        ({"tuneport": {"grammar": {"syntax": "lark", "definition": "a" * 20_001}}}, "tuneport.grammar.definition"),
        ({"tuneport": {"grammar": {"syntax": "regex", "definition": "a"}}, "response_format": {"type": "json_object"}},
         "tuneport.grammar"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_held_is_refused(sent, param):
    with pytest.raises(InvalidRequest) as refusal:
        request(messages=[{"role": "user", "content": "x"}], **sent)

    assert refusal.value.param == param


def test_a_prompt_counts_once_for_all_its_answers():
    answers = tuple(ChatAnswer("x", (), "stop", Usage(7, n_tokens, 2)) for n_tokens in (3, 4))

    wire = completion_object(ChatCompletion("c", 1, "m", ChatRequest("m", ()), answers, {}))

    assert [choice.index for choice in wire.choices] == [0, 1]
    assert (wire.usage.prompt_tokens, wire.usage.completion_tokens, wire.usage.total_tokens) == (7, 7, 14)


def test_only_the_first_chunk_names_the_role():
    first = chunk_choice(0, ChatDelta("a"), is_first=True)
    last = chunk_choice(0, ChatDelta("", call_pieces(CALL), "tool_calls"), is_first=False)

    assert (first.delta.role, first.delta.content, first.finish_reason) == ("assistant", "a", None)
    assert (last.delta.role, last.delta.tool_calls[0].index, last.finish_reason) == (None, 0, "tool_calls")


def test_a_stored_completion_tells_the_penalties_it_was_asked_with():
    asked = request(messages=[{"role": "user", "content": "x"}], presence_penalty=0.5, frequency_penalty=-1.5)
    answer = ChatAnswer("hi", (), "stop", Usage(3, 1, 0))

    stored = stored_object(ChatCompletion("chatcmpl-1", 1, "m", asked, (answer,), {}))

    assert (stored.presence_penalty, stored.frequency_penalty) == (0.5, -1.5)
