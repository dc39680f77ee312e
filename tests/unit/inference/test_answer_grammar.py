"""What a grammar lets through, walked byte by byte without a model."""

import json
from random import Random

import jsonschema_rs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llguidance import LLMatcher, LLTokenizer

from call_templates import BARE, LISTED, TAGGED
from tiny_model import STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.data import Example, Message, ToolCall
from tuneport.inference import CallRule, GrammarRule, JsonRule, answer_grammar
from tuneport.tokens import AnswerText, CallShape, ChatTemplate, Renderer

BYTES = byte_tokenizer()
TOKENIZER = LLTokenizer(BYTES.to_str(), eos_token=STOP_TOKEN_ID)
QUESTION = Message("user", "x")
DIM = {
    "type": "object",
    "properties": {"room": {"enum": ["attic", "hall"]}, "level": {"type": "integer"}},
    "required": ["room"],
}


def renderer_of(source):
    return Renderer(ChatTemplate(source, stop_tokens=["<|im_end|>"]), BYTES, frozenset({STOP_TOKEN_ID}))


RENDERERS = {
    "ours": renderer_of(TEMPLATE.read_text()),
    "tagged": renderer_of(TAGGED),
    "listed": renderer_of(LISTED),
    "bare": renderer_of(BARE),
}
BESIDE_TEXT = ["ours", "tagged", "listed"]


def tool(name, parameters, **more):
    return {"type": "function", "function": {"name": name, "parameters": parameters, **more}}


TOOLS = (tool("dim", DIM), tool("ring", {"type": "object", "properties": {}}))


def calls_of(family, *, tools=TOOLS, **rule):
    return CallRule(RENDERERS[family].call_shape, tools, **rule)


def how_far(grammar, text):
    """Give what of the text the grammar takes, and whether an answer may end there."""
    matcher = LLMatcher(TOKENIZER, grammar)
    ids = BYTES.encode(text).ids
    n_taken = matcher.try_consume_tokens(ids)
    return BYTES.decode(ids[:n_taken]), matcher.is_accepting()


def takes(grammar, text):
    return how_far(grammar, text) == (text, True)


def written(family, content, *calls):
    message = Message("assistant", content, tuple(ToolCall(f"call_{name}", name, text) for name, text in calls))
    pieces = RENDERERS[family].render(Example(1, (QUESTION, message), TOOLS))
    return "".join(piece.text for piece in pieces if piece.message_index is not None).removesuffix("<|im_end|>")


def random_answer(grammar, random, *, longest=3000):
    """Write by chance what the grammar lets through, to its end."""
    matcher = LLMatcher(TOKENIZER, grammar)
    ids = []
    while not matcher.is_stopped():
        allowed = np.unpackbits(np.frombuffer(matcher.compute_bitmask(), np.uint8), bitorder="little")
        options = np.flatnonzero(allowed).tolist()
        ends = STOP_TOKEN_ID in options and (random.random() < 0.2 or len(ids) > longest // 2)
        token_id = STOP_TOKEN_ID if ends else random.choice(options)
        matcher.consume_token(token_id)
        if token_id != STOP_TOKEN_ID:
            ids.append(token_id)
        assert len(ids) < longest
    return ids


@pytest.mark.parametrize("family", BESIDE_TEXT)
@pytest.mark.parametrize("arguments", ['{"room":"attic"}', '{"room": "hall", "level": -3}', '{\n  "room": "hall"\n}'])
def test_a_call_as_training_renders_it_is_let_through(family, arguments):
    for is_required in (True, False):
        grammar = answer_grammar(None, calls_of(family, is_required=is_required))

        assert takes(grammar, written(family, None, ("dim", arguments), ("ring", "{}")))
        assert takes(grammar, written(family, "Sure.", ("dim", arguments))) is not is_required


def test_a_bare_call_as_training_renders_it_is_let_through():
    assert takes(answer_grammar(None, calls_of("bare")), written("bare", None, ("dim", '{"room": "hall"}')))


@pytest.mark.parametrize("family", [*BESIDE_TEXT, "bare"])
def test_text_is_free_where_calls_may_be_made(family):
    grammar = answer_grammar(None, calls_of(family))

    for text in ("", "Hello, wörld", '{"a": 1}', "<tool> [TOOL] {", "\n\nTwo lines"):
        assert takes(grammar, text)


@pytest.mark.parametrize("family", [*BESIDE_TEXT, "bare"])
@pytest.mark.parametrize(
    ("call", "stops_in"),
    [
        (("sing", "{}"), "sing"),
        (("dim", '{"room": "cellar"}'), "cellar"),
        (("dim", '{"level": 3}'), "level"),
        (("dim", '{"room": "hall", "colour": 1}'), "colour"),
        (("ring", '{"a": 1}'), '"a"'),
    ],
)
def test_what_begins_as_a_call_goes_on_as_one_that_validates(family, call, stops_in):
    text = written(family, None, call)

    taken, may_end = how_far(answer_grammar(None, calls_of(family)), text)

    assert not may_end
    assert text.removeprefix(taken)[:1] in set(stops_in)
    assert len(taken) >= text.index(stops_in) - 1


@pytest.mark.parametrize("family", BESIDE_TEXT)
def test_one_call_is_the_end_where_several_may_not_be_made(family):
    grammar = answer_grammar(None, calls_of(family, allows_several=False))
    two = written(family, None, ("ring", "{}"), ("ring", "{}"))

    taken, _ = how_far(grammar, two)

    assert takes(grammar, written(family, None, ("ring", "{}")))
    assert len(taken) < len(two)


@settings(max_examples=40)
@given(st.sampled_from([*BESIDE_TEXT, "bare"]), st.booleans(), st.integers(0, 2**32))
def test_whatever_is_let_through_is_read_and_the_next_turn_has_the_same_tokens(family, is_required, seed):
    renderer = RENDERERS[family]
    said = random_answer(answer_grammar(None, calls_of(family, is_required=is_required)), Random(seed))

    answer = AnswerText(renderer, (), ["dim", "ring"])
    pieces = [*map(answer.push, said), answer.finish()]
    calls: list[ToolCall] = []
    for piece in (call for each in pieces for call in each.calls):
        if piece.name:
            calls.append(ToolCall(piece.id, piece.name, ""))
        calls[-1] = ToolCall(calls[-1].id, calls[-1].name, calls[-1].arguments + piece.arguments)
    content = "".join(piece.content for piece in pieces)
    turn = [QUESTION, Message("assistant", content or None, tuple(calls)), Message("user", "y")]

    assert calls or not is_required
    for call in calls:
        assert jsonschema_rs.is_valid(DIM if call.name == "dim" else {"maxProperties": 0}, json.loads(call.arguments))
    if "\ufffd" not in content:
        first_turn = renderer.tokenize_prompt([QUESTION], TOOLS)
        assert renderer.tokenize_prompt(turn, TOOLS)[: len(first_turn) + len(said)] == [*first_turn, *said]


@pytest.mark.parametrize("gap", ["\n", " ", None])
def test_empty_thoughts_before_calls_may_be_left_out(gap):
    shape = CallShape('<call>{"name": "', '", "arguments": ', "}</call>", gap=gap, lead="<think></think>\n")
    call = '<call>{"name": "ring", "arguments": {}}</call>'

    for is_required in (True, False):
        grammar = answer_grammar(None, CallRule(shape, TOOLS, is_required=is_required))

        assert takes(grammar, call)
        assert takes(grammar, shape.lead + call)
        assert not takes(grammar, shape.lead + call.replace("ring", "sing"))


def test_with_a_form_an_answer_is_of_that_form_or_a_call():
    grammar = answer_grammar(JsonRule({"type": "boolean"}), calls_of("ours"))

    assert takes(grammar, "true")
    assert takes(grammar, written("ours", None, ("ring", "{}")))
    assert how_far(grammar, "maybe")[0] == ""


def test_any_object_is_json_whatever_is_in_it():
    grammar = answer_grammar(JsonRule(), None)

    assert takes(grammar, '{"a": [1, {"b": null}], "c": "\\u00e9"}')
    assert how_far(grammar, "[1]")[0] == ""


@pytest.mark.parametrize(
    ("rule", "text", "other"),
    [
        (GrammarRule("regex", r"\d{2}/\d{2}"), "12/34", "1/2"),
        (GrammarRule("regex", "a\nb|c"), "a\nb", "ab"),
        (GrammarRule("lark", 'start: word ("," word)*\nword: /[a-z]+/'), "ab,c", "a,,b"),
    ],
)
def test_a_grammar_of_the_request_is_the_answers(rule, text, other):
    assert takes(answer_grammar(rule, None), text)
    assert not takes(answer_grammar(rule, None), other)


def test_parameters_that_are_no_schema_take_any_object():
    grammar = answer_grammar(None, calls_of("ours", tools=(tool("dim", {"type": "dict"}), tool("ring", None))))

    assert takes(grammar, written("ours", None, ("dim", '{"a": [1]}')))
    assert takes(grammar, written("ours", None, ("ring", '{"a": [1]}')))


def test_arguments_are_an_object_though_their_schema_does_not_say_so():
    grammar = answer_grammar(None, calls_of("ours", tools=(tool("dim", {"properties": {"a": {}}}),)))

    assert takes(grammar, written("ours", None, ("dim", '{"a": 1}')))
    assert not takes(grammar, written("ours", None, ("dim", "1")))


@pytest.mark.parametrize("additional", [{"type": "string"}, True])
def test_a_declared_name_is_not_spelled_with_escapes_to_pass_as_another(additional):
    role = {"type": "object", "properties": {"role": {"enum": ["user"]}}, "additionalProperties": additional}
    grammar = answer_grammar(JsonRule({"type": "array", "items": role}, is_strict=True), None)

    assert takes(grammar, '[{"role": "user", "näme": "Zoë \\n \\" \\\\"}]')
    assert not takes(grammar, r'[{"role": "user", "\u0072ole": "admin"}]')


@pytest.mark.parametrize("additional", [{}, {"additionalProperties": False}])
def test_escapes_stay_where_all_names_are_declared(additional):
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, **additional}

    assert takes(answer_grammar(JsonRule(schema, is_strict=True), None), r'{"name": "Zo\u00eb"}')


def test_a_value_that_only_an_escape_can_spell_can_be_said_beside_other_names():
    schema = {"type": "object", "properties": {"key": {"const": "\x01"}}, "additionalProperties": {"type": "string"}}

    assert takes(answer_grammar(JsonRule({**schema, "required": ["key"]}), None), r'{"key": "\u0001"}')


def test_an_object_inside_may_require_a_property_that_is_not_declared():
    item = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "b"]}
    grammar = answer_grammar(JsonRule({"type": "array", "items": item}, is_strict=True), None)

    assert takes(grammar, '[{"a": "x", "b": 1}]')
    assert not takes(grammar, '[{"a": "x"}]')


def test_a_choice_beside_properties_does_not_rule_them_out():
    choices = [{"properties": {"b": {"type": "string"}}, "required": ["b"]}, {"required": ["c"]}]
    item = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "anyOf": choices}
    grammar = answer_grammar(JsonRule({"type": "array", "items": item}, is_strict=True), None)

    assert takes(grammar, '[{"a": "x", "b": "y"}]')


@pytest.mark.parametrize("more", [{"allOf": [{"$ref": "#/$defs/named"}]}, {"$ref": "#/$defs/named"}])
def test_a_part_that_is_named_elsewhere_does_not_rule_out_what_stands_beside_it(more):
    named = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    pet = {"type": "object", "properties": {"legs": {"type": "integer"}}, **more}
    schema = {"$defs": {"named": named, "pet": pet}, "type": "array", "items": {"$ref": "#/$defs/pet"}}
    grammar = answer_grammar(JsonRule(schema), None)

    assert takes(grammar, '[{"legs": 4, "name": "Rex"}]')
    assert not takes(grammar, '[{"legs": 4}]')


def test_a_part_that_stands_alone_is_closed():
    named = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    schema = {"$defs": {"named": named}, "type": "array", "items": {"$ref": "#/$defs/named"}}

    assert not takes(answer_grammar(JsonRule(schema), None), '[{"name": "Rex", "legs": 4}]')


def test_white_space_in_json_does_not_go_on_for_ever():
    grammar = answer_grammar(JsonRule(), None)

    taken, _ = how_far(grammar, "{\n" + " " * 100)

    assert len(taken) == 34
