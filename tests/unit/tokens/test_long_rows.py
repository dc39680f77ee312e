"""Of a row longer than the model reads, answers behind the limit are not looked for."""

import pytest

from tiny_model import STOP_TOKEN_ID, byte_tokenizer
from tuneport.data import Example, Message
from tuneport.tokens import ChatTemplate, Renderer

UNMARKED = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}" + (
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class CountingTemplate(ChatTemplate):
    n_runs = 0

    def _run(self, *arguments):
        self.n_runs += 1
        return super()._run(*arguments)


@pytest.fixture
def template():
    return CountingTemplate(UNMARKED, stop_tokens=["<|im_end|>"])


@pytest.fixture
def renderer(template):
    return Renderer(template, byte_tokenizer(), {STOP_TOKEN_ID})


def conversation(n_answers):
    turns = [turn for number in range(n_answers) for turn in (("user", f"{number}?"), ("assistant", f"{number}!"))]
    return Example(1, tuple(Message(*turn) for turn in turns))


@pytest.mark.parametrize("longest", [100, 500, 2000])
def test_the_row_is_the_same_up_to_its_cut(renderer, longest):
    whole = renderer.tokenize_example(conversation(60), longest_row_tokens=10**6).cut_to(longest)

    cut = renderer.tokenize_example(conversation(60), longest_row_tokens=longest)

    assert cut.token_ids.tolist() == whole.token_ids.tolist()
    assert cut.loss_weights.tolist() == whole.loss_weights.tolist()
    assert cut.is_cut is whole.is_cut


def test_renderings_end_with_what_the_model_reads(renderer, template):
    row = renderer.tokenize_example(conversation(1000), longest_row_tokens=500)

    assert row.is_cut
    assert template.n_runs < 60
