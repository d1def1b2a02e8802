"""The distribution of a standard deviation: integration in mpmath, the inverse gamma of its square."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.conjugate.root_inverse_gamma import RootInverseGamma


@pytest.mark.parametrize("shape", [1.2, 3.0, 400.0, 1100.0, 1e9])
def test_moments(shape):
    belief = RootInverseGamma(shape, 5.0)
    with mp.workdps(60):
        a = mp.mpf(shape)
        ratio = mp.exp(mp.loggamma(a - 0.5) - mp.loggamma(a))
        mean, sd = mp.sqrt(5) * ratio, mp.sqrt(5 / (a - 1) - 5 * ratio**2)
    assert_allclose(belief.mean, float(mean), rtol=1e-13)
    assert_allclose(belief.sd, float(sd), rtol=1e-10)  # half the digits of a difference of 1e-3


def test_density_and_intervals():
    belief, square = RootInverseGamma(3.0, 4.0), st.InverseGamma(3.0, 4.0)
    s, h = np.array([0.6, 1.1, 3.0]), 1e-6
    assert_allclose(belief.density(s), 2 * s * square.density(s**2), rtol=1e-13)
    assert_allclose(belief.slope(s), (belief.log_density(s + h) - belief.log_density(s - h)) / (2 * h), rtol=1e-7)
    assert_allclose(belief.slope(belief.mode), 0.0, atol=1e-13)
    low, high = belief.interval(0.9)
    assert_allclose(belief.probability(low, high), 0.9, rtol=1e-12)
    assert_allclose(*belief.log_density([low, high]), atol=1e-8)
    central = belief.interval(0.9, kind="eti")
    assert high - low < central.upper - central.lower
    assert_allclose(np.asarray(central) ** 2, np.asarray(square.interval(0.9, kind="eti")), rtol=1e-12)
    assert belief.mean == pytest.approx(belief.sample(100_000, seed=1).mean(), rel=5e-3)


def test_infinite_moments_and_equality():
    assert (RootInverseGamma(0.5, 1).mean, RootInverseGamma(1, 1).sd) == (np.inf, np.inf)
    assert RootInverseGamma([1, 2], 1) == RootInverseGamma([1, 2], [1, 1]) != RootInverseGamma([1, 3], 1)
    with pytest.raises(st.DomainError, match="standard deviation is a number"):
        RootInverseGamma(1, 1).density(-1.0)
