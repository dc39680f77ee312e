from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tiny_model import STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.core import go_on
from tuneport.inference import EndEvent, GenerateRequest, TokenEvent
from tuneport.tokens import ChatTemplate, Renderer
from tuneport.workspace import TextRequest, collect_answers
from tuneport.workspace.choices import answer_together
from tuneport.workspace.completions import Completions
from tuneport.workspace.target import Target


@dataclass
class _Engine:
    """Says the letters of a text, each as a token."""

    token_ids: list[int]
    n_said: int = field(default=0)

    def generate(self, request, check, *, is_enough):
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


def deltas_of(renderer, text, *, stop):
    engine = _Engine(byte_tokenizer().encode(text).ids)
    request = TextRequest("m", "x", stop=stop, n_logprobs=0)
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
