"""`st.to_arviz` of everything that has draws is what it makes of itself; of everything else an error that names it."""

import arviz
import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose

import stattools as st

TABLE = {"y": [1.0, 3.0, 5.0, 8.0, 4.0], "k": [0, 1, 0, 1, 1], "x": [0, 1, 2, 3, 5], "g": list("aabbb")}
EXACT = {
    "Beta": lambda: st.Beta(1, 1).update(st.coin("k ~ g", TABLE)),
    "Gamma": lambda: st.Gamma(1, 1).update(st.poisson_rate("k ~ g", TABLE)),
    "Normal": lambda: st.Normal(0, 1).update(st.normal("y ~ g", TABLE, sd=1.0)),
    "NormalInverseGamma": lambda: st.NormalInverseGamma(0, 1, 1, 1).update(TABLE["y"]),
    "Dirichlet": lambda: st.Dirichlet(1).update(TABLE["g"]),
    "regression": lambda: st.NormalInverseGammaRegression.flat().update(st.ols("y ~ x", TABLE)),
    "NormalInverseWishart": lambda: st.NormalInverseWishart([0, 0], 1, 4, np.eye(2)).update(
        st.multivariate_normal([[1.0, 2.0], [2.0, 1.0], [0.0, 3.0]])
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_of_an_exact_posterior_it_is_its_own_tree(name):
    posterior = EXACT[name]()
    tree = st.to_arviz(posterior, draws=20, seed=3)
    xarray.testing.assert_identical(tree, posterior.to_arviz(draws=20, seed=3))
    assert tree["posterior"].sizes["draw"] == 20


def test_of_draws_it_is_their_tree():
    posterior = st.posterior(st.logistic("k ~ x", TABLE), prior=st.Normal(0, 1), seed=1, method="importance", draws=50)
    xarray.testing.assert_identical(st.to_arviz(posterior), posterior.to_arviz())
    with pytest.raises(st.IncompatibleError, match=r"draws= and seed= for fits and exact posteriors; .* has its draws"):
        st.to_arviz(posterior, draws=10, seed=1)
    paths = st.simulate_states(st.fit(st.local_level([1.0, 3.0, 2.0, 4.0, 3.0, 6.0])), draws=5, seed=1)
    xarray.testing.assert_identical(st.to_arviz(paths), paths.to_arviz())


def test_of_a_fit_it_is_its_asymptotic_distribution():
    fit = st.fit(st.ols("y ~ x", TABLE))
    tree = st.to_arviz(fit, draws=10)
    assert "not a posterior" in tree.attrs["inference"]
    assert st.to_arviz(fit)["posterior"].sizes["draw"] == 4000
    xarray.testing.assert_identical(tree, st.to_arviz(fit, draws=10, seed=0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: st.ols("y ~ x", TABLE), "got the model Linear regression: fit it first"),
        (lambda: st.fit(st.one_vs_rest("g ~ x", TABLE), penalty=st.Jeffreys()), "no standard errors of all its"),
        (lambda: st.fit(st.network("k ~ x", TABLE, hidden=[1]), seed=1, members=2), "no standard errors of all its"),
        (lambda: st.Beta.haldane(), "got Improper, which has no draws"),
        (lambda: st.Beta, "got type, which has no draws"),
        (lambda: [1, 2], "got list, which has no draws"),
    ],
)
def test_what_has_no_draws_is_refused_by_name(make, message):
    with pytest.raises(st.IncompatibleError, match=message):
        st.to_arviz(make())


RNG = np.random.default_rng(5)
X = RNG.normal(size=50)
DATA = {"x": X, "y": 1 + X + RNG.normal(size=50), "k": RNG.poisson(RNG.gamma(2, np.exp(0.5 * X)))}


def test_draws_have_the_moments_of_the_fit():
    fit = st.fit(st.ols("y ~ x", DATA))
    tree = st.to_arviz(fit, draws=20000, seed=1)
    beta = tree["posterior"]["beta"].values[0]
    assert_allclose(beta.mean(axis=0), fit.estimate, atol=4 * fit.se.max() / np.sqrt(20000))
    assert_allclose(np.quantile(beta, 0.975, axis=0), fit.interval(0.95).upper, atol=0.05 * fit.se.max())
    assert "not a posterior" in tree.attrs["inference"]
    assert tree.attrs["formula"] == "y ~ x"
    assert np.isfinite(arviz.loo(tree).elpd)


def test_alpha_is_on_its_own_scale():
    fit = st.fit(st.negative_binomial("k ~ x", DATA))
    alpha = st.to_arviz(fit, draws=4000, seed=1)["posterior"]["alpha"].values
    assert_allclose(np.median(np.log(alpha)), fit.estimate[-1], atol=0.1 * fit.se[-1])


def test_what_has_no_standard_errors_is_refused():
    with pytest.raises(st.IncompatibleError, match="to_arviz needs standard errors"):
        st.to_arviz(st.fit(st.logistic((DATA["y"] > 1).astype(int), X), penalty=st.Ridge(1.0)))
