import pytest

from tiny_model import STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.data import Example, Message, PreferenceExample, RefusedRow, TextExample
from tuneport.tokens import ChatTemplate, Renderer, count_file
from tuneport.tokens.sample_stream import CHARACTERS_AT_ONCE, tokenize_stream


@pytest.fixture
def renderer():
    template = ChatTemplate(TEMPLATE.read_text(), stop_tokens=["<|im_end|>"])
    return Renderer(template, byte_tokenizer(), frozenset({STOP_TOKEN_ID}))


def chat(line, answer, *, weight=1.0, question="Which?"):
    return Example(line, (Message("user", question), Message("assistant", answer, weight=weight)))


def refuse(line, reason):
    pytest.fail(f"{line}: {reason}")


def test_rows_come_in_order_as_training_would_have_them(renderer):
    rows = [chat(line, f"Answer {line}" * 100) for line in range(1, CHARACTERS_AT_ONCE // 250)]

    chunks = list(tokenize_stream(rows, renderer, on_refused=refuse))

    assert len(chunks) > 3
    found = [sample for chunk in chunks for _, sample in chunk]
    assert [sample.line for sample in found] == [row.line for row in rows]
    for row, sample in zip(rows, found, strict=True):
        alone = renderer.tokenize_example(row, longest_row_tokens=10_000)
        assert sample.rows[0].token_ids.tolist() == alone.token_ids.tolist()
        assert sample.rows[0].loss_weights.tolist() == alone.loss_weights.tolist()


@pytest.mark.parametrize("make_row", [lambda line: TextExample(line, "", ""), lambda line: chat(line, "yes")])
def test_no_row_is_lost_however_short(renderer, make_row):
    chunks = list(tokenize_stream([make_row(line) for line in range(1, 4)], renderer, on_refused=refuse))

    assert [sample.line for chunk in chunks for _, sample in chunk] == [1, 2, 3]


def test_both_answers_of_a_preference_row_are_counted(renderer):
    pair = PreferenceExample(chat(1, "good"), chat(1, "worse!"))

    found = count_file([pair], renderer, longest_row_tokens=1000)

    # A byte a token, and the end of each answer.
    assert found.trained_tokens.total == len("good") + len("worse!") + 2
    assert found.turns.max == 2


def test_a_pair_whose_answers_are_the_same_is_counted_as_training_does(renderer):
    pairs = [PreferenceExample(chat(line, "good"), chat(line, answer)) for line, answer in ((1, "bad"), (2, "good"))]

    found = count_file(pairs, renderer, longest_row_tokens=1000)

    assert found.without_loss.lines == (2,)
    assert found.tokens_per_epoch < found.tokens.total


def test_rows_of_raw_text_are_counted_without_turns(renderer):
    found = count_file([TextExample(1, "ab", "cd")], renderer, longest_row_tokens=1000)

    assert (found.tokens.total, found.trained_tokens.total, found.turns) == (5, 3, None)
    assert found.cookbook is None


@pytest.mark.requirement("R15.2", "R15.3")
def test_rows_that_would_be_cut_or_teach_nothing_are_named(renderer):
    rows = [chat(1, "yes"), chat(3, "no", weight=0.0), chat(4, "y" * 600), chat(5, "yes", question="q" * 600)]

    found = count_file(rows, renderer, longest_row_tokens=400)

    assert (found.cut.n_rows, found.cut.lines) == (2, (4, 5))
    assert (found.without_loss.n_rows, found.without_loss.lines) == (2, (3, 5))
    assert found.tokens.max > 600
    assert found.tokens_per_epoch == len(renderer.tokenize_example(rows[0], longest_row_tokens=400).token_ids) + 400


@pytest.mark.parametrize("is_pair", [False, True])
def test_a_row_that_the_template_refuses_is_told_with_its_line_and_its_reason(is_pair):
    source = TEMPLATE.read_text() + "{% if messages[0].content == 'Why?' %}{{ raise_exception('No why.') }}{% endif %}"
    renderer = Renderer(ChatTemplate(source, stop_tokens=["<|im_end|>"]), byte_tokenizer(), frozenset({STOP_TOKEN_ID}))
    rows = [chat(1, "yes"), chat(4, "no", question="Why?"), chat(5, "yes")]
    if is_pair:
        rows = [PreferenceExample(chat(row.line, "better"), row) for row in rows]

    found = count_file(rows, renderer, longest_row_tokens=1000)

    assert (found.n_rows, found.refused.n_rows, found.refused_by_template.n_rows) == (2, 0, 1)
    (refusal,) = found.refused_by_template.rows
    assert refusal.line == 4
    assert refusal.reason == "line 4: The model's chat template refused the messages: No why."


def test_of_many_such_rows_the_first_twenty_are_named(renderer):
    found = count_file([chat(line, "y" * 50) for line in range(1, 41)], renderer, longest_row_tokens=20)

    assert found.cut.n_rows == 40
    assert found.cut.lines == tuple(range(1, 21))


def test_rows_with_errors_are_told_and_not_counted(renderer):
    found = count_file([RefusedRow(1), chat(2, "yes"), RefusedRow(3)], renderer, longest_row_tokens=1000)

    assert (found.n_rows, found.refused.n_rows, found.refused.lines) == (1, 2, (1, 3))


def test_a_file_without_a_sound_row_has_no_spreads(renderer):
    found = count_file([RefusedRow(1)], renderer, longest_row_tokens=1000)

    assert (found.n_rows, found.tokens, found.sharing, found.tokens_to_compute_per_epoch) == (0, None, None, 0)
    assert found.languages.n_rows == 0


def test_what_rows_begin_with_is_computed_once_a_batch(renderer):
    rows = [chat(line, f"{line:03d}", question="q" * 300) for line in range(1, 241)]

    found = count_file(rows, renderer, longest_row_tokens=1000)

    assert found.sharing.batch_size == 16
    assert found.tokens_to_compute_per_epoch == found.sharing.tokens_in_batches
    assert found.tokens_to_compute_per_epoch < found.tokens_per_epoch / 8


def test_the_cookbooks_count_stands_beside_where_there_is_a_tokenizer_for_it(renderer):
    rows = [chat(line, "yes") for line in range(1, 4)]

    found = count_file(rows, renderer, longest_row_tokens=1000, count_texts=lambda texts: [1] * len(texts))

    # Of each row 3, 3 for each message, and two texts of each message.
    assert found.cookbook.tokens.total == 3 * (3 + 2 * 3 + 2 * 2)
