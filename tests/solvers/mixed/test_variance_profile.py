"""The deviance in coordinates of which one is a standard deviation or a correlation."""

import numpy as np
import pytest

import stattools as st
from stattools.solvers.mixed.variance_profile import VarianceProfile, parameters


@pytest.fixture(scope="module")
def slopes():
    rng = np.random.default_rng(5)
    codes, x = np.repeat(np.arange(9), 5), np.round(rng.normal(size=45), 2)
    u = rng.normal(size=(9, 2)) @ np.array([[1.5, 0.4], [0.0, 1.2]])
    y = x + u[codes, 0] + u[codes, 1] * x + rng.normal(size=45)
    return st.fit(st.linear_mixed("y ~ x + (x | g)", {"y": y, "x": x, "g": codes})).found


def test_the_gradient_is_the_slope_of_the_value(slopes):
    rng = np.random.default_rng(0)
    for of in parameters(slopes):
        profile = VarianceProfile(slopes, of)
        x = profile.maximum + 0.1 * rng.normal(size=len(profile.maximum))
        value, gradient = profile.at(x)
        for m in range(len(x)):
            if of.is_correlation and m == profile.place:
                continue  # it is held, and its slope is not asked for
            step = 1e-6 * np.eye(len(x))[m]
            slope = (profile.at(x + step)[0] - profile.at(x - step)[0]) / 2e-6
            assert gradient[m] == pytest.approx(slope, rel=1e-5, abs=1e-5)  # differences
        assert value > 0.0
