"""Means, contrasts and functions of draws are those of each draw."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError
from tests.inference.effects.test_means import DATA

MODEL = st.logistic("b ~ x + g", DATA)
POSTERIOR = st.posterior(MODEL, method="importance", draws=200, chains=1, seed=1)


def _means(level):
    return POSTERIOR.predict(DATA.assign(g=level)).mean(axis=1)


def test_means_are_averages_of_predictions_of_each_draw():
    found = POSTERIOR.means("g", prob=0.9, kind="eti")
    for row in found.itertuples():
        draws = _means(row.g)
        wanted = [draws.mean(), draws.std(ddof=1), np.median(draws), *np.quantile(draws, [0.05, 0.95])]
        assert_allclose([row.mean, row.sd, row.median, row.lower, row.upper], wanted, rtol=1e-10)
    assert_allclose(POSTERIOR.means()["mean"], POSTERIOR.predict().mean(), rtol=1e-10)


def test_contrasts_and_ratios_are_those_of_each_draw():
    found = POSTERIOR.contrasts("g").set_index("contrast")
    gap = _means("b") - _means("a")
    assert_allclose(
        found.loc["b - a", ["mean", "probability"]].astype(float), [gap.mean(), (gap > 0).mean()], rtol=1e-10
    )
    ratio = POSTERIOR.contrasts("g", ratio=True).set_index("contrast").loc["b / a"]
    assert_allclose(ratio["median"], np.median(_means("b") / _means("a")), rtol=1e-10)
    assert ratio["probability"] == found.loc["b - a", "probability"]


def test_functions_are_asked_of_each_draw_at_kinks_too():
    found = POSTERIOR.function(lambda b: [abs(b["x"]), max(b["x"], 0.0)])
    draws = POSTERIOR.flat[:, 1]
    assert_allclose(found["mean"], [np.abs(draws).mean(), np.maximum(draws, 0).mean()], rtol=1e-12)
    with pytest.raises(DomainError, match="no coefficient is called 'z'"):
        POSTERIOR.function(lambda b: b["z"])


def test_categories_and_ratios_of_nothing_positive():
    posterior = st.posterior(st.softmax("g ~ x + h", DATA), method="laplace", draws=60, chains=1, seed=1)
    found = posterior.means("h")
    assert_allclose(found.groupby("h")["mean"].sum(), 1.0, rtol=1e-12)
    line = st.posterior(st.ols("y ~ g", DATA), method="laplace", draws=60, chains=1, seed=1)
    with pytest.raises(DomainError, match="ratio=True needs means above 0"):
        line.contrasts("g", ratio=True)
