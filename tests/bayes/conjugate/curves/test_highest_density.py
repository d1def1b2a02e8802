"""Highest-density intervals of many distributions at once: mass, equal ends, and the fast way against the search."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.conjugate import beta_binomial
from stattools.bayes.conjugate.highest_density import PEAKED, _climb, _search, highest_density


@pytest.mark.parametrize("prob", [0.05, 0.5, 0.94, 0.999999])
def test_newton_and_the_search_agree(prob):
    generator = np.random.default_rng(0)
    a, b = 1.05 + generator.gamma(0.5, 200.0, (2, 300))
    for family, parameters in ((beta_binomial.PEAKED, (a, b)), (PEAKED, (a, np.ones_like(a)))):
        fast, slow = _climb(prob, family, parameters), _search(prob, family, parameters)
        settled = np.isfinite(fast[0])
        assert settled.mean() > 0.95
        assert_allclose(fast[:, settled], slow[:, settled], rtol=1e-6, atol=1e-6)  # the search stops at 1e-13 of s
        assert np.isfinite(highest_density(prob, family, *parameters)).all()


def test_many_equal_one_by_one():
    generator = np.random.default_rng(1)
    a, b = generator.integers(1, 60, (2, 200)) * 0.5
    keep = (a >= 1) | (b >= 1)
    many = st.Beta(a[keep], b[keep]).interval(0.9)
    single = np.array([tuple(st.Beta(x, y).interval(0.9)) for x, y in zip(a[keep], b[keep], strict=True)])
    assert_allclose(np.asarray(many), single, rtol=1e-12)


@pytest.mark.parametrize("prob", [0.2, 0.94, 0.9999])
def test_mass_of_extremes(prob):
    a = np.array([1e9, 1.001, 0.01, 1.0, 3.0, 1e6, 0.5])
    gamma = st.Gamma(a, 2.0)
    low, high = gamma.interval(prob)
    assert_allclose(gamma.probability(low, high), prob, rtol=1e-9)  # 1e9: rounding the ends moves the mass by 1e-11
    assert (low[[2, 3, 6]] == 0.0).all()
