"""Both forms of a grammar take the same answers."""

import json

import pytest
from llguidance import LLMatcher, LLTokenizer, grammar_from

from tiny_model import STOP_TOKEN_ID, byte_tokenizer
from tuneport.inference import CallRule, GrammarRule, JsonRule, answer_grammar
from tuneport.inference.grammars import as_one_lark
from tuneport.tokens import CallShape

SHAPE = CallShape(before='<call>\n{"name": "', middle='", "arguments": ', after="}\n</call>", gap="\n")
SCHEMA = {"type": "object", "properties": {"mail": {"type": "string", "pattern": "^a@b$"}}, "required": ["mail"]}
TOOLS = ({"type": "function", "function": {"name": "form", "parameters": SCHEMA}},)
LARK = 'start: "@form" /[}@]+/ object\nobject: %json {"type": "object"}'
CALL = '<call>\n{"name": "form", "arguments": {"mail": "a@b"}}\n</call>'


def accepts(grammar, text):
    tokenizer = byte_tokenizer()
    matcher = LLMatcher(LLTokenizer(tokenizer.to_str(), eos_token=STOP_TOKEN_ID), grammar)
    assert not matcher.is_error(), matcher.get_error()
    token_ids = tokenizer.encode(text).ids
    return matcher.validate_tokens([*token_ids, STOP_TOKEN_ID]) == len(token_ids) + 1


@pytest.mark.parametrize(
    ("form", "calls", "right", "wrong"),
    [
        (JsonRule(SCHEMA), None, '{"mail": "a@b"}', '{"mail": "b"}'),
        (JsonRule(), None, "{}", "[]"),
        (GrammarRule("lark", 'start[capture]: "a"'), None, "a", "b"),
        (GrammarRule("lark", '%llguidance {}\nstart: "a"'), None, "a", "b"),
        (GrammarRule("regex", "a@b/{2}"), None, "a@b//", "a@b/"),
        (GrammarRule("lark", LARK), None, "@form}@{}", "form{}"),
        (None, CallRule(SHAPE, TOOLS, is_required=True), CALL, "Hello."),
        (None, CallRule(SHAPE, TOOLS), CALL, CALL.replace("form", "other")),
        (JsonRule(SCHEMA), CallRule(SHAPE, TOOLS), CALL, "Hello."),
        (GrammarRule("lark", LARK), CallRule(SHAPE, TOOLS), "@form}@{}", "@form"),
    ],
)
def test_one_lark_takes_what_the_parts_take(form, calls, right, wrong):
    grammar = answer_grammar(form, calls)

    # What vLLM does with it.
    one = grammar_from("grammar", as_one_lark(grammar))

    assert [accepts(each, right) for each in (grammar, one)] == [True, True]
    assert [accepts(each, wrong) for each in (grammar, one)] == [False, False]


def test_no_option_is_given_that_the_library_in_vllm_does_not_know():
    lark = as_one_lark(answer_grammar(JsonRule(SCHEMA), CallRule(SHAPE, TOOLS)))

    options = [json.loads(line.partition("%json ")[2])["x-guidance"] for line in lark.splitlines() if "%json" in line]

    assert len(options) == 2
    for each in options:
        assert each.keys() <= {
            "whitespace_pattern",
            "whitespace_flexible",
            "item_separator",
            "key_separator",
            "lenient",
        }
