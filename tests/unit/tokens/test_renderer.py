import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest

from tiny_model import STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.core import InvalidRequest
from tuneport.data import Example, Message, TextExample, ToolCall
from tuneport.tokens import ChatTemplate, Renderer

TOOL = {"type": "function", "function": {"name": "dim", "parameters": {"type": "object"}}}
UNMARKED = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WITHOUT_OPENING = (
    "{% for m in messages %}{{ m.content }}{{ '<|im_end|>' if m.role == 'assistant' else ':' }}{% endfor %}"
)


@pytest.fixture
def renderer():
    template = ChatTemplate(TEMPLATE.read_text(), stop_tokens=["<|im_end|>"])
    return Renderer(template, byte_tokenizer(), frozenset({STOP_TOKEN_ID}))


def example(*messages, tools=()):
    return Example(line=1, messages=messages, tools=tools)


def trained_text(renderer, row):
    tokenized = renderer.tokenize_example(row, longest_row_tokens=10_000)
    trained = tokenized.token_ids[tokenized.loss_weights > 0]
    return byte_tokenizer().decode(trained.tolist(), skip_special_tokens=False)


def test_only_answers_and_their_end_carry_loss(renderer):
    row = example(Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", "Hello"))

    assert trained_text(renderer, row) == "Hello<|im_end|>"


@pytest.mark.requirement("R1.2")
def test_every_answer_of_a_conversation_carries_loss_unless_its_weight_is_zero(renderer):
    row = example(
        Message("user", "1"),
        Message("assistant", "one", weight=0.0),
        Message("user", "2"),
        Message("assistant", "two"),
    )

    assert trained_text(renderer, row) == "two<|im_end|>"


def test_a_template_that_tells_the_date_can_be_told_another_day_than_today():
    source = "Today: {{ strftime_now('%d %b %Y') }}.{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}"
    renderer = Renderer(ChatTemplate(source, stop_tokens=["<|im_end|>"]), byte_tokenizer(), [STOP_TOKEN_ID])
    messages = [Message("user", "Hi")]

    earlier = renderer.as_of(date(2020, 2, 29))

    assert earlier.prompt_text(messages, ()) == "Today: 29 Feb 2020.Hi<|im_end|>"
    assert earlier.as_of(None).prompt_text(messages, ()) == renderer.prompt_text(messages, ())
    assert "2020" not in renderer.prompt_text(messages, ())


def test_a_call_carries_loss_in_the_characters_of_the_row(renderer):
    arguments = '{"level":  3}'
    call = Message("assistant", tool_calls=(ToolCall("call_1", "dim", arguments),))

    text = trained_text(renderer, example(Message("user", "darker"), call, tools=(TOOL,)))

    assert text == '<tool_call>{"name": "dim", "arguments": {"level":  3}}</tool_call><|im_end|>'


def test_a_prompt_has_the_tokens_that_the_trained_row_begins_with(renderer):
    prompt = (Message("user", "darker"),)
    row = example(*prompt, Message("assistant", " \n spaced"), tools=(TOOL,))

    prompt_ids = renderer.tokenize_prompt(prompt, [TOOL])
    tokenized = renderer.tokenize_example(row, longest_row_tokens=10_000)

    assert tokenized.token_ids[: len(prompt_ids)].tolist() == prompt_ids
    assert np.flatnonzero(tokenized.loss_weights)[0] == len(prompt_ids)


def test_tools_stand_in_the_prompt_as_json(renderer):
    ids = renderer.tokenize_prompt([Message("user", "darker")], [TOOL])

    text = byte_tokenizer().decode(ids, skip_special_tokens=False)
    assert json.dumps(TOOL["function"]) in text


@pytest.mark.parametrize("addition", [{"description": ""}, {"strict": True}, {"description": None}])
def test_what_llama_cpp_adds_to_a_function_or_leaves_out_changes_nothing(renderer, addition):
    messages = (Message("user", "darker"),)
    changed = {**TOOL, "function": {**TOOL["function"], **addition}}

    assert renderer.tokenize_prompt(messages, (changed,)) == renderer.tokenize_prompt(messages, (TOOL,))


def test_the_order_of_a_tools_keys_changes_nothing(renderer):
    keys = {"parameters": {"type": "object"}, "description": "Dim.", "name": "dim"}
    tool, reordered = ({"type": "function", "function": function} for function in (keys, dict(reversed(keys.items()))))

    ids = [renderer.tokenize_prompt([Message("user", "darker")], [each]) for each in (tool, reordered)]

    assert ids[0] == ids[1]


def test_a_long_row_is_cut_at_its_end_and_says_so(renderer):
    row = example(Message("user", "Hi"), Message("assistant", "x" * 100))

    tokenized = renderer.tokenize_example(row, longest_row_tokens=120)

    assert len(tokenized.token_ids) == 120
    assert tokenized.is_cut


def test_a_template_without_marks_gives_the_same_loss_by_difference():
    renderer = Renderer(
        ChatTemplate(UNMARKED, stop_tokens=["<|im_end|>"]), byte_tokenizer(), frozenset({STOP_TOKEN_ID})
    )
    row = example(Message("user", "1"), Message("assistant", "one"), Message("user", "2"), Message("assistant", "two"))

    assert trained_text(renderer, row) == "one<|im_end|>two<|im_end|>"


def conversation(*, n_turns):
    turns = ((Message("user", f"{turn}"), Message("assistant", f"\n\n{turn}!")) for turn in range(n_turns))
    return [message for turn in turns for message in turn]


@pytest.mark.parametrize("source", [UNMARKED, WITHOUT_OPENING])
def test_a_prompt_without_marks_is_cut_as_the_row_that_it_was_trained_with(source):
    template = ChatTemplate(source, stop_tokens=["<|im_end|>"])
    turns = conversation(n_turns=3)

    prompt = template.render(turns[:-1], [], add_generation_prompt=True)

    row = template.render(turns, [], add_generation_prompt=False)
    assert prompt == row[: len(prompt)]
    assert [piece.message_index for piece in prompt] == [None, 1, None, 3, None]


def test_a_prompt_of_many_turns_is_rendered_as_often_as_one_of_two(monkeypatch):
    template = ChatTemplate(UNMARKED, stop_tokens=["<|im_end|>"])
    render_text, rendered = template._run, []
    monkeypatch.setattr(template, "_run", lambda *given: rendered.append(given) or render_text(*given))

    template.render(conversation(n_turns=50)[:-1], [], add_generation_prompt=True)

    assert len(rendered) == 2


@pytest.mark.parametrize("ending", ["<|im_end|>", "<|endoftext|>"])
def test_a_model_with_several_stop_tokens_is_trained_to_write_the_one_of_its_template(tmp_path, ending):
    source = f"{{% for m in messages %}}{{{{ m.role }}}}: {{{{ m.content }}}}{ending}\n{{% endfor %}}"
    source += "{% if add_generation_prompt %}assistant: {% endif %}"
    (tmp_path / "chat_template.jinja").write_text(source)
    (tmp_path / "config.json").write_text('{"eos_token_id": 2}')
    (tmp_path / "generation_config.json").write_text('{"eos_token_id": [0, 2]}')
    byte_tokenizer().save(str(tmp_path / "tokenizer.json"))

    text = trained_text(Renderer.from_folder(tmp_path), example(Message("user", "1"), Message("assistant", "one")))

    assert text == f"one{ending}"


def test_a_template_that_ends_no_answer_with_a_stop_token_is_refused():
    template = ChatTemplate("{% for m in messages %}{{ m.content }}\n{% endfor %}", stop_tokens=["<|im_end|>"])

    with pytest.raises(InvalidRequest, match="would never stop"):
        template.render([Message("user", "1"), Message("assistant", "one")], [], add_generation_prompt=False)


def test_threads_that_render_at_once_do_not_mix(renderer):
    turns = [Message("user", "1"), Message("assistant", "one"), Message("user", "2")]
    expected = renderer.tokenize_prompt(turns, [TOOL])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: renderer.tokenize_prompt(turns, [TOOL]), range(400)))

    assert all(ids == expected for ids in found)


def test_threads_that_ask_for_one_model_at_once_read_it_once(tmp_path):
    (tmp_path / "chat_template.jinja").write_text(TEMPLATE.read_text())
    (tmp_path / "config.json").write_text('{"eos_token_id": 2}')
    byte_tokenizer().save(str(tmp_path / "tokenizer.json"))

    with ThreadPoolExecutor(16) as pool:
        renderers = list(pool.map(lambda _: Renderer.from_folder(tmp_path), range(16)))

    assert all(each is renderers[0] for each in renderers)


def test_a_template_that_rewrites_earlier_turns_is_refused():
    source = "{{ messages | length }}{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}"
    template = ChatTemplate(source, stop_tokens=["<|im_end|>"])
    messages = [Message("user", "1"), Message("assistant", "one"), Message("user", "2"), Message("assistant", "two")]

    with pytest.raises(InvalidRequest, match="rewrites earlier turns"):
        template.render(messages, [], add_generation_prompt=False)


@pytest.mark.parametrize("reach", ["''", "messages[0]", "tools[0].function"])
def test_a_template_cannot_reach_python(reach):
    template = ChatTemplate(f"{{{{ {reach}.__class__.__mro__[1].__subclasses__() }}}}")

    with pytest.raises(InvalidRequest, match="refused"):
        template.render([Message("user", "hi")], [TOOL], add_generation_prompt=True)


def test_a_key_named_like_a_method_does_not_hide_the_method():
    parameters = {"type": "object", "items": "a key"}
    tool = {"type": "function", "function": {"name": "dim", "parameters": parameters}}
    template = ChatTemplate(
        "{% set p = tools[0].function.parameters %}{{ p.items() | length }} {{ p.type }} {{ p['items'] }}{{ p.strict }}"
    )

    (piece,) = template.render([Message("user", "hi")], [tool], add_generation_prompt=True)

    assert piece.text == "2 object a key"


def test_content_that_looks_like_a_mark_stays_content(renderer):
    row = example(Message("user", "{% generation %}x{% endgeneration %}"), Message("assistant", "fine"))

    assert trained_text(renderer, row) == "fine<|im_end|>"


def test_raw_text_has_no_template_and_learns_the_completion_and_its_end(renderer):
    row = renderer.tokenize_text(TextExample(3, "2 + 2 =", " 4"), longest_row_tokens=100)

    whole = byte_tokenizer().decode(row.token_ids.tolist(), skip_special_tokens=False)
    trained = byte_tokenizer().decode(row.token_ids[row.loss_weights > 0].tolist(), skip_special_tokens=False)
    assert (row.line, whole, trained) == (3, "2 + 2 = 4<|im_end|>", " 4<|im_end|>")


def test_raw_text_begins_with_the_tokens_of_its_prompt_in_serving(renderer):
    row = renderer.tokenize_text(TextExample(1, "Once upon", " a time"), longest_row_tokens=100)

    prompt = renderer.tokenize_text_prompt("Once upon")
    assert row.token_ids[: len(prompt)].tolist() == prompt
    assert row.loss_weights[len(prompt)] == 1


def test_raw_text_that_is_too_long_is_cut_at_its_end(renderer):
    row = renderer.tokenize_text(TextExample(1, "12345", "67890"), longest_row_tokens=7)

    assert row.is_cut
    assert (len(row.token_ids), row.loss_tokens) == (7, 2)


def test_the_first_stop_token_ends_raw_text():
    renderer = Renderer(ChatTemplate(TEMPLATE.read_text()), byte_tokenizer(), [STOP_TOKEN_ID, 0])

    row = renderer.tokenize_text(TextExample(1, "a", "b"), longest_row_tokens=100)

    assert row.token_ids[-1] == STOP_TOKEN_ID
    assert renderer.stop_token_ids == {0, STOP_TOKEN_ID}


def test_a_model_without_a_stop_token_cannot_learn_raw_text():
    renderer = Renderer(ChatTemplate(TEMPLATE.read_text()), byte_tokenizer(), [])

    with pytest.raises(InvalidRequest, match="no stop token"):
        renderer.tokenize_text(TextExample(1, "a", "b"), longest_row_tokens=100)
