from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tiny_model import STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.config import Settings
from tuneport.core import ComparisonCancelled, InvalidRequest, go_on
from tuneport.data import Message
from tuneport.evals import AnswerRoom, Question
from tuneport.inference import EndEvent, GenerateRequest, TokenEvent
from tuneport.tokens import ChatTemplate, Renderer
from tuneport.workspace import ChatRequest, TextRequest, collect_answers
from tuneport.workspace.choices import answer_together
from tuneport.workspace.completions import Completions, ModelCompleter, request_of
from tuneport.workspace.target import Target


@dataclass
class _Engine:
    """Says the letters of a text, each as a token."""

    token_ids: list[int]
    n_said: int = field(default=0)
    request: GenerateRequest | None = None

    def generate(self, request, check, *, is_enough):
        self.request = request
        check()
        for token_id in self.token_ids:
            self.n_said += 1
            yield TokenEvent(request.id, token_id, -1.0, cached_tokens=32 if self.n_said == 1 else 0)
            if is_enough():
                yield EndEvent(request.id, "stop", 32)
                return
        yield EndEvent(request.id, "length", 32)


@pytest.fixture
def renderer():
    template = ChatTemplate(TEMPLATE.read_text(), stop_tokens=["<|im_end|>"])
    return Renderer(template, byte_tokenizer(), frozenset({STOP_TOKEN_ID}))


def deltas_of(renderer, text, *, stop=(), tools=()):
    engine = _Engine(byte_tokenizer().encode(text).ids)
    request = (
        ChatRequest("m", (), tools, stop=stop, n_logprobs=0)
        if tools
        else TextRequest("m", "x", stop=stop, n_logprobs=0)
    )
    generate = GenerateRequest("a", [5], [], 100)
    target = Target(renderer, engine, None, 100, Path("tokenizer.json"))
    return engine, list(Completions(None, None, None)._answer(request, target, generate, go_on))


def test_an_answer_that_a_stop_text_ends_tells_what_its_prompt_shared(renderer):
    engine, deltas = deltas_of(renderer, "yes END and more", stop=("END",))

    answer = collect_answers(answer_together([iter_of(deltas)]), 1)[0]

    assert (answer.content, answer.finish_reason, answer.usage.cached_tokens) == ("yes ", "stop", 32)
    assert engine.n_said == answer.usage.completion_tokens == len("yes END")


def iter_of(deltas):
    yield from deltas


@pytest.mark.parametrize(
    ("text", "told"), [("yes END and more", "yes "), ("END", ""), ("an END", "an "), ("Enough", "Enough"), ("öE", "öE")]
)
def test_chances_are_told_of_the_text_that_is_given_and_not_of_the_stop_text(renderer, text, told):
    _, deltas = deltas_of(renderer, text, stop=("END",))

    chances = [chance for delta in deltas for chance in delta.chances]
    n_given = n_told = 0
    for delta in deltas:
        n_given, n_told = n_given + len(delta.content.encode()), n_told + len(delta.chances)
        assert n_told <= n_given

    assert bytes(byte for chance in chances for byte in chance.bytes) == told.encode()


TOOLS = ({"type": "function", "function": {"name": "dim", "parameters": {"type": "object"}}},)
CALL = '<tool_call>{"name": "dim", "arguments": {"level": 3}}</tool_call>'


@pytest.mark.parametrize("before", ["", "Sure.", "Sure.\n"])
def test_chances_after_a_call_are_told_up_to_the_stop_text(renderer, before):
    _, deltas = deltas_of(renderer, f"{before}{CALL} and END more", stop=("END",), tools=TOOLS)

    chances = [chance for delta in deltas for chance in delta.chances]

    assert "".join(chance.token for chance in chances) == f"{before}{CALL} and "


def test_no_chance_is_told_before_the_text_of_its_token(renderer):
    _, deltas = deltas_of(renderer, f"{CALL} EN ENough", stop=("END",), tools=TOOLS)

    content = told = ""
    for delta in deltas:
        content, told = content + delta.content, told + "".join(chance.token for chance in delta.chances)
        assert f"{CALL}{content}".startswith(told)
    assert told == f"{CALL} EN ENough"


@pytest.mark.parametrize(
    ("text", "reason"),
    [(f"{CALL}END", "tool_calls"), (f'{CALL}<tool_call>{{"name": "di', "length"), (CALL[:-3], "length")],
)
def test_an_answer_that_is_cut_behind_a_whole_call_says_that_it_was_cut(renderer, text, reason):
    _, deltas = deltas_of(renderer, text, stop=("END",), tools=TOOLS)

    assert deltas[-1].finish_reason == reason


@pytest.fixture
def completer(renderer, monkeypatch):
    """The model of a comparison, whose context has 40 tokens, and its engine."""
    engine = _Engine(byte_tokenizer().encode("yes").ids)
    target = Target(renderer, engine, None, 40, Path("tokenizer.json"))
    completions = Completions(Settings(), None, None)
    monkeypatch.setattr(completions, "_find_target", lambda name: target)
    return ModelCompleter(completions, "m"), engine


def question_of(prompt):
    return Question(1, (), (), Message("assistant", "a"), prompt)


def test_a_long_prompt_is_asked_with_the_room_that_it_leaves(completer):
    model, engine = completer

    answer = model.complete(question_of("x" * 30), AnswerRoom(5, 20), go_on)

    assert engine.request.max_tokens == 40 - answer.prompt_tokens < 20


def test_a_prompt_that_leaves_less_than_the_answer_needs_is_refused(completer):
    model, engine = completer

    with pytest.raises(InvalidRequest, match="the answer may take 15") as caught:
        model.complete(question_of("x" * 30), AnswerRoom(15, 20), go_on)

    assert caught.value.code == "context_length_exceeded"
    assert engine.request is None


def test_an_answer_that_a_comparison_waits_for_ends_when_that_is_cancelled(completer):
    model, engine = completer

    def check():
        raise ComparisonCancelled("cancelled")

    with pytest.raises(ComparisonCancelled):
        model.complete(question_of("x"), AnswerRoom(1, 5), check)

    assert engine.n_said == 0


def test_a_row_that_allows_one_call_is_asked_for_one():
    question = replace(question_of(None), parallel_tool_calls=False)

    assert not request_of(question, AnswerRoom(1, 5), "m").parallel_tool_calls
