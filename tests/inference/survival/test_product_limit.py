"""Product-limit curves: the closed forms of complete data, quantiles and areas by hand, and the coverage of bands."""

import numpy as np
import pytest
from scipy.special import ndtri

from stattools.inference.survival.product_limit import BANDS, ProductLimit, first_below
from stattools.models.survival.risk_sets import LifeTable


def curve(time, event=None):
    time = np.asarray(time, dtype=float)
    return ProductLimit(LifeTable.of(time, np.ones(len(time), dtype=bool) if event is None else np.array(event) > 0))


def test_complete_data_have_the_variance_of_a_share():
    found = curve(np.arange(1, 11))
    S = 1.0 - np.arange(1, 11) / 10
    assert found.survival == pytest.approx(S, abs=1e-15)
    assert found.se[:-1] == pytest.approx(np.sqrt(S * (1 - S) / 10)[:-1], rel=1e-14)
    assert np.isnan(found.se[-1])


def test_bands_are_their_formulas():
    found = curve([2, 3, 3, 5, 8, 9], [1, 1, 0, 1, 1, 0])
    S, root, z = found.survival, np.sqrt(found.variance), -ndtri(0.05)
    lower, upper = found.band("greenwood", 0.9)
    assert lower == pytest.approx(np.clip(S - z * S * root, 0, 1))
    assert upper == pytest.approx(np.clip(S + z * S * root, 0, 1))
    lower, upper = found.band("log", 0.9)
    assert lower == pytest.approx(S * np.exp(-z * root))
    assert upper == pytest.approx(np.minimum(S * np.exp(z * root), 1))
    lower, upper = found.band("log-log", 0.9)
    assert lower == pytest.approx(np.exp(-np.exp(np.log(-np.log(S)) + z * root / -np.log(S))))
    assert upper == pytest.approx(np.exp(-np.exp(np.log(-np.log(S)) - z * root / -np.log(S))))


@pytest.mark.parametrize("kind", BANDS)
def test_before_the_first_event_the_band_is_one(kind):
    lower, upper = curve([1, 2, 3], [0, 1, 1]).band(kind, 0.95)
    assert (lower[0], upper[0]) == (1.0, 1.0)
    assert np.isnan([lower[-1], upper[-1]]).all()


def test_a_quantile_is_the_middle_where_the_curve_lies_on_it():
    assert curve([1, 2, 3, 4]).quantile(0.5) == 2.5
    assert curve(range(1, 11)).quantile(0.3) == 3.5  # 1 - 0.3 is not 0.7 in float64
    assert curve([1, 2, 3, 4, 5]).quantile(0.5) == 3.0
    assert curve([1, 2, 3, 4], [1, 0, 0, 0]).quantile(0.5) == np.inf
    assert first_below(np.array([1.0, 2.0]), np.array([np.nan, np.nan]), 0.5) == np.inf


def test_the_mean_until_a_time_is_that_of_the_times_cut_there():
    g = np.random.default_rng(1)
    time = g.exponential(3.0, 400)
    mean, se = curve(time).mean_until(4.0)
    cut = np.minimum(time, 4.0)
    assert mean == pytest.approx(cut.mean(), rel=1e-13)
    assert se == pytest.approx(cut.std() / 20.0, rel=1e-12)
