"""Differences against derivatives written by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.likelihoods.own import scales, slopes, value_and_derivatives
from tests.gumbel import Gumbel

G = np.random.default_rng(0)
ETA, Y = G.normal(size=(50, 2)) * 0.5, G.gumbel(size=50)


def loglik(eta):
    return stats.gumbel_r.logpdf(Y, eta[:, 0], np.exp(eta[:, 1]))


def test_derivatives_are_those_written_by_hand():
    value, score, information = value_and_derivatives(loglik, ETA, (1e-3, 1e-3))
    expected = Gumbel().evaluate(ETA, Y)
    assert_allclose(value, expected[0], rtol=1e-13)
    assert_allclose(score, expected[1], rtol=1e-9, atol=1e-9)  # the error of differences
    assert_allclose(slopes(loglik, ETA, (1e-3, 1e-3)), score, rtol=1e-14)
    assert_allclose(information, expected[2], rtol=1e-5, atol=1e-5)  # mixed ones are of second order


def test_the_scale_of_a_linear_predictor_follows_its_unit():
    def tiny(eta):
        return stats.norm.logpdf(1e-6 * Y, eta[:, 0], 1e-6 * np.exp(eta[:, 1]))

    location, log_scale = np.median(scales(tiny, np.zeros((50, 2))), axis=0)
    assert 1e-7 < location < 1e-5
    assert 0.1 < log_scale < 10.0


@pytest.mark.parametrize("law", ["norm", "logistic", "gumbel_r"])
@pytest.mark.parametrize("size", [1e-1, 1e-3, 1e-5])
def test_a_fit_does_not_depend_on_how_near_to_a_line_the_outcomes_lie(law, size):
    """The steps suit what the columns leave, which may be a hundred thousandth of what a constant leaves."""
    own = st.likelihood(getattr(stats, law), parameters={"loc": "identity", "scale": "log"})
    x = np.arange(30.0)
    z = np.random.default_rng(0).normal(size=30)
    near, far = (st.fit(st.regression("y ~ x", {"y": x + e * z, "x": x}, own)) for e in (size, 1.0))
    of_noise = (near.estimate - [0.0, 1.0, np.log(size)]) / near.se - (far.estimate - [0.0, 1.0, 0.0]) / far.se
    assert_allclose(of_noise, 0.0, atol=1e-5)
    assert_allclose(near.se[:2] / size, far.se[:2], rtol=1e-6)


def test_rows_of_very_different_scales_have_steps_of_their_own():
    own = st.likelihood(stats.norm, parameters={"loc": "identity", "scale": "log"})
    random = np.random.default_rng(1)
    x = random.uniform(-7.0, 7.0, 400)
    table = {"y": 1.0 + 2.0 * x + np.exp(x) * random.normal(size=400), "x": x}
    fit = st.fit(st.regression("y ~ x", table, own, scale="~ x"))
    exact = st.fit(st.glm("y ~ x", table, family="normal", scale="~ x"))
    assert_allclose((fit.estimate - exact.estimate) / exact.se, 0.0, atol=1e-7)
    assert_allclose(fit.se, exact.se, rtol=1e-6)


@pytest.mark.parametrize("noise", [0.0, 1e-12, 1e-6])
def test_outcomes_that_hardly_vary_lie_far_from_a_line_through_0(noise):
    """What a constant leaves is next to nothing, and so would be the steps."""
    own = st.likelihood(stats.norm, parameters={"loc": "identity", "scale": "log"})
    x = np.arange(30.0)
    y = 2.0 + noise * np.random.default_rng(0).normal(size=30)
    fit = st.fit(st.regression("y ~ 0 + x", {"y": y, "x": x}, own))
    slope = x @ y / (x @ x)
    assert_allclose(fit.estimate, [slope, 0.5 * np.log(np.mean((y - slope * x) ** 2))], rtol=1e-8)
