"""What a trained network draws is its curve and its table of calibration."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st

g = np.random.default_rng(0)
x = g.normal(size=80)
table = {"x": x, "b": (x + g.normal(size=80) > 0).astype(int), "y": x + g.normal(size=80)}


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.network("b ~ x", table, hidden=[2]), seed=1)


def test_training_and_calibration_are_what_the_fit_says(fit):
    assert_allclose(fit.plot().axes[0].lines[0].get_ydata(), -fit.curve().training)
    frame = fit.calibration(bins=4)
    points = next(line for line in fit.plot("calibration", bins=4).axes[0].lines if line.get_marker() == "o")
    assert_allclose(points.get_ydata(), frame.observed)


def test_what_is_not_there_is_refused(fit):
    several = st.fit(fit.model, seed=1, members=2)
    assert len(several.plot().axes) == 2
    with pytest.raises(st.IncompatibleError, match="is of one network"):
        several.plot("training")
    with pytest.raises(st.IncompatibleError, match='has the figures "training", "calibration"'):
        fit.plot("coefficients")
    number = st.fit(st.network("y ~ x", table, hidden=[2]), seed=1)
    with pytest.raises(st.IncompatibleError, match="has no classes"):
        number.plot("calibration")
