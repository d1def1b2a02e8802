"""Beta shares: derivatives where the precision is huge, refusals, and what has no answer."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError, IncompatibleError
from stattools.likelihoods import BetaFamily

FAMILY = BetaFamily()


@pytest.mark.parametrize("log_precision", [-3.0, 2.0, 12.0, 25.0])
def test_nothing_is_lost_where_the_precision_is_large(log_precision):
    y = 0.4 + 0.5 * np.exp(-0.5 * max(log_precision, 0.0))

    def loglik(t, u):
        s = mpmath.exp(u)
        p = 1 / (1 + mpmath.exp(-t))
        a, b = s * p, s * (1 - p)
        gammas = mpmath.loggamma(s) - mpmath.loggamma(a) - mpmath.loggamma(b)
        return gammas + (a - 1) * mpmath.log(mpmath.mpf(y)) + (b - 1) * mpmath.log(1 - mpmath.mpf(y))

    with mpmath.workdps(60):
        at = mpmath.mpf(-0.4), mpmath.mpf(log_precision)
        value = float(loglik(*at))
        score = [float(mpmath.diff(loglik, at, order)) for order in ((1, 0), (0, 1))]
        bend = [-float(mpmath.diff(loglik, at, order)) for order in ((2, 0), (1, 1), (0, 2))]
    found = FAMILY.evaluate([[-0.4, log_precision]], [y])
    scale = np.exp(0.5 * log_precision)
    assert_allclose(found[0][0], value, rtol=1e-9, atol=1e-9)
    assert_allclose(found[1][0], score, rtol=1e-9, atol=1e-9 * scale)
    assert_allclose(found[2][0][np.triu_indices(2)], bend, rtol=1e-8, atol=1e-9 * scale)


def test_shares_at_the_ends_are_told_what_to_use():
    with pytest.raises(DomainError, match=r"strictly between 0 and 1; got 1 at position 1.*st.beta_binomial"):
        FAMILY.check([0.5, 1.0])


def test_there_is_no_deviance_and_information_needs_y():
    with pytest.raises(IncompatibleError, match="no deviance"):
        FAMILY.deviance(np.zeros((1, 2)), np.full(1, 0.5))
    with pytest.raises(DomainError, match=r"give information\(eta, y\)"):
        FAMILY.information([[0.0, 0.0]])
