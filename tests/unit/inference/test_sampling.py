import pytest
import torch

from tuneport.inference.engine.sampling import Sampler

LOGITS = torch.tensor([2.0, 1.0, 0.0, -1.0])


def draw_many(sampler, n_draws=4000):
    counts = torch.zeros(4)
    for _ in range(n_draws):
        counts[sampler.draw(LOGITS)] += 1
    return counts / n_draws


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_come_as_often_as_the_softmax_says(temperature):
    shares = draw_many(Sampler(temperature, 1.0, seed=1))

    torch.testing.assert_close(shares, torch.softmax(LOGITS / temperature, 0), atol=0.03, rtol=0)


@pytest.mark.parametrize("temperature", [0.0, 1e-38, 1e-5])
def test_a_temperature_of_zero_or_near_it_takes_the_likeliest(temperature):
    assert draw_many(Sampler(temperature, 1.0, seed=None), 10)[0] == 1.0


def test_top_p_keeps_the_fewest_tokens_that_reach_it_and_their_proportions():
    shares = draw_many(Sampler(1.0, 0.8, seed=1))

    expected = torch.softmax(LOGITS[:2], 0)
    assert shares[2:].sum() == 0
    torch.testing.assert_close(shares[:2], expected, atol=0.03, rtol=0)


def test_a_top_p_near_zero_takes_the_likeliest():
    assert draw_many(Sampler(1.0, 1e-9, seed=1), 10)[0] == 1.0
