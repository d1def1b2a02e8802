"""The figure of a profile has the interval of the table at its cut, of variances of both kinds of fits."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.plots.coefficients import names

G = np.random.default_rng(6)
TABLE = {"x": G.normal(size=60), "g": np.arange(60) // 6}
TABLE["y"] = TABLE["x"] + G.normal(size=(10, 2))[TABLE["g"]] @ [1.0, 0.0] + 0.7 * G.normal(size=60)
TABLE["k"] = G.poisson(np.exp(0.3 * TABLE["x"] + 0.6 * G.normal(size=10)[TABLE["g"]]))
FIT = st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE))
ML = st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE), reml=False)


def curve(figure):
    line = next(line for line in figure.axes[0].lines if len(line.get_xdata()) > 10)
    x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    return x[np.isfinite(y)], y[np.isfinite(y)]


def crosses(figure, ends, cut):
    x, y = curve(figure)
    assert_allclose(np.interp(ends, x, y), cut, rtol=0.02)  # between the points of a curve
    assert_allclose(y.max(), 0.0, atol=1e-12)


@pytest.mark.parametrize(("name", "row"), [(None, 0), ("sd(Intercept | g)", 0), ("sigma", 1)])
def test_variances_cross_the_cut_at_the_ends_of_their_intervals(name, row):
    ends = FIT.variance_components(0.9).loc[row, ["lower", "upper"]].tolist()
    crosses(FIT.plot("profile", name, level=0.9), ends, -0.5 * 1.6448536**2)


def test_a_fixed_effect_of_the_likelihood_does_too():
    lower, upper = ML.interval(0.9, kind="profile")
    crosses(ML.plot("profile", "x", level=0.9), [lower[1], upper[1]], -0.5 * 1.6448536**2)


@pytest.mark.slow
def test_other_likelihoods_have_profiles_of_variances():
    fit: Any = st.fit(st.poisson("k ~ x + (1 | g)", TABLE))
    ends = fit.variance_components().loc[0, ["lower", "upper"]].tolist()
    crosses(fit.plot("profile"), ends, -0.5 * 1.959964**2)
    with pytest.raises(st.IncompatibleError, match="are of their variances"):
        fit.plot("profile", "x")


def test_names_are_told_and_a_curve_begins_at_zero():
    flat = st.fit(st.linear_mixed("y ~ x + (x | g)", TABLE | {"y": TABLE["x"] + 0.7 * G.normal(size=60)}))
    assert set(names(flat)) <= {"sd(Intercept | g)", "sd(x | g)", "correlation(Intercept, x | g)", "sigma"}
    x, _ = curve(flat.plot("profile", "sd(x | g)"))
    assert x.min() == 0.0
    for name, said in (("x", "reml=False"), ("tau", "got 'tau'"), (None, "name it")):
        with pytest.raises(st.StattoolsError, match=said):
            (FIT if name == "x" else flat).plot("profile", name)


def test_a_loaded_fit_has_none(tmp_path):
    other = st.load(FIT.save(tmp_path / "fit"))
    for what in ("profile", "residuals"):
        with pytest.raises(st.IncompatibleError, match="not saved"):
            other.plot(what)
