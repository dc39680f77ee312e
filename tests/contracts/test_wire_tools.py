"""Calls and structured answers through the official client, from a tiny model whose words are chance."""

import json
import re
from pathlib import Path
from typing import Literal

import httpx
import openai
import pytest
from pydantic import BaseModel

from openai_schema import DESCRIPTION, STREAM, problems
from server_process import ServerProcess

PAGE = Path(__file__).parents[2] / "docs/tools-and-structured-answers.md"
QUESTION = [{"role": "user", "content": "Hello"}]
PARAMETERS = {
    "type": "object",
    "properties": {"room": {"enum": ["attic", "hall"]}, "level": {"type": "integer", "minimum": 0, "maximum": 9}},
    "required": ["room", "level"],
}
DIM = {"type": "function", "function": {"name": "dim", "parameters": PARAMETERS}}
RING = {"type": "function", "function": {"name": "ring", "parameters": {"type": "object", "properties": {}}}}
TOOLS = [DIM, RING]
FLAT_DIM = {"type": "function", "name": "dim", "parameters": PARAMETERS, "strict": False}
ASKED = {"model": "tiny", "messages": QUESTION, "max_tokens": 1000, "temperature": 0}


class Room(BaseModel):
    name: Literal["attic", "hall"]
    is_lit: bool


def assert_dims(arguments: str) -> None:
    found = json.loads(arguments)
    assert found["room"] in ("attic", "hall")
    assert 0 <= found["level"] <= 9


def test_a_required_call_comes_as_an_object(real_client: openai.OpenAI):
    answer = real_client.chat.completions.create(**ASKED, tools=[DIM], tool_choice="required", n=2, seed=1)

    for choice in answer.choices:
        assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
        for call in choice.message.tool_calls:
            assert call.function.name == "dim"
            assert_dims(call.function.arguments)
    assert len({call.id for choice in answer.choices for call in choice.message.tool_calls}) >= 2


@pytest.mark.parametrize(
    "choice",
    [
        {"type": "function", "function": {"name": "ring"}},
        {
            "type": "allowed_tools",
            "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "ring"}}]},
        },
    ],
)
def test_only_what_was_chosen_is_called(real_client: openai.OpenAI, choice):
    answer = real_client.chat.completions.create(**ASKED, tools=TOOLS, tool_choice=choice, parallel_tool_calls=False)

    (call,) = answer.choices[0].message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == ("ring", {})


def test_the_arguments_of_a_call_are_streamed(real_client: openai.OpenAI):
    stream = real_client.chat.completions.create(
        **ASKED, tools=[DIM], tool_choice="required", parallel_tool_calls=False, stream=True
    )
    choices = [chunk.choices[0] for chunk in stream]
    pieces = [piece for choice in choices for piece in choice.delta.tool_calls or []]

    assert (pieces[0].id[:5], pieces[0].type, pieces[0].function.name) == ("call_", "function", "dim")
    assert len(pieces) > 5
    assert {(piece.id, piece.function.name) for piece in pieces[1:]} == {(None, None)}
    assert_dims("".join(piece.function.arguments for piece in pieces))
    assert choices[-1].finish_reason == "tool_calls"
    assert not any(choice.delta.content for choice in choices)


def test_older_functions_are_answered_in_older_words(real_client: openai.OpenAI):
    older = {**ASKED, "functions": [DIM["function"]], "function_call": {"name": "dim"}}

    (choice,) = real_client.chat.completions.create(**older).choices
    streamed = [chunk.choices[0] for chunk in real_client.chat.completions.create(**older, stream=True)]

    assert (choice.finish_reason, choice.message.function_call.name) == ("function_call", "dim")
    assert_dims(choice.message.function_call.arguments)
    pieces = [choice.delta.function_call for choice in streamed if choice.delta.function_call]
    assert pieces[0].name == "dim"
    assert "".join(piece.arguments for piece in pieces) == choice.message.function_call.arguments


def test_an_answer_is_parsed_into_the_clients_own_class(real_client: openai.OpenAI):
    chat = real_client.chat.completions.parse(**ASKED, response_format=Room)
    response = real_client.responses.parse(model="tiny", input="Hello", temperature=0, text_format=Room)

    assert isinstance(chat.choices[0].message.parsed, Room)
    assert isinstance(response.output_parsed, Room)


def test_a_structured_answer_is_streamed(real_client: openai.OpenAI):
    with real_client.chat.completions.stream(**ASKED, response_format=Room) as stream:
        events = list(stream)

    assert sum(event.type == "content.delta" for event in events) > 5
    assert isinstance(stream.get_final_completion().choices[0].message.parsed, Room)


def test_an_answer_beside_tools_is_a_call_or_what_the_format_says(real_client: openai.OpenAI):
    room = {"type": "json_schema", "json_schema": {"name": "room", "schema": Room.model_json_schema()}}
    for seed in range(6):
        asked = {**ASKED, "temperature": 2, "seed": seed}
        message = real_client.chat.completions.create(**asked, tools=[RING], response_format=room).choices[0].message

        assert message.tool_calls or Room.model_validate_json(message.content)


def test_a_regular_expression_or_a_grammar_holds_an_answer(real_client: openai.OpenAI):
    for grammar, words in (
        ({"syntax": "regex", "definition": "yes|no"}, {"yes", "no"}),
        ({"syntax": "lark", "definition": 'start: "on" | "off"'}, {"on", "off"}),
    ):
        answer = real_client.chat.completions.create(**ASKED, extra_body={"tuneport": {"grammar": grammar}})

        assert answer.choices[0].message.content in words
        assert answer.choices[0].finish_reason == "stop"


def test_a_response_makes_the_call_that_is_required_as_events(real_client: openai.OpenAI):
    asked = {"model": "tiny", "input": "Hello", "temperature": 0, "tools": [FLAT_DIM], "parallel_tool_calls": False}

    made = real_client.responses.create(**asked, tool_choice={"type": "function", "name": "dim"})
    with real_client.responses.stream(**asked, tool_choice="required") as stream:
        events = list(stream)

    (call,) = made.output
    assert (call.type, call.status, call.name) == ("function_call", "completed", "dim")
    assert_dims(call.arguments)
    deltas = [event.delta for event in events if event.type == "response.function_call_arguments.delta"]
    assert len(deltas) > 5
    assert "".join(deltas) == events[-1].response.output[0].arguments == call.arguments


def test_a_conversation_goes_on_from_a_call(real_client: openai.OpenAI):
    made = real_client.responses.create(model="tiny", input="Hello", tools=[FLAT_DIM], tool_choice="required")
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "done"} for call in made.output]

    after = real_client.responses.create(
        model="tiny", previous_response_id=made.id, input=results, text={"format": {"type": "json_object"}}
    )

    assert after.status == "incomplete" or json.loads(after.output_text) is not None
    assert after.text.format.type == "json_object"


def test_a_stored_completion_keeps_what_was_demanded(real_client: openai.OpenAI):
    choice = {"type": "function", "function": {"name": "ring"}}
    made = real_client.chat.completions.create(
        **ASKED, tools=TOOLS, tool_choice=choice, store=True, response_format={"type": "json_object"}
    )

    stored = real_client.chat.completions.retrieve(made.id).model_dump()

    assert (stored["tool_choice"], stored["response_format"]) == (choice, {"type": "json_object"})


@pytest.mark.parametrize("stream", [False, True])
def test_a_schema_that_cannot_be_held_is_refused_before_work_starts(real_server: ServerProcess, stream: bool):
    schema = {"type": "object", "properties": {"a": {"not": {"type": "string"}}}}
    named = {"name": "n", "schema": schema, "strict": True}

    answer = httpx.post(
        f"{real_server.url}/v1/chat/completions",
        json={**ASKED, "stream": stream, "response_format": {"type": "json_schema", "json_schema": named}},
    )

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "invalid_schema")
    assert error["param"] == "response_format.json_schema.schema"
    assert "at '#/properties/a': Unimplemented keys: [\"not\"]" in error["message"]


@pytest.mark.shared_data
@pytest.mark.skipif(not DESCRIPTION.exists(), reason="../shared/spec/openai-openapi.yaml is not there")
def test_answers_with_calls_are_as_openai_describes_them(real_server: ServerProcess):
    chat = {**ASKED, "tools": [DIM], "tool_choice": "required", "store": True}
    older = {**ASKED, "functions": [DIM["function"]], "function_call": {"name": "dim"}}
    response = {"model": "tiny", "input": "Hello", "tools": [FLAT_DIM], "tool_choice": "required"}
    for operation, body in (
        ("post /chat/completions", chat), ("post /chat/completions", older), ("post /responses", response),
    ):  # fmt: skip
        url = f"{real_server.url}/v1{operation.removeprefix('post ')}"
        whole = httpx.post(url, json=body, timeout=60).json()
        streamed = httpx.post(url, json={**body, "stream": True}, timeout=60).text
        events = [line.removeprefix("data: ") for line in streamed.splitlines() if line.startswith("data: {")]

        assert list(problems(operation, whole)) == []
        assert [found for event in events for found in problems(operation, json.loads(event), media_type=STREAM)] == []


def test_the_examples_of_the_page_run(real_client: openai.OpenAI):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names = {"client": real_client, "MODEL": "tiny"}

    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)

    assert len(blocks) == 4
    assert names["call"].function.name == "dim"
