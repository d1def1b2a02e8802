"""Means, contrasts and functions of draws are those of each draw."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.inference.effects.test_means import DATA as WITHOUT_SPREAD

DATA = WITHOUT_SPREAD.assign(spread=np.random.default_rng(3).negative_binomial(2, 0.4, len(WITHOUT_SPREAD)))

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


def test_marginal_effects_are_those_of_each_draw():
    found = POSTERIOR.marginal_effects(prob=0.9, kind="eti").set_index("term")
    chance = POSTERIOR.predict()
    slopes = (chance * (1 - chance)).mean(axis=1) * POSTERIOR.flat[:, 1]  # of a logistic curve, in closed form
    wanted = [slopes.mean(), slopes.std(ddof=1), np.median(slopes), *np.quantile(slopes, [0.05, 0.95])]
    assert_allclose(found.loc["x", ["mean", "sd", "median", "lower", "upper"]].astype(float), wanted, rtol=1e-8)
    assert found.loc["x", "probability"] == (slopes > 0).mean()
    gap = _means("b") - _means("a")
    assert_allclose(found.loc["g[T.b]", "mean"], gap.mean(), rtol=1e-10)


def test_marginal_effects_at_values_by_level_and_at_the_mean():
    held = POSTERIOR.marginal_effects(at={"x": 0.5}, variables=["g"]).set_index("term")
    here = DATA.assign(x=0.5)
    gap = (POSTERIOR.predict(here.assign(g="b")) - POSTERIOR.predict(here.assign(g="a"))).mean(axis=1)
    assert_allclose(held.loc["g[T.b]", "median"], np.median(gap), rtol=1e-10)
    by = POSTERIOR.marginal_effects(variables=["x"], by="g").set_index("g")
    some = POSTERIOR.marginal_effects(variables=["x"], data=DATA[DATA.g == "b"])
    assert_allclose(by.loc["b", "mean"], some["mean"][0], rtol=1e-10)
    middle = POSTERIOR.marginal_effects(at="mean", variables=["x"])
    row = MODEL.rows.X.mean(axis=0)
    chance = 1 / (1 + np.exp(-POSTERIOR.flat @ row))
    assert_allclose(middle["mean"], (chance * (1 - chance) * POSTERIOR.flat[:, 1]).mean(), rtol=1e-8)
    with pytest.raises(IncompatibleError, match="one row: give one of them"):
        POSTERIOR.marginal_effects(at="mean", by="g")


@pytest.mark.parametrize(
    ("model", "method"),
    [
        (st.softmax("g ~ x + h", DATA), "laplace"),
        (st.negative_binomial("spread ~ x + h", DATA), "importance"),
        (st.ols("y ~ x * h", DATA), "laplace"),
    ],
)
def test_slopes_are_differences_of_predictions_of_each_draw(model, method):
    posterior = st.posterior(model, method=method, draws=60, chains=1, seed=1)
    found = posterior.marginal_effects(variables=["x"])
    ahead, behind = posterior.predict(DATA.assign(x=DATA.x + 1e-5)), posterior.predict(DATA.assign(x=DATA.x - 1e-5))
    slopes = ((ahead - behind) / 2e-5).mean(axis=1).reshape(60, -1)
    assert_allclose(found["mean"], slopes.mean(axis=0), rtol=1e-6)
    assert_allclose(found["sd"], slopes.std(axis=0, ddof=1), rtol=1e-6)


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
