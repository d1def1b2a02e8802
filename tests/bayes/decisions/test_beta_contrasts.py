"""Differences and ratios of two beta arms against 50-digit integrals and closed forms."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.bayes.decisions.test_contrasts import beta_density
from tests.sizes import first


@pytest.mark.parametrize("z", first(2, [-0.85, 0.4, -0.001, -0.3, 0.0, 0.02, 0.9]))
@pytest.mark.parametrize("case", [(5, 3, 3, 5), (1, 1, 1, 1), (30, 9, 4, 40)])
def test_beta_difference_equals_mpmath(case, z):
    a, b, c, d = case
    contrast = st.difference(st.Beta(c, d), st.Beta(a, b))
    with mp.workdps(110):
        low, high = max(0, -z), min(1, 1 - z)

        def below(y):
            return mp.betainc(c, d, 0, mp.mpf(min(max(y, 0), 1)), regularized=True)

        cuts = [mp.mpf(low), mp.mpf(low + high) / 2, mp.mpf(high)]
        above = mp.quad(lambda x: beta_density(x, a, b) * (1 - below(x + z)), cuts)
        if z < 0:  # X below -z: Y is above X + z for sure
            above += mp.betainc(a, b, 0, -mp.mpf(z), regularized=True)
        density = mp.quad(lambda x: beta_density(x, a, b) * beta_density(x + z, c, d), cuts)
    assert_allclose(contrast.sf(z), float(above), rtol=1e-11)
    assert_allclose(contrast.cdf(z), float(1 - above), rtol=1e-11, atol=1e-25)
    assert_allclose(contrast.density(z), float(density), rtol=1e-11)


@pytest.mark.parametrize("r", first(1, [0.6, 40.0, 0.01, 1.0, 1.7]))
@pytest.mark.parametrize("case", [(5, 3, 3, 5), (1, 1, 1, 1), (30, 9, 4, 40)])
def test_beta_ratio_equals_mpmath(case, r):
    a, b, c, d = case
    contrast = st.ratio(st.Beta(c, d), st.Beta(a, b))
    with mp.workdps(110):
        ends = [0, mp.mpf(1) / (2 * max(r, 1)), mp.mpf(1) / max(mp.mpf(r), 1)]

        def above(x):
            return mp.betainc(c, d, min(mp.mpf(r) * x, 1), 1, regularized=True)

        exact = mp.quad(lambda x: beta_density(x, a, b) * above(x), ends)
        density = mp.quad(lambda x: x * beta_density(x, a, b) * beta_density(min(r * x, mp.mpf(1)), c, d), ends)
    assert_allclose(contrast.sf(r), float(exact), rtol=1e-11)
    assert_allclose(contrast.cdf(r), float(1 - exact), rtol=1e-11, atol=1e-25)
    assert_allclose(contrast.density(r), float(density), rtol=1e-11)


def test_uniform_arms_have_their_textbook_contrasts():
    lift, relative = st.difference(st.Beta(1, 1), st.Beta(1, 1)), st.ratio(st.Beta(1, 1), st.Beta(1, 1))
    z = np.array([-2, -1, -0.5, 0, 0.25, 1, 3])
    assert_allclose(lift.density(z), np.maximum(1 - np.abs(z), 0), rtol=1e-13)
    assert_allclose(lift.cdf(z), [0, 0, 0.125, 0.5, 1 - 0.75**2 / 2, 1, 1], rtol=1e-13)
    assert_allclose(relative.density([-1, 0, 0.5, 1, 4]), [0, 0.5, 0.5, 0.5, 1 / 32], rtol=1e-13)
    assert_allclose(relative.cdf([-1, 0, 0.5, 1, 4]), [0, 0, 0.25, 0.5, 7 / 8], rtol=1e-13)
    assert_allclose(tuple(relative.interval(0.9)), (0.0, 5.0), atol=1e-9)
    assert_allclose(tuple(lift.interval(0.75)), (-0.5, 0.5), rtol=1e-9)
    assert_allclose([lift.mean, lift.sd, relative.mean], [0, np.sqrt(1 / 6), np.inf], rtol=1e-15)


def test_moments_of_a_beta_ratio():
    contrast = st.ratio(st.Beta(3, 4), st.Beta(5, 2))
    with mp.workdps(30):
        inverse = [mp.quad(lambda x, k=k: x**-k * beta_density(x, 5, 2), [0, 1]) for k in (1, 2)]
    mean = float(inverse[0]) * 3 / 7
    square = float(inverse[1]) * (3 * 4) / (7 * 8)
    assert_allclose([contrast.mean, contrast.sd], [mean, np.sqrt(square - mean**2)], rtol=1e-12)
