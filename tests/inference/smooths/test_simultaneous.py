"""The width of a band for a whole curve: never too narrow, and right where the tube does not overlap itself."""

import numpy as np
import pytest
from scipy import stats

from stattools.inference.smooths.curves import critical_value, length
from tests.cases import rng

x = np.linspace(0.0, 1.0, 400)
AROUND = np.stack([np.cos(2.0 * x), np.sin(2.0 * x)], axis=1)


def test_the_length_is_that_of_the_way_on_the_sphere_whatever_the_scale_and_the_sign():
    assert length(AROUND, np.eye(2)) == pytest.approx(2.0, rel=1e-6)
    assert length(AROUND * (1.0 + x)[:, None] * np.where(x < 0.3, 1.0, -1.0)[:, None], np.eye(2)) == pytest.approx(2.0)
    assert length(np.stack([x - 0.5], axis=1), np.eye(1)) == 0.0  # a line through 0 is known up to its slope


@pytest.mark.parametrize("level", [0.9, 0.99])
@pytest.mark.parametrize("df", [np.inf, 9.0])
def test_the_band_holds_the_whole_curve_as_often_as_it_says_or_more_often(level, df):
    """The maximum over the arc is known, for the angle of a normal vector is uniform; the tube's ends overlap a bit."""
    q = critical_value(AROUND, np.eye(2), level, df)
    random = rng(3)
    draws = 100_000
    angle, size = random.uniform(0.0, np.pi, draws), np.sqrt(random.chisquare(2.0, draws))
    if df < np.inf:
        size /= np.sqrt(random.chisquare(df, draws) / df)
    away = np.where(angle <= 2.0, 0.0, np.minimum(angle - 2.0, np.pi - angle))  # from the arc of 0 to 2, either sign
    outside = (size * np.abs(np.cos(away)) > q).mean()
    noise = 4.0 * np.sqrt(level * (1.0 - level) / draws)
    assert 0.9 * (1.0 - level) - noise < outside < 1.0 - level + noise


def test_one_value_has_the_pointwise_band():
    one = np.ones((5, 1))
    assert critical_value(one, np.eye(1), 0.95) == pytest.approx(stats.norm.ppf(0.975), rel=1e-12)
    assert critical_value(one, np.eye(1), 0.95, 5.0) == pytest.approx(stats.t.ppf(0.975, 5.0), rel=1e-9)
