"""The sums over observations: each counts as often as it was seen."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st

Y = [0, 1, 1, 0, 1, 1, 1, 3, 0, 2]
CASES = {
    "coin": (st.Beta(1, 1), [1, 0, 1, 1, 0, 1, 1, 1]),
    "counts": (st.Gamma(2, 1), st.poisson_rate(Y)),
    "waits": (st.Gamma(2, 1), st.exponential_rate([0.5, 2.0, 2.0, 2.0, 0.1])),
    "measurements": (st.Normal(0, 1), st.normal([1.0, 2.0, 2.0, 5.0], sd=1.0)),
    "categories": (st.Dirichlet([1.0, 1.0, 1.0]), st.multinomial([5, 1, 3])),
}


@pytest.mark.parametrize("case", CASES)
def test_the_standard_error_is_that_of_the_observations_one_by_one(case):
    """sqrt(n Var(log p(y_i | y_-i))) over the observations themselves, divisor n (Vehtari, Gelman & Gabry 2017)."""
    prior, data = CASES[case]
    loo = prior.update(data).loo()
    each = np.repeat(loo.pointwise, loo.counts)
    assert loo.n == len(each)
    assert_allclose(loo.elpd, each.sum(), rtol=1e-14)
    assert_allclose(loo.se, np.sqrt(len(each) * each.var()), rtol=1e-12)


def test_the_coin_by_hand():
    """Beta(1, 1) and 1, 0, 1: p(1 | 0, 1) = 1/2 twice, p(0 | 1, 1) = 1/4; the logs differ by log 2."""
    loo = st.Beta(1, 1).update([1, 0, 1]).loo()
    assert_allclose([loo.elpd, loo.se], [-4.0 * np.log(2.0), np.sqrt(2.0 / 3.0) * np.log(2.0)], rtol=1e-14)


def test_who_is_alone_in_an_arm():
    """A total is one observation; flips are as many as there are."""
    assert st.Beta(1, 1).update(st.binomial([3, 4], [5, 6])).loo().alone.tolist() == [True, True]
    assert not st.Beta(1, 1).update(st.coin([1, 0])).loo().alone.any()
