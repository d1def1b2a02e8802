"""What follows from draws alone: shares, intervals, and the arguments of such questions."""

from decimal import Decimal

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st

RNG = np.random.default_rng(5)
X = RNG.normal(size=40)


@pytest.fixture(scope="module")
def linear():
    model = st.ols("y ~ x", {"x": X, "y": 1 + X + RNG.normal(size=40)})
    return st.posterior(model, draws=200, chains=2, seed=3)


def test_numbers_are_those_of_the_draws(linear):
    flat = linear.draws.reshape(400, 3)
    assert_array_equal(linear["x"], linear.draws[:, :, 1])
    assert_allclose(linear.mean, flat.mean(axis=0), rtol=1e-13)
    assert_allclose(linear.sd, np.sqrt(((flat - flat.mean(axis=0)) ** 2).sum(axis=0) / 399), rtol=1e-12)
    assert_allclose(linear.covariance, np.cov(flat.T), rtol=1e-12)
    assert linear.probability(0.9, 1.1, name="x") == np.mean((flat[:, 1] >= 0.9) & (flat[:, 1] <= 1.1))
    assert_array_equal(linear.probability(low=1.0), (flat >= 1.0).mean(axis=0))


def test_the_shortest_interval_by_a_loop(linear):
    lower, upper = linear.interval(0.8)
    for j, one in enumerate(np.sort(linear.flat, axis=0).T):
        widths = [one[k + 320] - one[k] for k in range(80)]
        first = int(np.argmin(widths))
        assert (lower[j], upper[j]) == (one[first], one[first + 320])


@pytest.mark.parametrize("bound", [[1.0, 2.0], np.array([3.0, -0.5]), np.zeros(3), "x", None, np.nan, 1j], ids=repr)
def test_bounds_of_a_probability_are_one_number_each(linear, bound):
    for options in ({"low": bound}, {"high": bound}, {"low": bound, "name": "x"}):
        with pytest.raises(st.DomainError, match=r"low|high"):
            linear.probability(**options)


@pytest.mark.parametrize("name", [["x"], np.array(["x", "y"]), 1, {}], ids=repr)
def test_names_are_texts(linear, name):
    with pytest.raises(st.DomainError, match="the posterior has Intercept, x, sigma"):
        linear.probability(name=name)
    with pytest.raises(st.DomainError, match="the posterior has Intercept, x, sigma"):
        linear[name]


@pytest.mark.parametrize("kind", [Decimal("0.9"), None, ["hdi"], "wald"], ids=repr)
def test_kinds_of_intervals_are_the_same_in_all_questions(linear, kind):
    for ask in (linear.interval, linear.table, linear.summary):
        with pytest.raises(st.DomainError, match='needs kind="hdi" or kind="eti"'):
            ask(kind=kind)
        with pytest.raises(st.DomainError, match="prob is a probability between 0 and 1"):
            ask(Decimal("0.9"))
