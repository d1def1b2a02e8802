"""Points: fixed effects with sizes of effects, there and back, and the likelihood at them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.recipes.points import covariances_of, effect_sizes, point_of

g = np.repeat(np.arange(12), 6)
draw = np.random.default_rng(3)
x = draw.normal(size=72)
table = {"x": x, "g": g, "k": draw.poisson(np.exp(0.4 * x + draw.normal(size=12)[g])), "y": x + draw.normal(size=12)[g]}
table["y"] = table["y"] + draw.normal(size=72) * (1 + 0.1 * g)


def test_sizes_of_effects_give_back_their_covariances():
    cov = np.array([[4.0, 1.0, 0.5], [1.0, 9.0, -2.0], [0.5, -2.0, 1.0]])
    sizes = effect_sizes([cov, np.array([[0.25]])])
    assert_allclose(covariances_of(sizes, [3, 1])[0], cov)
    assert sizes[-1] == 0.5


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (st.linear_mixed("y ~ x + (1 | g)", table), ("Intercept", "x", "sd(Intercept | g)", "sd(Residual)")),
        (st.poisson("k ~ x + (1 | g)", table), ("Intercept", "x", "sd(Intercept | g)")),
        (st.ols("y ~ x", table), ("Intercept", "x")),
        (st.normal(x), ("mean", "sd")),
    ],
    ids=["linear mixed", "mixed", "regression", "sample"],
)
def test_the_likelihood_at_the_maximum_is_that_of_the_fit(model, names):
    point = point_of(model, st.fit(model))
    assert point.names == names
    assert_allclose(point.loglik(point.estimate), point.fit.loglik, rtol=1e-12)
    away = point.decrement(point.estimate)
    assert np.isnan(away) or away < 1e-6
    moved = point.estimate * 1.3
    assert point.loglik(moved) < point.fit.loglik
    assert not point.decrement(moved) < 1e-2
