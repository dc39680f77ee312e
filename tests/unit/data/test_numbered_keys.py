"""Keys are numbered as a dictionary would number them, in less memory."""

import random
import tracemalloc

from tuneport.data.numbered_keys import NumberedKeys


def test_keys_get_the_numbers_of_their_first_coming():
    chance, expected, keys = random.Random(0), {}, NumberedKeys()
    # Keys that end alike meet at one slot.
    drawn = [chance.randrange(4000) << chance.choice([0, 20, 52]) for _ in range(9000)] + [0, -1, 2**64 - 1]

    for key in drawn:
        assert keys.number_of(key) == expected.setdefault(key & (2**64 - 1), len(expected))

    assert len(keys) == len(expected)


def test_a_key_takes_forty_bytes_at_most():
    keys = NumberedKeys()
    tracemalloc.start()

    for number in range(50_000):
        keys.number_of(number * 0x9E3779B97F4A7C15)

    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 50_000 * 45
