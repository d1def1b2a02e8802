"""Gamma densities and probabilities at points that people give, against SciPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.bayes.conjugate.gamma_poisson import log_density, logs, probability
from stattools.errors import DomainError

X = np.array([1e-3, 0.7, 4.0, 60.0])


@pytest.mark.parametrize("shape", [0.4, 1.0, 25.0])
def test_densities_and_probabilities_are_scipys(shape):
    assert_allclose(log_density(X, shape, 2.0), stats.gamma.logpdf(X, shape, scale=0.5), rtol=1e-11, atol=1e-13)
    wanted = stats.gamma.cdf(X[1:], shape, scale=0.5) - stats.gamma.cdf(X[:-1], shape, scale=0.5)
    assert_allclose(probability(X[:-1], X[1:], shape, 2.0), wanted, rtol=1e-9, atol=1e-15)


def test_at_0_it_vanishes_or_not():
    assert [float(log_density(0.0, shape, 2.0)) for shape in (0.5, 1.0, 2.0)] == [np.inf, np.log(2.0), -np.inf]
    assert float(probability(0.0, np.inf, 3.0, 1.0)) == 1.0


def test_what_is_no_rate_is_refused():
    with pytest.raises(DomainError, match=r"at least 0; got -1 at position 1"):
        logs([1.0, -1.0], 2.0, 1.0)
    with pytest.raises(DomainError, match="probability needs low <= high"):
        probability(2.0, 1.0, 2.0, 1.0)
