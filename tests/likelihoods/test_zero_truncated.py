"""Positive counts, against 60-digit arithmetic, draws against probabilities, and statsmodels' truncated Poisson."""

import mpmath
import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from statsmodels.discrete.truncated_model import TruncatedLFPoisson

import stattools as st
from tests.cases import rng
from tests.likelihoods.test_zero_inflated import log_count


@pytest.mark.parametrize("tau", [None, -12.0, 0.5, 6.0])
@pytest.mark.parametrize("eta", [-25.0, -2.0, 0.4, 6.0])
def test_no_digit_is_lost_far_out(eta, tau):
    family = st.ZeroTruncated() if tau is None else st.ZeroTruncated(st.NegativeBinomial())
    at = [eta] if tau is None else [[eta, tau]]
    for y in (1, 2, 30):
        loglik, score, _ = family.evaluate(at, [y])
        with mpmath.workdps(60):

            def along(x, y=y):
                return log_count(mpmath.mpf(y), x, tau) - mpmath.log(1 - mpmath.exp(log_count(mpmath.mpf(0), x, tau)))

            value, slope = along(mpmath.mpf(eta)), mpmath.diff(along, mpmath.mpf(eta))
        assert_allclose(loglik[0], float(value), rtol=1e-13, atol=1e-14)
        assert_allclose(np.ravel(score)[0], float(slope), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("eta", [[-8.0, -1.0], [0.5, 1.5], [2.0, -6.0]])
def test_draws_have_the_probabilities(eta):
    """Of both families; 20,000 draws err by 0.0035 at most, four standard errors are asked."""
    for family, at in (
        (st.ZeroTruncated(), eta[:1] * 20_000),
        (st.ZeroTruncated(st.NegativeBinomial()), [eta] * 20_000),
    ):
        drawn = family.sample(np.array(at), seed=4)
        assert drawn.min() >= 1.0
        for y in (1.0, 2.0, 5.0):
            assert abs((drawn <= y).mean() - family.cdf(np.array(at[:1]), np.array([y]))[0]) < 0.0142


def test_a_regression_of_positive_counts_equals_statsmodels():
    g = rng(5)
    x = g.normal(size=400)
    y = g.poisson(np.exp(0.3 + 0.5 * x))
    x, y = x[y > 0], y[y > 0]
    fit = st.fit(st.regression(y, x, st.ZeroTruncated()))
    theirs = TruncatedLFPoisson(y, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
    assert_allclose(fit.estimate, theirs.params, atol=1e-7)
    assert_allclose(fit.se, theirs.bse, rtol=1e-5)  # of differences there
    assert_allclose(fit.loglik, theirs.llf, rtol=1e-10)
    assert "of the maximum" in str(fit)


def test_zeros_are_refused():
    with pytest.raises(st.DomainError, match=r"ZeroTruncated needs counts 1, 2, .*st\.hurdle"):
        st.ZeroTruncated().check([1, 0, 3])
