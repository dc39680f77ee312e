"""The prompts by which a tuned model is compared with itself."""

import pytest

from tuneport.data import Example, Message, PreferenceExample, TextExample
from tuneport.tokens import Renderer, choose_prompts
from tuneport.tokens.parity_prompts import OWN_PROMPTS


@pytest.fixture
def renderer(tiny_model_dir):
    return Renderer.from_folder(tiny_model_dir)


def row(line, question, answer="Yes."):
    return Example(line, (Message("user", question), Message("assistant", answer)))


def test_the_shortest_rows_come_first_and_then_ours(renderer):
    chosen = choose_prompts([row(1, "A long question?"), row(2, "Short?"), row(3, "Medium one?")], renderer)

    names = [each.prompt.name for each in chosen]
    assert names[:2] == ["the row on line 2", "the row on line 3"]
    assert names[2:] == [prompt.name for prompt in OWN_PROMPTS]


def test_the_draft_is_the_rows_own_answer(renderer):
    (chosen, *_) = choose_prompts([row(1, "Is it so?", "Yes.")], renderer)

    assert renderer.decode(chosen.draft_ids).strip() == "Yes."
    assert renderer.stop_token_ids.intersection(chosen.draft_ids)


def test_of_a_preference_pair_the_preferred_answer_is_the_draft(renderer):
    pair = PreferenceExample(preferred=row(1, "So?", "Good."), non_preferred=row(1, "So?", "Bad."))

    (chosen, *_) = choose_prompts([pair], renderer)

    assert renderer.decode(chosen.draft_ids).strip() == "Good."


def test_raw_text_stays_raw(renderer):
    (chosen, *_) = choose_prompts([TextExample(7, "Once upon", " a time")], renderer)

    assert renderer.decode(chosen.token_ids) == "Once upon"
    assert (chosen.prompt.name, chosen.prompt.text) == ("the row on line 7", "Once upon")


def test_what_comes_after_the_last_answer_is_left_out(renderer):
    trailing = Example(1, (Message("user", "So?"), Message("assistant", "Yes."), Message("user", "Thanks.")))

    (chosen, *_) = choose_prompts([trailing], renderer)

    assert [message.content for message in chosen.prompt.messages] == ["So?"]


def test_ours_that_a_template_refuses_are_left_out(tiny_model_dir, tmp_path):
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((tiny_model_dir / name).read_bytes())
    template = (tiny_model_dir / "chat_template.jinja").read_text()
    no_tools = "{%- if tools %}{{ raise_exception('no tools') }}{% endif -%}"
    (tmp_path / "chat_template.jinja").write_text(no_tools + template)

    chosen = choose_prompts([], Renderer.from_folder(tmp_path))

    assert "tools and a result" not in [each.prompt.name for each in chosen]
    assert len(chosen) == len(OWN_PROMPTS) - 1
