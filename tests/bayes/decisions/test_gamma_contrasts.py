"""Differences and ratios of two gamma arms against 50-digit integrals and the F distribution."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st


@pytest.mark.parametrize("z", [-3.0, -0.1, 0.0, 0.2, 5.0])
def test_gamma_difference_equals_mpmath(z):
    a, r, c, s = 4, 3, 2, 1
    contrast = st.difference(st.Gamma(c, s), st.Gamma(a, r))
    with mp.workdps(30):

        def density(x, k, rate):
            return mp.mpf(rate) ** k * x ** (k - 1) * mp.exp(-rate * x) / mp.gamma(k)

        cuts = [max(0, -z), max(0, -z) + 1, max(0, -z) + 4, mp.inf]
        above = mp.quad(lambda x: density(x, a, r) * mp.gammainc(c, s * (x + z), regularized=True), cuts)
        if z < 0:
            above += mp.gammainc(a, 0, -r * mp.mpf(z), regularized=True)
        exact = mp.quad(lambda x: density(x, a, r) * density(x + z, c, s), cuts)
    assert_allclose(contrast.sf(z), float(above), rtol=1e-11)
    assert_allclose(contrast.cdf(z), float(1 - above), rtol=1e-11)
    assert_allclose(contrast.density(z), float(exact), rtol=1e-11)


def test_gamma_ratio_is_an_f():
    """Ratios of gammas over their means follow F(2 c, 2 a)."""
    contrast, f = st.ratio(st.Gamma(3.5, 2), st.Gamma(2.5, 7)), stats.f(7, 5)
    r = np.array([0.01, 0.5, 3.0, 100.0])
    scale = (3.5 / 2) / (2.5 / 7)
    assert_allclose(contrast.cdf(r), f.cdf(r / scale), rtol=1e-12)
    assert_allclose(contrast.sf(r), f.sf(r / scale), rtol=1e-12)
    assert_allclose(contrast.density(r), f.pdf(r / scale) / scale, rtol=1e-12)
    assert_allclose([contrast.mean, contrast.sd], [scale * f.mean(), scale * f.std()], rtol=1e-12)
    assert (st.ratio(st.Gamma(3, 2), st.Gamma(1, 7)).mean, st.ratio(st.Gamma(3, 2), st.Gamma(2, 7)).sd) == (
        np.inf,
        np.inf,
    )
