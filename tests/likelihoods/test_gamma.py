import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import polygamma

import stattools as st
from stattools.errors import DomainError


@pytest.mark.parametrize("log_dispersion", [5.0, 0.0, -3.0, -12.0, -27.0])
@pytest.mark.parametrize("gap", [-3.0, -1e-3, 0.0, 1e-6, 0.5])
def test_values_and_derivatives_have_all_their_digits(log_dispersion, gap):
    """Against 60 digits; gap is in standard deviations of the logarithm, where that has so many."""
    y, eta = 3.25, math.log(3.25) - gap * min(1.0, math.exp(0.5 * log_dispersion))
    found = st.GammaFamily().evaluate(np.array([[eta, log_dispersion]]), np.array([y]))
    with mpmath.workdps(60):
        t, k = mpmath.log(mpmath.mpf(y)) - mpmath.mpf(eta), mpmath.exp(-mpmath.mpf(log_dispersion))
        D = mpmath.exp(t) - 1 - t
        G = k * (mpmath.log(k) - mpmath.digamma(k))
        slope_of_G = G + k - k * k * mpmath.psi(1, k)
        loglik = k * (mpmath.log(k) + t - mpmath.exp(t)) - mpmath.loggamma(k) - mpmath.log(y)
        score = [k * (mpmath.exp(t) - 1), k * D - G]
        information = [k * mpmath.exp(t), k * (mpmath.exp(t) - 1), k * (mpmath.exp(t) - 1), k * D - slope_of_G]
    # eta and its difference from log y are rounded: an error of 1e-15 times the slope, or the bend, is left
    room = 2e-15 * float(k)
    assert_allclose(found[0][0], float(loglik), rtol=1e-13, atol=abs(float(score[0])) * 2e-15)
    assert_allclose(found[1][0], [float(v) for v in score], rtol=1e-12, atol=room)
    assert_allclose(found[2].ravel(), [float(v) for v in information], rtol=1e-12, atol=room)


def test_an_amount_of_zero_is_refused_and_told_what_to_do():
    with pytest.raises(DomainError, match=r"positive numbers; got 0 at position 1 .*st\.logistic"):
        st.GammaFamily().check([1.0, 0.0])
    with pytest.raises(DomainError, match=r"from 1e-120 to 1e120; got 1e-130 .* Change their units"):
        st.GammaFamily().check([1.0, 1e-130])


def test_beyond_the_largest_shape_nothing_rises():
    """A climb towards a dispersion of 0 ends, so that the fit can say what it found."""
    likelihood, eta = st.GammaFamily(), np.array([[0.0, -60.0], [0.0, -300.0]])
    assert likelihood.score(eta, np.ones(2))[:, 1].tolist() == [0.0, 0.0]
    assert len(set(likelihood.loglik(eta, np.ones(2)).tolist())) == 1


def test_with_a_shared_dispersion_a_maximum_is_the_only_one():
    g = np.random.default_rng(8)
    x = g.normal(size=40)
    rows = {"x": x, "y": g.gamma(0.5, 2.0 * np.exp(0.3 * x))}
    shared, own = st.gamma("y ~ x", rows), st.gamma("y ~ x", rows, dispersion="~ x")
    assert shared.uniqueness
    assert st.glm("y ~ x", rows, family="gamma", link="inverse").uniqueness
    assert not st.glm("y ~ x", rows, family="gamma", link="identity").uniqueness
    assert not own.uniqueness
    fit = st.fit(shared)
    assert fit.solution.second is None
    assert "of the maximum" in str(fit)
    # The two halves of the proof: the score of the coefficients is 0 there whatever the dispersion, and
    # 1 / k - trigamma(k) is negative.
    for log_dispersion in (-3.0, 0.0, 2.0):
        score = shared.score([*fit.estimate[:2], log_dispersion])
        assert np.abs(score[:2]).max() < 1e-7 * np.exp(-log_dispersion)
    k = np.geomspace(1e-6, 1e9, 200)
    assert (k * polygamma(1, k) > 1.0).all()
    far = [st.fit(replace(shared, start=np.array([a, b, c]))) for a, b, c in g.normal(scale=3.0, size=(5, 3))]
    assert all(np.allclose(one.estimate, fit.estimate, atol=1e-6) for one in far)
