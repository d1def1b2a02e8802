"""Means, effects and contrasts with curves in them, against predictions of moved rows and against other regressions."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.inference.smooths.curved import table

TABLE = pd.DataFrame(table()).assign(label=np.digitize(table()["y"], [-0.3, 0.8]), event=table()["y"] > 0.2)
FITS: dict[str, Any] = {
    "counts": lambda: st.poisson("counts ~ g + s(x, k=8)", TABLE),
    "counts by": lambda: st.poisson("counts ~ g + s(x, k=8, by=g)", TABLE),
    "groups": lambda: st.poisson("counts ~ g + s(x, k=8) + (1 | h)", TABLE),
    "normal": lambda: st.glm("y ~ g + s(x, k=8)", TABLE, family="normal"),
    "normal, groups": lambda: st.linear_mixed("y ~ g + s(x, k=8) + (1 | h)", TABLE),
    "labels": lambda: st.softmax("label ~ g + s(x, k=6)", TABLE),
}
MARKED = [pytest.param(name, marks=() if name in ("counts", "normal", "labels") else pytest.mark.slow) for name in FITS]


def mean(fit: Any, rows: pd.DataFrame) -> Any:
    """The average over these rows: of the population of groups."""
    population = {"groups": "population"} if fit.model.facts.is_mixed and fit.model.random else {}
    return np.asarray(fit.predict(rows, **population)).mean(axis=0)


@pytest.mark.parametrize("name", MARKED)
def test_averages_are_those_of_predictions_of_moved_rows(name):
    fit = st.fit(FITS[name]())
    moved = {level: mean(fit, TABLE.assign(g=level)) for level in ("a", "b")}
    found = np.array([moved["a"], moved["b"]]).reshape(2, -1).T.ravel()
    assert_allclose(fit.means("g")["estimate"], found, rtol=1e-8)
    contrast = fit.contrasts("x", values=[4.0, 9.0])["estimate"]
    ahead, behind = (mean(fit, TABLE.assign(x=value)) for value in (9.0, 4.0))
    assert_allclose(contrast, np.atleast_1d(ahead - behind), atol=1e-8)
    effects = fit.marginal_effects(variables=["x"])
    step = 1e-4
    slopes = (mean(fit, TABLE.assign(x=TABLE.x + step)) - mean(fit, TABLE.assign(x=TABLE.x - step))) / (2.0 * step)
    assert_allclose(effects["estimate"], np.atleast_1d(slopes), atol=1e-5)  # a row at each end steps beyond the data


def test_standard_errors_are_those_of_the_curve():
    """Of a normal outcome a mean at x is the intercept and the curve, and its error that of a prediction."""
    fit = st.fit(st.glm("y ~ s(x, k=8)", TABLE, family="normal"))
    at = [4.0, 9.0]
    predicted, means = fit.predict({"x": at}, interval=0.95), fit.means("x", values=at)
    assert_allclose(means["estimate"], predicted["mean"], rtol=1e-9)
    assert_allclose(means["lower"], predicted["lower"], rtol=1e-8)
    smooth = fit.smooth("x", at=at).table()
    assert_allclose(fit.contrasts("x", values=at)["estimate"], np.diff(smooth["curve"]), rtol=1e-9)


def test_a_curve_without_bends_is_a_line():
    """Of the same model the effects are those of the regression on the line."""
    random = np.random.default_rng(0)
    rows = {"x": TABLE.x.to_numpy(), "k": random.poisson(np.exp(0.1 * TABLE.x.to_numpy()))}
    curved: Any = st.fit(st.poisson("k ~ s(x, k=8)", rows))
    line = st.fit(st.poisson("k ~ x", rows))
    assert curved.smooths()["penalty"].tolist() == [np.inf]
    columns = ["estimate", "se"]
    assert_allclose(curved.marginal_effects()[columns], line.marginal_effects()[columns], rtol=1e-6)


def test_rows_that_are_summed_where_they_are_have_no_averages(tmp_path):
    TABLE[["x", "y"]].to_parquet(tmp_path / "rows.parquet")
    fit = st.fit(st.glm("y ~ s(x, k=8)", st.scan(tmp_path / "rows.parquet"), family="normal"))
    with pytest.raises(st.IncompatibleError, match=r"memory"):
        fit.means("x", values=[4.0, 9.0])
