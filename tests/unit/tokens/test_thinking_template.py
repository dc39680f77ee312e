"""Templates that write thoughts before the last answer only, as Qwen3's does."""

import pytest

from tiny_model import STOP_TOKEN_ID, byte_tokenizer
from tuneport.core import InvalidRequest
from tuneport.data import Message, ToolCall
from tuneport.tokens import AnswerText, CallShape, ChatTemplate, Renderer

THINKING = """{%- set turns = namespace(last_question=0) -%}
{%- for message in messages if message.role == 'user' -%}
{%- set turns.last_question = messages.index(message) -%}
{%- endfor -%}
{%- for tool in tools or [] %}<|im_start|>system
{{ tool.function.name }}<|im_end|>
{% endfor -%}
{%- for message in messages -%}
{%- if message.role == 'assistant' -%}
{%- set said = (message.content or '').split('</think>')[-1].lstrip('\\n') -%}
{%- set thoughts = (message.content or '').split('</think>')[0].split('<think>')[-1].strip('\\n') -%}
{%- set thoughts = thoughts if '</think>' in (message.content or '') else '' -%}
{{- '<|im_start|>assistant\\n' -}}
{%- if loop.index0 > turns.last_question and (loop.last or thoughts) -%}
{{- '<think>\\n' + thoughts + '\\n</think>\\n\\n' -}}
{%- endif -%}
{{- said -}}
{%- for call in message.tool_calls or [] -%}
{{- '\\n' if said or not loop.first -}}
{{- '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' -}}
{{- call.function.arguments | tojson -}}
{{- '}\\n</tool_call>' -}}
{%- endfor -%}
{{- '<|im_end|>\\n' -}}
{%- elif message.role == 'tool' -%}
{{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' -}}
{%- else -%}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}
{%- endif -%}
{%- endfor -%}
{{- '<|im_start|>assistant\\n' if add_generation_prompt -}}"""
"""Thoughts before each answer to the last question, empty ones where there are none, as Qwen3 does; no marks."""

EMPTY_THOUGHTS = "<think>\n\n</think>\n\n"
CALL = '<tool_call>\n{"name": "dim", "arguments": {"level": 3}}\n</tool_call>'
TOOLS = [{"type": "function", "function": {"name": "dim", "parameters": {"type": "object"}}}]
CALLS = (ToolCall("call_1", "dim", '{"level": 3}'),)


@pytest.fixture
def renderer():
    return Renderer(ChatTemplate(THINKING, stop_tokens=["<|im_end|>"]), byte_tokenizer(), {STOP_TOKEN_ID})


def read(renderer, text):
    """Give the content of an answer and its calls, as name and arguments."""
    answer = AnswerText(renderer, (), ["dim"])
    pieces = [*map(answer.push, byte_tokenizer().encode(text).ids), answer.finish()]
    calls = []
    for piece in (call for each in pieces for call in each.calls):
        if piece.name is not None:
            calls.append((piece.name, ""))
        calls[-1] = (calls[-1][0], calls[-1][1] + piece.arguments)
    return "".join(piece.content for piece in pieces), calls


def test_a_chat_of_several_turns_is_served_as_the_template_writes_it(renderer):
    turns = [Message("user", "One?"), Message("assistant", "Two."), Message("user", "Three?")]

    assert renderer.prompt_text(turns, ()) == (
        "<|im_start|>user\nOne?<|im_end|>\n<|im_start|>assistant\nTwo.<|im_end|>\n"
        "<|im_start|>user\nThree?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert byte_tokenizer().decode(renderer.tokenize_prompt(turns, ()), skip_special_tokens=False) == (
        renderer.prompt_text(turns, ())
    )


def test_the_result_of_a_call_is_served(renderer):
    turns = [Message("user", "Dim."), Message("assistant", None, CALLS), Message("tool", "ok", tool_call_id="call_1")]

    text = renderer.prompt_text(turns, TOOLS)

    assert f"<|im_start|>assistant\n{CALL}<|im_end|>\n" in text
    assert text.endswith("<tool_response>\nok\n</tool_response><|im_end|>\n<|im_start|>assistant\n")


def test_a_row_of_several_answers_is_still_refused_for_training():
    template = ChatTemplate(THINKING, stop_tokens=["<|im_end|>"])
    turns = [Message("user", "1"), Message("assistant", "2"), Message("user", "3"), Message("assistant", "4")]

    with pytest.raises(InvalidRequest, match="rewrites earlier turns"):
        template.render(turns, [], add_generation_prompt=False)


def test_the_shape_of_calls_begins_behind_the_thoughts(renderer):
    assert renderer.call_shape == CallShape(
        before='<tool_call>\n{"name": "',
        middle='", "arguments": ',
        after="}\n</tool_call>",
        between='}\n</tool_call>\n<tool_call>\n{"name": "',
        gap="\n",
        lead=EMPTY_THOUGHTS,
    )


@pytest.mark.parametrize("before", ["", EMPTY_THOUGHTS, "<think>\nIt is <bright>.\n</think>\n\n", "Sure.\n"])
@pytest.mark.parametrize("n_calls", [1, 2])
def test_calls_are_read_whatever_was_thought_before(renderer, before, n_calls):
    content, calls = read(renderer, before + "\n".join([CALL] * n_calls))

    assert content == before.removesuffix("\n")
    assert calls == [("dim", '{"level": 3}')] * n_calls
