"""The likelihood of a mixed model in its own parameters is that of a multivariate normal, whatever the origins."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal

import stattools as st
from stattools.latent.covariance_factors import triangle

RNG = np.random.default_rng(11)
N = 60
TABLE = pd.DataFrame({"x": RNG.normal(size=N), "z": RNG.normal(size=N), "w": RNG.uniform(0.5, 2.0, N)})
TABLE["g"], TABLE["h"] = RNG.integers(0, 8, N), RNG.integers(0, 5, N)
TABLE["y"] = 1.0 + TABLE.x + RNG.normal(size=8)[TABLE.g] + RNG.normal(size=N)
FORMULAS = [
    "y ~ x + (1 | g)",
    "y ~ x + (x | g)",
    "y ~ x + (0 + x | g)",
    "y ~ x + (x || g)",
    "y ~ z + (x + z | g)",
    "y ~ x + (x | g) + (1 | h)",
    "y ~ x + (1 | g/h)",
]


def point(model, rng):
    """Parameters somewhere."""
    low, high, _ = model.ranges
    theta = rng.uniform(0.3, 1.5, len(low))
    return np.where(np.isfinite(high), rng.uniform(-0.7, 0.7, len(low)), theta)


def dense(model, theta):
    """The log density of y by its covariance matrix."""
    mixed, first = model.mixed, len(model.mixed.names)
    precision = np.ones(N) if mixed.precision is None else mixed.precision
    V = theta[-1] ** 2 * np.diag(1.0 / precision)
    for term in mixed.random:
        q = len(term.columns)
        count = q * (q - 1) // 2
        s, corr = theta[first : first + q], theta[first + q : first + q + count]
        z = term.z.copy()
        if q > 1:
            z[:, 1:] -= np.average(z[:, 1:], axis=0, weights=precision)
        root = z @ (s[:, None] * triangle(corr, q))
        V += (root @ root.T) * (term.codes[:, None] == term.codes)
        first += q + count
    return multivariate_normal.logpdf(mixed.y, mixed.X @ theta[: len(mixed.names)], V)


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("precision", [None, "w"])
def test_log_likelihood_and_score(formula, precision):
    model = st.linear_mixed(formula, TABLE, precision=precision).density
    theta = point(model, np.random.default_rng(1))
    now = model.evaluate(theta, 2)
    assert_allclose(now.loglik, dense(model, theta), rtol=1e-11)
    for k, step in enumerate(1e-5 * np.eye(len(theta))):
        slope = (dense(model, theta + step) - dense(model, theta - step)) / 2e-5
        assert_allclose(now.score[k], slope, rtol=1e-6, atol=1e-6)  # the difference of a dense log density
        bend = (model.evaluate(theta - step, 1).score - model.evaluate(theta + step, 1).score) / 2e-5
        assert_allclose(now.information[k], bend, rtol=1e-4, atol=1e-5)  # two differences


def test_origin_and_unit_of_columns_change_nothing():
    near = st.linear_mixed("y ~ x + (x | g)", TABLE).density
    far = st.linear_mixed("y ~ x + (x | g)", TABLE.assign(x=2e6 + 100.0 * TABLE.x)).density
    theta = point(near, np.random.default_rng(2))
    there = theta.copy()
    there[1], there[3] = theta[1] / 100.0, theta[3] / 100.0
    there[0] -= there[1] * 2e6
    assert_allclose(far.evaluate(there, 0).loglik, near.evaluate(theta, 0).loglik, rtol=1e-9)  # x keeps 9 digits of 16


def test_parameters_say_what_they_are():
    model = st.linear_mixed("y ~ x + (x + z | g)", TABLE).density
    assert model.names == (
        "Intercept", "x",
        "sd(level at the mean | g)", "sd(x | g)", "sd(z | g)",
        "cor(level at the mean, x | g)", "cor(level at the mean, z | g)", "cor(x, z | g) given level at the mean",
        "sigma",
    )  # fmt: skip
    assert_allclose(model.ranges[0], [-np.inf, -np.inf, 0, 0, 0, -1, -1, -1, 0])
    assert_allclose(model.ranges[1], [np.inf] * 5 + [1.0] * 3 + [np.inf])


SIMULATIONS = 60


@pytest.mark.nightly
def test_calibration_of_draws_by_simulation():
    """Parameters from the prior, data, and draws given the data: the ranks of the parameters are uniform."""
    rng = np.random.default_rng(5)
    g, x = np.repeat(np.arange(10), 6), rng.normal(size=60)
    prior = {"Intercept": st.Normal(0, 1), "x": st.Normal(0, 1), "sd(level at the mean | g)": st.HalfNormal(1)}
    prior |= {
        "sd(x | g)": st.HalfNormal(1),
        "cor(level at the mean, x | g)": st.Uniform(-1, 1),
        "sigma": st.HalfNormal(1),
    }
    below = []
    for turn in range(SIMULATIONS):
        theta = np.array([float(np.ravel(one.sample(1, seed=rng))[0]) for one in prior.values()])
        L = theta[2:4, None] * triangle(theta[4:5], 2)
        u = rng.normal(size=(10, 2)) @ L.T
        y = theta[0] + theta[1] * x + u[g, 0] + u[g, 1] * (x - x.mean()) + theta[5] * rng.normal(size=60)
        model = st.linear_mixed("y ~ x + (x | g)", {"y": y, "x": x, "g": g})
        draws = st.posterior(model, prior=prior, draws=100, chains=2, tune=200, seed=turn)
        below.append((draws.flat < theta).mean(axis=0))
    ranks = np.sort(np.array(below), axis=0)
    gap = np.abs(ranks - (np.arange(SIMULATIONS)[:, None] + 0.5) / SIMULATIONS).max(axis=0)
    assert (np.sqrt(SIMULATIONS) * gap).max() < 1.9  # Kolmogorov's distance; six of them exceed it once in 110 times


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("precision", [None, "w"])
def test_errors_too_small_for_the_effects_have_no_density(formula, precision):
    model = st.linear_mixed(formula, TABLE, precision=precision).density
    for size in 10.0 ** -np.array([3, 6, 8, 10, 12, 14, 16, 18, 20, 30, 100, 200, 300]):
        theta = model.start
        theta[-1] *= size
        now = model.evaluate(theta, 2)
        assert now.loglik <= -1e6
        assert now.is_finite or np.isnan(now.score).all() or not np.isfinite(now.information).all()
