"""Means of groups: averages of predictions, and R's emmeans."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError

RNG = np.random.default_rng(0)
N = 200
DATA = pd.DataFrame({"x": RNG.normal(size=N), "g": RNG.choice(list("abc"), N), "h": RNG.choice(list("uv"), N)})
DATA["y"] = RNG.normal(size=N) + DATA.x * (DATA.g == "b")
DATA["b"] = (RNG.random(N) < 0.4 + 0.2 * (DATA.g == "a")).astype(int)
DATA["k"] = RNG.poisson(np.exp(0.5 + 0.3 * DATA.x + 0.3 * (DATA.h == "u")))
LOGISTIC = st.fit(st.logistic("b ~ x + g * h", DATA))


def test_least_squares_over_the_grid_equals_emmeans():
    """emmeans(lm(y ~ x * g + h, d), ~g) of R."""
    found = st.fit(st.ols("y ~ x * g + h", DATA)).means("g", over="grid")
    assert_allclose(found.estimate, [0.1966, 0.0738, -0.1385], atol=6e-5)
    assert_allclose(found.se, [0.124, 0.126, 0.120], atol=6e-4)
    assert_allclose(found[["lower", "upper"]], [[-0.0486, 0.4417], [-0.1747, 0.3224], [-0.3747, 0.0977]], atol=6e-5)


def test_logistic_regression_over_the_grid_equals_emmeans():
    """emmeans(glm(b ~ x + g * h, binomial, d), ~g | h, type = "response") of R."""
    found = LOGISTIC.means("g", by="h", over="grid")
    assert list(found.columns) == ["h", "g", "estimate", "se", "lower", "upper"]
    assert_allclose(found.estimate, [0.617, 0.492, 0.402, 0.825, 0.315, 0.349], atol=6e-4)
    assert_allclose(found.se, [0.0805, 0.0937, 0.0899, 0.0711, 0.0786, 0.0756], atol=6e-5)
    assert_allclose(found.lower, [0.452, 0.318, 0.244, 0.643, 0.183, 0.219], atol=6e-4)


def test_over_the_rows_they_are_averages_of_predictions():
    found = LOGISTIC.means("g", by="h")
    for row in found.itertuples():
        wanted = LOGISTIC.predict(DATA.assign(g=row.g, h=row.h)).mean()
        assert_allclose(row.estimate, wanted, rtol=1e-12)
        assert 0 < row.lower < row.estimate < row.upper < 1
    one = LOGISTIC.means()
    assert list(one.columns) == ["estimate", "se", "lower", "upper"]
    assert_allclose(one.estimate, LOGISTIC.predict().mean(), rtol=1e-12)
    assert_allclose(LOGISTIC.means("x", values=[0, 1]).estimate[1], LOGISTIC.predict(DATA.assign(x=1.0)).mean())


def test_least_squares_intervals_are_those_of_student():
    fit = st.fit(st.ols("y ~ g", DATA))
    found, predicted = fit.means("g", level=0.9), fit.predict(pd.DataFrame({"g": list("abc")}), interval=0.9)
    assert_allclose(found[["estimate", "lower", "upper"]], predicted, rtol=1e-8)


@pytest.mark.parametrize("over", ["rows", "grid"])
def test_a_mean_of_a_formula_of_a_factor_alone_is_the_prediction_of_its_level(over):
    for make, y in ((st.poisson, "k"), (st.negative_binomial, "k"), (st.gamma, "p")):
        table = DATA.assign(k=RNG.negative_binomial(2, 0.4, N), p=RNG.gamma(2.0, size=N))
        fit = st.fit(make(f"{y} ~ g", table))
        predicted = fit.predict(pd.DataFrame({"g": list("abc")}), interval=0.95)
        assert_allclose(fit.means("g", over=over)[["estimate", "lower", "upper"]], predicted, rtol=1e-6)


def test_categories_have_means_that_sum_to_one():
    fit = st.fit(st.softmax("g ~ x + h", DATA))
    found = fit.means("h")
    assert_allclose(found.groupby("h").estimate.sum(), 1.0, rtol=1e-12)
    with pytest.raises(IncompatibleError, match="a probability for each category"):
        fit.means("h", over="grid")


def test_a_smoker_of_zero_and_one_is_a_level():
    table = DATA.assign(smoke=(DATA.h == "u").astype(int))
    fit = st.fit(st.logistic("b ~ x + C(g) + smoke", table))
    assert list(fit.means("g", by="smoke").smoke) == [0, 0, 0, 1, 1, 1]
    assert list(fit.means("smoke").smoke) == [0, 1]


def test_what_is_asked_wrongly_is_told():
    with pytest.raises(DomainError, match="'x' is a number: give values="):
        LOGISTIC.means("x")
    with pytest.raises(DomainError, match='over= is "rows" or "grid"'):
        LOGISTIC.means("g", over="data")  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="which is the variable that is moved"):
        LOGISTIC.means("g", by="g")
    with pytest.raises(IncompatibleError, match="name it"):
        LOGISTIC.means(values=[1, 2])
    assert list(st.fit(LOGISTIC.model, penalty=st.Ridge(1.0)).means("g").columns) == ["g", "estimate"]
