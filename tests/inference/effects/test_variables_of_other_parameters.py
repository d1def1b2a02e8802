"""Variables that stand in the formula of another parameter alone: an effect where the mean moves with it, or words."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.cases import rng
from tests.gumbel import gumbel


def table(n: int = 160) -> pd.DataFrame:
    g = rng(3)
    t = pd.DataFrame({"x": g.normal(size=n), "z": g.normal(size=n), "f": np.array(list("ab"))[g.integers(0, 2, n)]})
    wide = np.exp(0.4 * t.z)
    t["real"] = 1.0 + t.x + wide * g.normal(size=n)
    t["cost"] = np.exp(0.3 * t.x) * g.gamma(2.0 / wide, 0.5 * wide)
    t["share"] = g.beta(3.0 * wide, 2.0 * wide)
    t["count"] = g.poisson(np.exp(0.5 + 0.3 * t.x) * g.gamma(2.0, 0.5, n))
    t["some"] = np.where(g.random(n) < 1.0 / (1.0 + np.exp(-t.z)), 0, g.poisson(np.exp(1.0 + 0.3 * t.x)))
    t["label"] = np.digitize(t.real, [0.0, 1.0, 2.0])
    return t


TABLE = table()
BESIDE = "~ z + f"
NOT_OF_MEAN = {
    "normal": partial(st.glm, "real ~ x", TABLE, family="normal", scale=BESIDE),
    "gamma": partial(st.gamma, "cost ~ x", TABLE, dispersion=BESIDE),
    "gamma, inverse": partial(st.glm, "cost ~ x", TABLE, family="gamma", link="identity", dispersion=BESIDE),
    "inverse Gaussian": partial(st.glm, "cost ~ x", TABLE, family="inverse-gaussian", dispersion=BESIDE),
    "beta": partial(st.glm, "share ~ x", TABLE, family="beta", dispersion=BESIDE),
    "negative binomial": partial(st.negative_binomial, "count ~ x", TABLE, dispersion=BESIDE),
}
OF_MEAN = {
    "zero-inflated": partial(st.zero_inflated, "some ~ x", TABLE, zero=BESIDE),
    "hurdle": partial(st.hurdle, "some ~ x", TABLE, zero=BESIDE),
    "gumbel": partial(gumbel, "real ~ x", TABLE, scale=BESIDE),
    "failure times": partial(st.aft, "survival(cost) ~ x", TABLE, scale=BESIDE),
    "labels": partial(st.ordinal, "label ~ x", TABLE, levels=[0, 1, 2, 3], scale=BESIDE),
}


@pytest.mark.parametrize("name", NOT_OF_MEAN)
def test_no_effect_is_told_of_a_variable_that_the_mean_does_not_depend_on(name):
    """It was 0.0 with a standard error of 0.0 and p = 1."""
    fit = st.fit(NOT_OF_MEAN[name]())
    for ask in (
        fit.marginal_effects,
        lambda: fit.marginal_effects(variables=["z"]),
        lambda: fit.contrasts("f"),
        lambda: fit.contrasts("z", values=[0.0, 1.0], over="grid"),
        lambda: fit.means("f"),
        lambda: fit.plot("effect", "z"),
    ):
        with pytest.raises(st.IncompatibleError, match=r"does not depend on '[zf]', which stands in the formula of"):
            ask()
    assert fit.marginal_effects(variables=["x"]).se.item() > 0.0
    assert_allclose(fit.means("x", values=[0.0], by="f").estimate.diff()[1], 0.0, atol=1e-12)


@pytest.mark.parametrize("name", OF_MEAN)
def test_the_effect_is_that_on_the_mean_where_it_depends_on_the_other_parameter(name):
    fit = st.fit(OF_MEAN[name]())
    found = fit.marginal_effects(variables=["z", "f"])
    step = 1e-5
    ahead, behind = (np.asarray(fit.predict(TABLE.assign(z=TABLE.z + s))) for s in (step, -step))
    slopes = ((ahead - behind) / (2.0 * step)).mean(axis=0)
    jump = (np.asarray(fit.predict(TABLE.assign(f="b"))) - np.asarray(fit.predict(TABLE.assign(f="a")))).mean(axis=0)
    assert_allclose(found[found.term == "z"].estimate, np.ravel(slopes), rtol=1e-5, atol=1e-8)
    assert_allclose(found[found.term != "z"].estimate, np.ravel(jump), rtol=1e-8, atol=1e-12)
    assert (found.se > 0.0).all()
    if not fit.model.likelihood.outcome.has_several:
        for ask in (lambda: fit.means("f", over="grid"), lambda: fit.means("x", values=[0.0], by="f", over="grid")):
            with pytest.raises(st.IncompatibleError, match=r'over="grid" moves one linear predictor'):
                ask()


def test_a_posterior_has_no_effect_of_it_either():
    posterior = st.posterior(NOT_OF_MEAN["normal"](), seed=1)
    for ask in (lambda: posterior.marginal_effects(), lambda: posterior.contrasts("f")):
        with pytest.raises(st.IncompatibleError, match="does not depend on"):
            ask()
