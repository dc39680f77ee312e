"""A template that fails on a row is said to refuse it, however it fails."""

import pytest

from tuneport.core import InvalidRequest
from tuneport.data import Message
from tuneport.tokens.chat_template import ChatTemplate

TOOL = {"type": "function", "function": {"name": "ring", "parameters": {"properties": 5}}}


@pytest.mark.parametrize(
    "source",
    [
        "{{ raise_exception('no tools, please') }}",
        "{% for name in tools[0].function.parameters.properties %}{{ name }}{% endfor %}",
        "{{ tools[0].function.parameters.properties / 0 }}",
        "{{ tools[0].function.name + 1 }}",
        "{{ '%d' | format(tools[0].function.name) }}",
        "{% macro deeper() %}{{ deeper() }}{% endmacro %}{{ deeper() }}",
    ],
    ids=["by its own words", "no list", "division", "text and number", "format", "without end"],
)
def test_a_template_that_fails_on_a_row_refuses_it(source):
    template = ChatTemplate(source)

    with pytest.raises(InvalidRequest, match="chat template refused the messages"):
        template.render([Message("user", "Hi")], [TOOL], add_generation_prompt=True)
