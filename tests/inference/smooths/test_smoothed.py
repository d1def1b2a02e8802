from typing import Any

import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.inference.smooths.curved import fitted, table

EDF = 5.9059008399


def test_the_frame_of_all_curves():
    fit = fitted("y ~ g + s(x, by=g, k=8) + (1 | h)")
    frame = fit.smooths()
    assert frame["smooth"].tolist() == ["s(x):g[a]", "s(x):g[b]"]
    some = frame["sd"] > 0.0
    assert_allclose(frame["penalty"][some], fit.scale**2 / frame["sd"][some] ** 2, rtol=1e-10)


def test_counts_have_curves_too():
    """mgcv 1.9-3: gam(counts ~ s(x, bs = "ps", k = 12), poisson, method = "REML") has these degrees of freedom."""
    fit = st.fit(st.poisson("counts ~ s(x, k=12)", table()))
    frame = fit.smooths()
    assert_allclose(frame["penalty"], 1.0 / frame["sd"] ** 2, rtol=1e-12)
    assert_allclose(frame["edf"], EDF, rtol=1e-9)
    assert fit.smooth("x", at=3).df == float("inf")
    assert fit.smooth_test("x", "line", draws=99).p_value == 0.01


def test_local_maxima_of_one_curve_are_listed():
    fit: Any = st.fit(st.poisson("counts ~ s(x, k=8)", table()))
    found = fit.local_maxima()
    assert found["deviance"].tolist() == [-2.0 * fit.loglik]
    assert_allclose(found[["sd", "penalty"]].to_numpy(), fit.smooths()[["sd", "penalty"]].to_numpy(), rtol=1e-12)
    several: Any = st.fit(st.poisson("counts ~ s(x, k=8) + (1 | h)", table()))
    with pytest.raises(st.IncompatibleError, match="1 curve and 1 random term"):
        several.local_maxima()
