"""The engine's scheduler on the tiny model, with answers that are held to a grammar."""

import json

import jsonschema_rs
import pytest

from engine_answers import EngineAnswers
from tiny_model import STOP_TOKEN_ID, byte_tokenizer
from tuneport.inference import CallRule, GrammarRule, JsonRule, answer_grammar
from tuneport.inference.engine.model_runtime import load_runtime
from tuneport.inference.engine.scheduler import Scheduler
from tuneport.inference.protocol import GenerateRequest
from tuneport.tokens import AnswerText, Renderer

CITY = {"type": "string", "enum": ["Paris", "Oslo"]}
SCHEMAS = [
    {"type": "object", "properties": {"city": CITY, "n": {"type": "integer"}}, "required": ["city", "n"]},
    {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 3},
    {"type": "object", "properties": {"at": {"type": "string", "format": "date"}}, "required": ["at"]},
    {"$defs": {"c": CITY}, "type": "object", "properties": {"to": {"$ref": "#/$defs/c"}}, "required": ["to"]},
    {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 5}]},
    {"type": "string", "pattern": "^[a-f]{3}-[0-9]{2}$"},
]
TOOLS = (
    {"type": "function", "function": {"name": "dim", "parameters": SCHEMAS[0]}},
    {"type": "function", "function": {"name": "ring", "parameters": SCHEMAS[3]}},
)


@pytest.fixture
def answers():
    return EngineAnswers()


@pytest.fixture
def scheduler(tiny_model_dir, answers):
    return Scheduler(load_runtime(tiny_model_dir, quantization="none"), answers)


@pytest.fixture
def asked(tiny_model_dir):
    def request(name, grammar, *, max_tokens=400, **sampling):
        tokenizer_file = str(tiny_model_dir / "tokenizer.json")
        return GenerateRequest(
            name, [5, 6, 7], [STOP_TOKEN_ID], max_tokens, grammar=grammar, tokenizer_file=tokenizer_file, **sampling
        )

    return request


def run_to_end(scheduler):
    while not scheduler.is_idle:
        scheduler.step()


def text_of(answers, name):
    return byte_tokenizer().decode(answers.tokens[name])


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_answer_is_what_its_schema_says_and_then_ends(scheduler, answers, asked, schema):
    scheduler.submit(asked("a", answer_grammar(JsonRule(schema), None), seed=1))
    run_to_end(scheduler)

    jsonschema_rs.Draft202012Validator(schema).validate(json.loads(text_of(answers, "a")))
    assert answers.ends["a"].finish_reason == "stop"


def test_each_answer_of_a_batch_has_its_own_grammar_and_a_free_one_is_as_it_would_be_alone(scheduler, answers, asked):
    scheduler.submit(asked("alone", None, max_tokens=20, temperature=0))
    run_to_end(scheduler)

    scheduler.submit(asked("free", None, max_tokens=20, temperature=0))
    for index, schema in enumerate(SCHEMAS):
        scheduler.submit(asked(f"held{index}", answer_grammar(JsonRule(schema), None), seed=index))
    run_to_end(scheduler)

    assert answers.tokens["free"] == answers.tokens["alone"]
    for index, schema in enumerate(SCHEMAS):
        assert jsonschema_rs.is_valid(schema, json.loads(text_of(answers, f"held{index}")))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("allows_several", [True, False])
def test_a_required_call_is_one_whose_arguments_validate(
    scheduler, answers, asked, tiny_model_dir, seed, allows_several
):
    renderer = Renderer.from_folder(tiny_model_dir)
    rule = CallRule(renderer.call_shape, TOOLS, is_required=True, allows_several=allows_several)

    scheduler.submit(asked("a", answer_grammar(None, rule), max_tokens=1000, seed=seed))
    run_to_end(scheduler)

    answer = AnswerText(renderer, (), ["dim", "ring"])
    pieces = [piece for token_id in answers.tokens["a"] for piece in answer.push(token_id).calls]
    calls = [piece.name for piece in pieces if piece.name]
    assert answer.has_calls
    assert len(calls) == 1 or allows_several
    for index, name in enumerate(calls):
        arguments = json.loads("".join(piece.arguments for piece in pieces if piece.index == index))
        assert jsonschema_rs.is_valid(SCHEMAS[0] if name == "dim" else SCHEMAS[3], arguments)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(GrammarRule("regex", "(ab){3}"), "ababab"), (GrammarRule("lark", 'start: "x" Y "z"\nY: /y{2}/'), "xyyz")],
)
def test_an_answer_follows_a_grammar_of_the_request(scheduler, answers, asked, rule, expected):
    scheduler.submit(asked("a", answer_grammar(rule, None)))
    run_to_end(scheduler)

    assert text_of(answers, "a") == expected


def test_an_answer_ends_at_its_limit_though_its_grammar_goes_on(scheduler, answers, asked):
    scheduler.submit(asked("a", answer_grammar(GrammarRule("regex", "a*b"), None), max_tokens=1))
    run_to_end(scheduler)

    assert answers.ends["a"].finish_reason == "length" or text_of(answers, "a") == "b"


def test_a_grammar_that_cannot_go_on_fails_its_own_request_only(scheduler, answers, asked):
    scheduler.submit(asked("broken", "start: nothing"))
    scheduler.submit(asked("free", None, max_tokens=8, temperature=0))
    run_to_end(scheduler)

    assert answers.failures["broken"].code == "grammar_failed"
    assert "free" in answers.ends
