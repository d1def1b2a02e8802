"""Differences against derivatives written by hand."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from scipy import stats

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

    location, log_scale = scales(tiny, np.zeros((50, 2)))
    assert 1e-7 < location < 1e-5
    assert 0.1 < log_scale < 10.0
