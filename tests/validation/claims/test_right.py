import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.claims.facts import COLUMNS, right_at, right_of_fit
from stattools.validation.recipes.recipe import Recipe

RNG = np.random.default_rng(3)
DATA = {"x": RNG.normal(size=60), "y": RNG.normal(size=60), "k": RNG.poisson(3.0, 60), "t": RNG.exponential(size=60)}


@pytest.mark.parametrize(
    "model",
    [st.ols("y ~ x", DATA), st.poisson("k ~ x", DATA), st.cox("survival(t) ~ x", DATA), st.poisson_rate([3, 1, 4])],
    ids=lambda model: model.kind,
)
def test_the_columns_are_those_of_the_table(model):
    fit = st.fit(model)
    table, right = fit.table(0.9), right_of_fit(fit, 0.9)
    names = ("estimate", "se", "statistic", "p_value", "lower", "upper")
    for column, name in zip(COLUMNS, names, strict=True):
        assert_allclose(right.columns[column], table[name])
    glance = fit.glance().iloc[0]
    for name in ("n", "loglik", "aic", "bic"):
        assert right.fact(name)[""] == glance[name]


def test_a_recipe_is_right_where_its_fit_is():
    model = st.ols("y ~ x", DATA)
    fit = st.fit(model, cov="HC1")
    right, other = right_of_fit(fit, 0.95), Recipe(model, cov="HC1", divisor="n - p", df=None).right(fit.estimate)
    for column in COLUMNS:
        assert_allclose(other.columns[column], right.columns[column], rtol=1e-9)
    for name in ("n", "loglik", "aic", "df", "scale", "r_squared"):
        assert_allclose(list(other.fact(name).values()), list(right.fact(name).values()), rtol=1e-12)


def test_a_penalized_fit_has_estimates_alone():
    right = right_of_fit(st.fit(st.ols("y ~ x", DATA), penalty=st.Ridge(1.0)), 0.95)
    assert np.isfinite(right.columns["estimate"]).all()
    assert np.isnan(right.columns["p"]).all()


def test_ends_go_with_the_degrees_of_freedom():
    right = right_at(("a",), np.array([1.0]), np.array([2.0]), 4.0, 0.9)
    assert_allclose(right.columns["upper"], 1.0 + 2.0 * 2.131846786)
    assert right.fact("n") == {}
