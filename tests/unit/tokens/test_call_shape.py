import pytest

from call_templates import BARE, LISTED, MARKUP, TAGGED
from tiny_model import SPECIAL_TOKENS, STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.tokens import CallShape, ChatTemplate, Renderer
from tuneport.tokens.call_shape import find_call_shape

OURS = TEMPLATE.read_text()
WITHOUT_TOOLS = "{% for message in messages %}{{ message.content }}<|im_end|>{% endfor %}"


def shape_of(source):
    return find_call_shape(ChatTemplate(source, stop_tokens=["<|im_end|>"]))


@pytest.mark.parametrize(
    ("source", "shape"),
    [
        (
            OURS,
            CallShape(
                before='<tool_call>{"name": "',
                middle='", "arguments": ',
                after="}</tool_call>",
                between='}</tool_call><tool_call>{"name": "',
                gap="",
            ),
        ),
        (
            TAGGED,
            CallShape(
                before='<tool_call>\n{"name": "',
                middle='", "arguments": ',
                after="}\n</tool_call>",
                between='}\n</tool_call>\n<tool_call>\n{"name": "',
                gap="\n",
            ),
        ),
        (
            LISTED,
            CallShape(
                before='[TOOL_CALLS] [{"name": "',
                middle='", "arguments": ',
                after="}]",
                between='}, {"name": "',
                gap="",
            ),
        ),
        (BARE, CallShape(before='{"name": "', middle='", "parameters": ', after="}", between=None, gap=None)),
    ],
)
def test_shape_is_learnt_from_what_a_template_writes(source, shape):
    assert shape_of(source) == shape


@pytest.mark.parametrize("source", [MARKUP, WITHOUT_TOOLS, "{{ nothing.at.all }}"])
def test_template_that_writes_no_calls_as_json_has_no_shape(source):
    assert shape_of(source) is None


@pytest.mark.parametrize(("source", "mark"), [(OURS, "<tool_call>"), (LISTED, "[TOOL_CALLS] ["), (BARE, "")])
def test_mark_is_what_no_other_text_begins_with(source, mark):
    assert shape_of(source).mark == mark


def test_calls_between_special_tokens_have_no_shape_that_a_text_could_have():
    source = OURS.replace("<tool_call>", SPECIAL_TOKENS[0])
    template = ChatTemplate(source, stop_tokens=["<|im_end|>"])

    assert find_call_shape(template) is not None
    assert Renderer(template, byte_tokenizer(), {STOP_TOKEN_ID}).call_shape is None
