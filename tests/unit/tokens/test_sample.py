"""What one line trains."""

import numpy as np

from tuneport.tokens import Sample, TokenizedRow


def row(ids, weights, line=1):
    return TokenizedRow(line, np.array(ids, np.int32), np.array(weights, np.float32), is_cut=False)


def test_samples_of_the_same_tokens_and_weights_have_one_hash_wherever_they_stand():
    first, again = Sample((row([1, 2], [0, 1]),)), Sample((row([1, 2], [0, 1], line=7),))

    assert first.content_hash == again.content_hash


def test_another_token_weight_or_order_is_another_sample():
    one, two = row([1, 2], [0, 1]), row([1, 3], [0, 1])
    samples = [Sample((one,)), Sample((two,)), Sample((row([1, 2], [0, 0.5]),)), Sample((one, two)), Sample((two, one))]

    assert len({sample.content_hash for sample in samples}) == 5


def test_a_pair_of_equal_answers_teaches_nothing():
    preferred, other = row([1, 2, 3], [0, 0, 1]), row([1, 2, 4], [0, 0, 1])

    assert Sample((preferred, other)).has_loss
    assert not Sample((preferred, preferred)).has_loss
    assert not Sample((preferred, row([1, 2, 4], [0, 0, 0]))).has_loss
    assert Sample((preferred,)).has_loss
