import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from tests.latent.certified import table


def test_standard_deviations_and_correlations_are_those_of_the_covariance():
    fit = st.fit(st.linear_mixed("Reaction ~ Days + (Days | Subject)", table("sleepstudy")))
    frame = fit.variance_components()
    assert frame["what"].tolist() == ["sd", "sd", "correlation", "sd"]
    assert frame["group"].tolist() == ["Subject", "Subject", "Subject", "Residual"]
    level, slope = np.sqrt([612.0899387, 35.0716605])
    expected = [level, slope, 9.60433332 / (level * slope), np.sqrt(654.94102707)]
    assert_allclose(frame["estimate"], expected, rtol=1e-8)


def test_an_effect_that_does_not_vary_has_no_correlation():
    r = np.random.default_rng(0)
    g, x = np.repeat(np.arange(6), 4), np.tile([0.0, 1.0, 2.0, 3.0], 6)
    y = r.normal(size=24)
    y = y - np.array([y[g == k].mean() for k in range(6)])[g]
    fit = st.fit(st.linear_mixed("y ~ x + (x | g)", {"y": y, "x": x, "g": g}))
    level, slope, correlation, _ = fit.variance_components()["estimate"].tolist()
    assert np.isnan(correlation) == (level * slope == 0.0)
