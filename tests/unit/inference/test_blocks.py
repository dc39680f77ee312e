import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from tuneport.inference.engine.compiled.blocks import BlockPool, blocks_for

BLOCK = 32
PROMPT = list(range(100))


@pytest.fixture
def pool():
    return BlockPool(n_blocks=12, max_idle=8)


def written(pool, token_ids, *, adapter=None, max_tokens=None):
    """A text of which everything is computed."""
    text = pool.open(adapter, max_tokens or len(token_ids))
    pool.share(text, token_ids)
    pool.remember(text, token_ids, len(token_ids))
    return text


def shared(pool, token_ids, adapter=None):
    """How many tokens a new text finds."""
    text = pool.open(adapter, len(token_ids))
    n_known = pool.share(text, token_ids)
    pool.close(text)
    return n_known


def test_a_text_shares_the_full_blocks_that_another_began_with_while_it_lives_and_after(pool):
    text = written(pool, PROMPT)

    assert shared(pool, [*PROMPT, 1]) == 3 * BLOCK
    pool.close(text)
    assert shared(pool, [*PROMPT, 1]) == 3 * BLOCK
    assert shared(pool, [*PROMPT[:70], 1]) == 2 * BLOCK


def test_the_last_token_is_always_left_to_compute(pool):
    pool.close(written(pool, PROMPT[: 2 * BLOCK]))

    assert shared(pool, PROMPT[: 2 * BLOCK]) == BLOCK


def test_what_comes_after_another_beginning_or_with_another_adapter_is_not_shared(pool):
    pool.close(written(pool, PROMPT))

    assert shared(pool, [7, *PROMPT[1:]]) == 0
    assert shared(pool, PROMPT, adapter="other") == 0


def test_blocks_that_nobody_uses_make_way_the_oldest_first(pool):
    pool.close(written(pool, PROMPT))
    other = [500 + token for token in PROMPT]
    pool.close(written(pool, other))

    large = pool.open(None, 8 * BLOCK)
    pool.close(large)

    assert shared(pool, PROMPT) < shared(pool, other)


def test_no_more_than_the_limit_is_kept_of_texts_that_are_over(pool):
    for number in range(6):
        pool.close(written(pool, [1000 * number + token for token in range(3 * BLOCK)]))

    assert len(pool._idle) == 8
    assert shared(pool, [5000 + token for token in range(3 * BLOCK)]) == 2 * BLOCK


def test_there_is_room_as_long_as_open_texts_leave_some(pool):
    texts = [pool.open(None, 4 * BLOCK) for _ in range(2)]

    assert pool.has_room(4 * BLOCK)
    assert not pool.has_room(4 * BLOCK + 1)
    pool.close(texts[0])
    assert pool.has_room(8 * BLOCK)


class PoolMachine(RuleBasedStateMachine):
    """Any order of opening, writing and closing: no block is handed out twice, and none is lost."""

    texts = Bundle("texts")

    def __init__(self):
        super().__init__()
        self.pool = BlockPool(n_blocks=20, max_idle=9)
        self.open_texts = []

    @rule(target=texts, kind=st.integers(0, 2), length=st.integers(1, 200), adapter=st.sampled_from([None, "a"]))
    def begin(self, kind, length, adapter):
        token_ids = [kind * (position > 60) + position for position in range(length)]
        if not self.pool.has_room(length):
            return None
        text = self.pool.open(adapter, length)
        n_known = self.pool.share(text, token_ids)
        self.open_texts.append(text)
        return text, token_ids, n_known

    @rule(text=texts, share=st.floats(0, 1))
    def write(self, text, share):
        if text is not None and text[0] in self.open_texts:
            self.pool.remember(text[0], text[1], max(text[2], int(len(text[1]) * share)))

    @rule(text=consumes(texts))
    def end(self, text):
        if text is not None and text[0] in self.open_texts:
            self.open_texts = [each for each in self.open_texts if each is not text[0]]
            self.pool.close(text[0])

    @invariant()
    def every_block_is_free_idle_or_used(self):
        used = {block for text in self.open_texts for block in text.blocks}
        assert sorted([*self.pool._free, *self.pool._idle, *used]) == list(range(20))

    @invariant()
    def only_known_blocks_are_shared(self):
        for text in self.open_texts:
            for other in self.open_texts:
                if other is not text:
                    common = set(text.blocks) & set(other.blocks)
                    assert common <= set(text.blocks[: text.n_known])


TestPool = PoolMachine.TestCase
TestPool.settings = settings(max_examples=60, stateful_step_count=30)


def test_tokens_are_counted_in_whole_blocks():
    assert [blocks_for(n_tokens) for n_tokens in (1, 32, 33)] == [1, 1, 2]
