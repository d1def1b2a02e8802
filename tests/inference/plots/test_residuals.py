import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.plots.predictions import row_names

g = np.random.default_rng(4)
x = g.normal(size=90)
frame = pd.DataFrame(
    {"x": x, "k": g.poisson(np.exp(0.3 * x)), "y": x + g.normal(size=90)}, index=[f"r{i}" for i in range(90)]
)
frame.loc["r3", "y"] = 25.0
frame.loc["r5", "x"] = np.nan
ols = st.fit(st.ols("y ~ x", frame))


def test_least_squares_have_their_own_and_counts_quantile_residuals():
    left, right = ols.plot("residuals").axes
    points = next(line for line in left.lines if line.get_marker() == "o")
    assert_allclose(points.get_ydata(), ols.residuals_of(align=False))
    assert left.get_ylabel() == "residual of y"
    poisson = st.fit(st.poisson("k ~ x", frame))
    left, right = poisson.plot("residuals", seed=3).axes
    points = next(line for line in left.lines if line.get_marker() == "o")
    assert_allclose(points.get_ydata(), poisson.residuals_of("quantile", seed=3, align=False))
    assert right.get_ylabel() == "quantile residual"
    again = [poisson.plot("residuals").axes[0].lines[1].get_ydata() for _ in range(2)]
    assert_allclose(*again)


def test_a_likelihood_without_quantiles_has_pearson_s_and_refuses_quantiles():
    normal = st.likelihood(
        "Normal",
        lambda y, mu, sigma: -np.log(sigma) - 0.5 * ((y - mu) / sigma) ** 2,
        parameters={"mu": "identity", "sigma": "log"},
        outcome="real",
        mean=lambda mu, sigma: mu,
        variance=lambda mu, sigma: sigma**2,
    )
    fit = st.fit(st.regression("y ~ x", frame, normal))
    assert fit.plot("residuals").axes[0].get_ylabel() == "pearson residual"
    with pytest.raises(st.IncompatibleError):
        fit.plot("residuals", kind="quantile")
    with pytest.raises(st.IncompatibleError, match="not randomized"):
        fit.plot("residuals", kind="pearson", seed=1)


def test_the_worst_row_is_named_by_its_index():
    axes = ols.plot("influence").axes[0]
    cook = ols.cooks_distance()
    worst = cook.idxmax()
    assert worst == "r3"
    assert f"r3 ({cook.max():.2g})" in [text.get_text() for text in axes.texts]
    assert len(row_names(ols.model)) == 89
    assert row_names(ols.model)[5] == "r6"
    points = next(line for line in axes.lines if line.get_marker() == "o")
    assert_allclose(points.get_xdata(), ols.leverage(align=False))
    pearson = ols.residuals_of("pearson", align=False)
    assert_allclose(points.get_ydata(), pearson / np.sqrt(1 - ols.leverage(align=False)))


def test_a_row_that_decides_a_coefficient_alone_is_told_in_words():
    table = {"y": [1.0, 2.0, 4.0, 3.0, 9.0], "x": [0, 1, 2, 3, 1], "d": [0, 0, 0, 0, 1]}
    axes = st.fit(st.ols("y ~ x + d", table)).plot("influence").axes[0]
    assert "leverage 1, alone in deciding a coefficient: 4" in [text.get_text() for text in axes.texts]
    points = next(line for line in axes.lines if line.get_marker() == "o")
    assert len(points.get_xdata()) == 4
