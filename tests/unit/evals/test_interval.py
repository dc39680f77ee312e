import time
from fractions import Fraction
from itertools import product
from math import comb

import pytest

from tuneport.evals import mcnemar_p, wilson_interval


@pytest.mark.parametrize(
    ("n_right", "n_rows", "low", "high"),
    # Reference values of Newcombe 1998, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_gives_the_published_values(n_right, n_rows, low, high):
    interval = wilson_interval(n_right, n_rows)

    assert interval == pytest.approx((low, high), abs=5e-5)


def test_wilson_interval_solves_its_own_equation_at_both_ends():
    n_right, n_rows, z = 37, 60, 1.959963984540054

    for end in wilson_interval(n_right, n_rows):
        assert abs(n_right / n_rows - end) == pytest.approx(z * (end * (1 - end) / n_rows) ** 0.5)


def test_wilson_interval_stays_between_nothing_and_all():
    assert wilson_interval(0, 5)[0] == 0.0
    assert wilson_interval(5, 5)[1] == 1.0
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("n_only_first", "n_only_second"), [(0, 0), (1, 0), (3, 3), (5, 1), (2, 9), (10, 0), (4, 8)])
def test_mcnemar_probability_equals_a_count_of_all_ways_to_toss_the_coins(n_only_first, n_only_second):
    n_different = n_only_first + n_only_second
    fewer = min(n_only_first, n_only_second)
    tosses = list(product((0, 1), repeat=n_different))
    as_uneven = sum(min(sum(toss), n_different - sum(toss)) <= fewer for toss in tosses)

    probability = mcnemar_p(n_only_first, n_only_second)

    assert probability == pytest.approx(as_uneven / len(tosses))


def test_mcnemar_probability_holds_for_thousands_of_rows():
    assert mcnemar_p(3000, 0) == 0.0
    assert mcnemar_p(1500, 1500) == 1.0


def test_mcnemar_probability_is_that_of_exact_fractions():
    for n_different, fewer in ((7, 2), (40, 13), (200, 80), (1001, 470)):
        tail = Fraction(sum(comb(n_different, k) for k in range(fewer + 1)), 2**n_different)

        assert mcnemar_p(fewer, n_different - fewer) == pytest.approx(float(2 * tail), rel=1e-10)


def test_mcnemar_probability_of_very_many_rows_takes_no_time():
    started = time.perf_counter()

    probability = mcnemar_p(99_600, 100_400)

    # By the normal distribution that it comes near to, 0.8 / (0.5 * sqrt(200,000)) standard deviations off.
    assert probability == pytest.approx(0.0740, abs=0.001)
    assert time.perf_counter() - started < 1.0
