"""Bands in time, and autocorrelations that are those of the formula."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.figures import gain, innovations, level
from tests.cases import rng


def test_autocorrelations_leave_out_what_is_missing():
    e = rng(1).normal(size=60)
    e[[5, 40]] = np.nan
    top, below = innovations(np.arange(60), e, lags=3).axes
    known = e[np.isfinite(e)]
    z = known - known.mean()
    wanted = [(z[k:] * z[:-k]).sum() / (z**2).sum() for k in (1, 2, 3)]
    assert_allclose([segment[1, 1] for segment in below.collections[0].get_segments()], wanted, rtol=1e-12)
    assert_allclose(top.lines[-1].get_ydata(), known, rtol=1e-15)
    band = below.patches[0]
    assert_allclose([band.get_y(), band.get_height()], [-1.96 / np.sqrt(58), 2 * 1.96 / np.sqrt(58)], rtol=1e-12)


def test_a_forecast_is_a_second_band():
    band = (np.arange(3), np.ones(3), np.zeros(3), np.full(3, 2.0))
    (one,) = level(np.arange(3), np.ones(3), band, ylabel="y").axes
    (two,) = level(np.arange(3), np.ones(3), band, forecast=band, ylabel="y").axes
    assert (len(one.collections), len(two.collections)) == (1, 2)
    assert [text.get_text() for text in two.get_legend().get_texts()][-1] == "forecast, 95 % interval"


def test_the_limit_of_the_gain_is_a_line():
    (axes,) = gain([0, 1], [1.0, 0.4], limit=0.25).axes
    assert axes.lines[0].get_ydata()[0] == 0.25
    assert axes.get_legend().get_texts()[0].get_text() == "limit 0.250"
