"""The multivariate t: scipy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.bayes.conjugate.normal_inverse_wishart import MultivariateT

S = np.array([[2.0, 0.5, 0.1], [0.5, 1.0, -0.2], [0.1, -0.2, 3.0]])


@pytest.mark.parametrize("df", [1.0, 4.5, 1e6])
def test_equals_scipy(df):
    ours, theirs = MultivariateT(df, [0.0, 1.0, 2.0], S), stats.multivariate_t([0.0, 1.0, 2.0], S, df=df)
    x = np.random.default_rng(1).normal(size=(4, 5, 3))
    assert_allclose(ours.log_pdf(x), theirs.logpdf(x), rtol=1e-9)
    assert_allclose(ours.pdf(x[0, 0]), theirs.pdf(x[0, 0]), rtol=1e-9)
    assert_allclose(ours.cdf(x[0, 0])[1], stats.t(df, 1.0, 1.0).cdf(x[0, 0, 1]), rtol=1e-12)
    assert_allclose(np.asarray(ours.interval(0.9))[2], stats.t(df, 2.0, 3**0.5).interval(0.9), rtol=1e-12)


def test_draws_and_tail():
    belief = MultivariateT(5.0, [0.0, 1.0, 2.0], S)
    draws = belief.sample(4000, seed=3)
    assert stats.kstest(belief.tail(draws), "uniform").pvalue > 0.01
    assert stats.kstest(draws[:, 2], stats.t(5, 2.0, 3**0.5).cdf).pvalue > 0.01
    assert_allclose(np.cov(draws.T), S * 5 / 3, atol=0.6)
    assert_allclose(belief.sd**2, np.diagonal(S) * 5 / 3, rtol=1e-13)
    assert belief.tail([0.0, 1.0, 2.0]) == 1.0


@pytest.mark.parametrize("bad", [(0, [0, 0], np.eye(2)), (1, [0, 0], np.eye(3)), (1, [0, 0], [[1, 2], [2, 1]])])
def test_bad_parameters(bad):
    with pytest.raises(st.DomainError, match="MultivariateT needs"):
        MultivariateT(*bad)
    with pytest.raises(st.DomainError, match="components"):
        MultivariateT(1, [0, 0], np.eye(2)).log_pdf([1.0, 2.0, 3.0])
