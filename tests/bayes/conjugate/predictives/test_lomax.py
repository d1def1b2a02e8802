"""Waiting times with a gamma rate against SciPy's Lomax distribution."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.bayes.conjugate.gamma_poisson import Lomax
from stattools.errors import DomainError

T = np.array([0.0, 1e-6, 0.5, 3.0, 1e6])


@pytest.mark.parametrize(("shape", "rate"), [(0.7, 2.0), (3.0, 0.5), (50.0, 100.0)])
def test_equals_scipy(shape, rate):
    ours, theirs = Lomax(shape, rate), stats.lomax(shape, scale=rate)
    assert_allclose(ours.log_pdf(T), theirs.logpdf(T), rtol=1e-12, atol=1e-13)
    assert_allclose(ours.cdf(T), theirs.cdf(T), rtol=1e-12)
    assert_allclose(ours.sf(T), theirs.sf(T), rtol=1e-11)
    assert_allclose(ours.quantile([0.1, 0.5, 0.99]), theirs.ppf([0.1, 0.5, 0.99]), rtol=1e-12)
    assert_allclose([ours.mean, ours.sd], [theirs.mean(), theirs.std()], rtol=1e-12)


def test_intervals_hold_their_probability():
    ours = Lomax(3.0, 2.0)
    for kind in ("hdi", "eti"):
        lower, upper = ours.interval(0.9, kind=kind)
        assert_allclose(ours.cdf(upper) - ours.cdf(lower), 0.9, rtol=1e-12)
        assert (lower == 0.0) == (kind == "hdi")


def test_draws_have_its_quantiles():
    t = Lomax(3.0, 2.0).sample(20_000, seed=1)
    shares = [(t <= Lomax(3.0, 2.0).quantile(p)).mean() for p in (0.1, 0.5, 0.9)]
    assert_allclose(shares, [0.1, 0.5, 0.9], atol=5 * np.sqrt(0.25 / 20_000))


def test_what_is_no_probability_is_refused():
    with pytest.raises(DomainError, match=r"a probability in \[0, 1\); got"):
        Lomax(3.0, 2.0).quantile(1.0)
