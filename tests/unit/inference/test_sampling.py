import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneport.inference.engine.sampling import LIKELY_TOKENS, Sampler
from tuneport.inference.protocol import GenerateRequest

LOGITS = torch.tensor([2.0, 1.0, 0.0, -1.0])


def sampler(**sampling):
    return Sampler(GenerateRequest("one", [1], [], 10, **sampling))


def draw_many(drawing, n_draws=4000, logits=LOGITS):
    counts = torch.zeros(len(logits))
    for _ in range(n_draws):
        counts[drawing.draw(logits).token_id] += 1
    return counts / n_draws


def plain_probabilities(logits, answer, *, temperature, top_p, frequency_penalty, presence_penalty, logit_bias):
    """What is documented, token by token in double precision."""
    scores = []
    for token, logit in enumerate(logits):
        count = answer.count(token)
        score = logit + logit_bias.get(str(token), 0.0)
        scores.append((score - frequency_penalty * count - presence_penalty * (count > 0)) / temperature)
    shares = np.exp(np.asarray(scores) - max(scores))
    shares /= shares.sum()
    kept, reached = np.zeros(len(shares)), 0.0
    for token in sorted(range(len(shares)), key=lambda token: -shares[token]):
        if reached >= top_p:
            break
        kept[token] = shares[token]
        reached += shares[token]
    return kept / kept.sum()


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_come_as_often_as_the_softmax_says(temperature):
    shares = draw_many(sampler(temperature=temperature, seed=1))

    torch.testing.assert_close(shares, torch.softmax(LOGITS / temperature, 0), atol=0.03, rtol=0)


@pytest.mark.parametrize("temperature", [0.0, 1e-38, 1e-5])
def test_a_temperature_of_zero_or_near_it_takes_the_likeliest(temperature):
    assert draw_many(sampler(temperature=temperature), 10)[0] == 1.0


def test_top_p_keeps_the_fewest_tokens_that_reach_it_and_their_proportions():
    shares = draw_many(sampler(top_p=0.8, seed=1))

    expected = torch.softmax(LOGITS[:2], 0)
    assert shares[2:].sum() == 0
    torch.testing.assert_close(shares[:2], expected, atol=0.03, rtol=0)


def test_a_top_p_near_zero_takes_the_likeliest():
    assert draw_many(sampler(top_p=1e-9, seed=1), 10)[0] == 1.0


def test_top_p_finds_what_lies_behind_the_tokens_that_are_ordered_first():
    n_tokens = 4 * LIKELY_TOKENS
    shares = draw_many(sampler(top_p=0.75, seed=1), 3000, torch.linspace(0, 0.001, n_tokens))

    assert shares[: n_tokens // 4].sum() == 0
    assert shares[n_tokens // 4 : n_tokens // 2].sum() > 0.2


@given(
    logits=st.lists(st.floats(-4, 4, width=32), min_size=2, max_size=6, unique=True),
    temperature=st.sampled_from([0.3, 1.0, 1.7]),
    top_p=st.sampled_from([0.35, 0.9, 1.0]),
    frequency_penalty=st.sampled_from([-1.0, 0.0, 0.7]),
    presence_penalty=st.sampled_from([0.0, 1.5]),
    logit_bias=st.sampled_from([{}, {"0": 2.0, "1": -100.0}]),
)
@settings(max_examples=60)
def test_each_token_is_drawn_from_what_a_plain_reference_computes(logits, **sampling):
    drawing, answer = sampler(seed=3, **sampling), []

    for _ in range(12):
        allowed = plain_probabilities(logits, answer, **sampling)
        everything = plain_probabilities(logits, answer, **{**sampling, "top_p": 1.0})
        answer.append(drawing.draw(torch.tensor(logits)).token_id)

        # Of tokens that are alike, any may be the last one that top_p keeps.
        assert everything[answer[-1]] >= everything[allowed > 0].min() * 0.999


def test_penalties_and_biases_move_the_shares_as_a_plain_reference_says():
    sampling = {"frequency_penalty": 0.4, "presence_penalty": 0.3, "logit_bias": {"3": 1.5}}
    counts = torch.zeros(4)
    for seed in range(3000):
        drawing = sampler(seed=seed, **sampling)
        drawing._counts.update([1, 1, 0])
        counts[drawing.draw(LOGITS).token_id] += 1

    expected = plain_probabilities(LOGITS.tolist(), [1, 1, 0], temperature=1.0, top_p=1.0, **sampling)
    np.testing.assert_allclose(counts / 3000, expected, atol=0.03)


def test_a_bias_of_minus_100_bans_a_token_and_one_of_100_forces_it():
    assert draw_many(sampler(logit_bias={"0": -100}, seed=1), 200)[0] == 0
    assert draw_many(sampler(logit_bias={"3": 100}, temperature=0.0), 10)[3] == 1.0


def test_a_token_that_the_model_does_not_have_is_biased_in_vain():
    assert draw_many(sampler(logit_bias={"99": 100}, temperature=0.0), 10)[0] == 1.0


def test_logprobs_are_those_of_the_model_and_the_likeliest_come_first():
    drawn = sampler(n_logprobs=2, temperature=0.0, logit_bias={"2": 50}).draw(LOGITS)

    expected = torch.log_softmax(LOGITS, 0)
    assert drawn.token_id == 2
    assert drawn.logprob == pytest.approx(float(expected[2]))
    assert [each.token_id for each in drawn.alternatives] == [0, 1]
    assert [each.logprob for each in drawn.alternatives] == pytest.approx(expected[:2].tolist())


def test_a_seed_draws_the_same_tokens_again():
    draws = [
        [each.draw(LOGITS).token_id for _ in range(30)] for each in (sampler(seed=5), sampler(seed=5), sampler(seed=6))
    ]

    assert draws[0] == draws[1] != draws[2]


class OnlyTokens:
    """A constraint to some tokens."""

    def __init__(self, *token_ids):
        self._token_ids = token_ids

    def allows(self, token_id):
        return token_id in self._token_ids

    def mask(self, logits_V):
        others = [token_id for token_id in range(len(logits_V)) if token_id not in self._token_ids]
        return logits_V.index_fill(0, torch.tensor(others, dtype=torch.long), -torch.inf)


def test_tokens_that_a_constraint_allows_come_as_often_as_the_softmax_over_them_says():
    drawing = sampler(seed=1)
    counts = torch.zeros(len(LOGITS))
    for _ in range(4000):
        counts[drawing.draw(LOGITS, OnlyTokens(1, 2, 3)).token_id] += 1

    assert counts[0] == 0
    torch.testing.assert_close(counts[1:] / 4000, torch.softmax(LOGITS[1:], 0), atol=0.03, rtol=0)


def test_a_constraint_that_forbids_nothing_changes_nothing():
    free, held = sampler(seed=1), sampler(seed=1)

    assert [free.draw(LOGITS) for _ in range(50)] == [held.draw(LOGITS, OnlyTokens(0, 1, 2, 3)) for _ in range(50)]
