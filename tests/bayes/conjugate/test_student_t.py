"""Student's t with location and scale: scipy and mpmath."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.bayes.conjugate.student_t import log_gamma_ratio


@pytest.mark.parametrize("df", [1.0, 2.5, 30.0, 1e7])
def test_equals_scipy(df):
    ours, theirs = st.StudentT(df, 3.0, 0.2), stats.t(df, 3.0, 0.2)
    x = np.array([-5.0, 2.7, 3.0, 4.4])
    assert_allclose(ours.log_pdf(x), theirs.logpdf(x), rtol=1e-8)  # scipy's own digits at df 1e7
    assert_allclose(ours.cdf(x), theirs.cdf(x), rtol=1e-12)
    assert_allclose([ours.probability(low=v) for v in x], theirs.sf(x), rtol=1e-12)
    p = np.array([1e-9, 0.1, 0.5, 0.999999])
    assert_allclose(ours.quantile(p), theirs.ppf(p), rtol=1e-9)
    assert_allclose(np.asarray(ours.interval(0.9)), theirs.interval(0.9), rtol=1e-12)
    assert_allclose(ours.sd, theirs.std() if df > 2 else np.inf, rtol=1e-7)
    assert_allclose(ours.mean, theirs.mean() if df > 1 else np.nan)


@pytest.mark.parametrize("by", [0.5, 1.0, 3.5])
@pytest.mark.parametrize("x", [0.5, 3.0, 7.9, 8.1, 30.0, 1e6, 1e12])
def test_log_gamma_ratio(x, by):
    with mp.workdps(50):
        exact = mp.loggamma(mp.mpf(x) + by) - mp.loggamma(mp.mpf(x))
    assert_allclose(log_gamma_ratio(x, by), float(exact), rtol=1e-14, atol=4e-15)


def test_slope_is_the_derivative():
    belief = st.StudentT(4.0, 1.0, 2.0)
    x, h = np.array([-3.0, 0.5, 9.0]), 1e-5
    assert_allclose(belief.slope(x), (belief.log_density(x + h) - belief.log_density(x - h)) / (2 * h), rtol=1e-7)


def test_tail_and_draws():
    assert_allclose(st.StudentT(5, 0, 1).probability(low=1e4), stats.t.sf(1e4, 5), rtol=1e-12)
    assert st.StudentT([3, 4], 0, 1).sample(5, seed=1).shape == (5, 2)
    draws = st.StudentT(3, 1.0, 2.0).sample(4000, seed=2)
    assert stats.kstest(draws, stats.t(3, 1.0, 2.0).cdf).pvalue > 0.01


@pytest.mark.parametrize("bad", [(0, 0, 1), (1, np.inf, 1), (1, 0, 0), (1, 0, [1, -2])])
def test_bad_parameters(bad):
    with pytest.raises(st.DomainError, match="StudentT needs"):
        st.StudentT(*bad)
