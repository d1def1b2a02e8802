"""Residuals of fits with random effects are drawn against what is expected with the effects of groups, or without."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.inference.plots.test_mixed_profile import FIT, TABLE


def points(figure):
    cloud = next(line for line in figure.axes[0].lines if line.get_marker() == "o")
    return np.asarray(cloud.get_xdata()), np.asarray(cloud.get_ydata()), figure.axes[0]


@pytest.mark.parametrize(
    ("kind", "groups"), [(None, "known"), ("response", "known"), ("pearson", "known"), ("marginal", "population")]
)
def test_points_are_residuals_and_fitted_values(kind, groups):
    x, y, axes = points(FIT.plot("residuals", kind=kind))
    assert_allclose(x, FIT.predict(groups=groups, align=False))
    assert_allclose(y, FIT.residuals_of(kind or "conditional", align=False))
    assert axes.get_xlabel().startswith("fitted y, with")
    assert axes.get_ylabel() == f"{kind or 'conditional'} residual"


def test_counts_have_quantile_residuals_of_the_population():
    fit: Any = st.fit(st.poisson("k ~ x + (1 | g)", TABLE))
    x, y, axes = points(fit.plot("residuals"))
    assert_allclose(x, fit.predict(groups="population", align=False))
    assert_allclose(y, fit.residuals_of("quantile", seed=0, align=False))
    assert axes.get_xlabel() == "fitted mean of k, without effects of groups"
    assert_allclose(points(fit.plot("residuals", kind="deviance"))[0], fit.predict(groups="known", align=False))


def test_curves_of_counts_have_those_of_pearson():
    fit: Any = st.fit(st.poisson("k ~ s(x, k=6)", TABLE))
    x, y, axes = points(fit.plot("residuals"))
    assert_allclose(y, fit.residuals_of("pearson", align=False))
    assert axes.get_ylabel() == "pearson residual"
    assert len(x) == 60
    with pytest.raises(st.IncompatibleError, match='figures "coefficients"'):
        fit.plot("profile")


def test_precision_makes_them_pearson_and_others_are_refused():
    fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE | {"p": np.resize([1.0, 4.0], 60)}, precision="p"))
    assert points(fit.plot("residuals"))[2].get_ylabel() == "pearson residual"
    with pytest.raises(st.StattoolsError, match="conditional"):
        fit.plot("residuals", kind="quantile")
    with pytest.raises(st.StattoolsError, match="not randomized"):
        fit.plot("residuals", seed=1)
