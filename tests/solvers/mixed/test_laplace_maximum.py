"""The maximum of Laplace's approximation: certified values, zeros, invariance, and that it is a maximum."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.mixed.marginal_maximum import _rough, laplace_maximum
from tests.cases import rng
from tests.models.mixed.small_mixed import crossed, mixed, term

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not beside the project")


@needs_data
def test_cbpp():
    table = pd.read_csv(DATA / "cbpp.csv")
    fixed = st.logistic("incidence ~ C(period)", table, trials="size")
    found = laplace_maximum(mixed(fixed, term(table.herd, "herd")))
    assert found.converged
    assert_allclose(found.loglik, -92.0262818648, rtol=1e-12)


@needs_data
def test_wine():
    """ordinal::clmm says -81.565409292 by default, and with gradTol=1e-8 for its inner modes what is right here."""
    table = pd.read_csv(DATA / "wine.csv")
    found = laplace_maximum(mixed(st.ordinal("rating ~ temp + contact", table), term(table.judge, "judge")))
    assert_allclose(found.loglik, -81.565412776, atol=2e-9)
    assert_allclose(found.roots[0], 1.131139, atol=2e-6)


@pytest.fixture(scope="module")
def usual():
    return laplace_maximum(crossed())


def test_nothing_near_is_higher(usual):
    assert usual.decrement <= 1e-8
    rng = np.random.default_rng(3)
    for _ in range(5):
        near = usual.at + 0.02 * rng.normal(size=len(usual.at))
        assert usual.marginal.evaluate(near, 0).loglik < usual.loglik


def test_origin_and_unit_change_nothing(usual):
    other = laplace_maximum(crossed(origin=2000.0, unit=10.0))
    se = np.sqrt(usual.covariance.diagonal())
    assert_allclose(other.loglik, usual.loglik, rtol=1e-12)
    assert abs(other.estimate[1] * 10.0 - usual.estimate[1]) < 1e-7 * se[1]
    to_user = np.array([[1.0, -200.0], [0.0, 0.1]])
    assert_allclose(other.covariances[0], to_user @ usual.covariances[0] @ to_user.T, rtol=1e-6)


def test_an_effect_without_variance_is_zero_and_a_zero_that_rises_is_left():
    model = crossed(spread=(1.0, 0.0), slopes=False, seed=9)
    found = laplace_maximum(model)
    assert found.converged
    assert found.roots[1].tolist() == [[0.0]]
    start = np.where(np.arange(len(found.at)) >= 2, 0.0, found.at)
    again = laplace_maximum(model, start)
    assert_allclose(again.loglik, found.loglik, rtol=1e-12)
    assert again.roots[0][0, 0] > 0.5


@pytest.mark.slow
@needs_data
def test_the_error_of_the_integral_is_that_of_quadrature():
    """Quadrature moves the standard deviation of cbpp by 0.0294 standard errors, and fixed effects by 0.003."""
    table = pd.read_csv(DATA / "cbpp.csv")
    found = laplace_maximum(mixed(st.logistic("incidence ~ C(period)", table, trials="size"), term(table.herd, "herd")))
    error = found.integral.error
    assert_allclose(error[-1], 0.0294, atol=0.006)
    assert np.abs(error[:-1]).max() < 0.005


def test_groups_that_are_nearly_pure_have_a_maximum_far_out():
    """Most of twelve groups are all 0 or all 1: curvature that is carried on tells too little there, and the climb took
    more than 200 steps.
    """
    rng = np.random.default_rng(4)
    J = int(rng.choice([2, 3, 5, 12, 40]))
    g = np.repeat(np.arange(J), rng.poisson(rng.choice([1, 3, 8]), J) + 1)
    x, h = rng.normal(size=len(g)), rng.integers(0, int(rng.choice([2, 4, 9])), len(g))
    b = rng.normal(0.0, rng.choice([0, 0.3, 1, 4]), J)[g]
    eta = rng.choice([-2, 0, 1]) + rng.choice([0, 1, 3]) * x + b
    rng.choice(["a", "b", "c"], len(g))
    y = (rng.random(len(g)) < 1.0 / (1.0 + np.exp(-eta))).astype(int)
    found = laplace_maximum(mixed(st.probit("y ~ x", {"y": y, "x": x}), term(g, "g"), term(h, "h")))
    assert found.converged
    assert found.steps < 60
    assert_allclose(found.loglik, -30.6092093127, rtol=1e-10)
    assert_allclose([root[0, 0] for root in found.roots], [8.35397772, 0.88768648], rtol=1e-6)


@pytest.mark.slow
def test_a_dispersion_does_not_take_up_what_differs_between_groups():
    """At a standard deviation of 0 the log-likelihood has a local maximum of -24.58."""
    y, g = [3, 2, 0, 0, 11, 19, 12, 14], np.arange(8) // 2
    found = laplace_maximum(mixed(st.negative_binomial("y ~ 1", {"y": y}), term(g, "g")))
    assert found.converged
    assert_allclose(found.loglik, -21.61953701, rtol=1e-8)


@pytest.mark.parametrize("tau", [1e-12, 1e-5])
def test_the_metric_of_a_curve_that_is_nearly_a_line_is_no_round_off(tau):
    g = rng(6)
    table = {"c": g.poisson(2.0, 60), "u": g.uniform(size=60), "g": np.arange(60) % 5}
    by = st.poisson("c ~ s(u) + (1 | g)", table).laplace
    theta = np.array([0.3, tau])
    found = _rough(by, theta, by.evaluate(theta, 1))
    beside = _rough(by, np.array([0.3, 1e-2]), by.evaluate(np.array([0.3, 1e-2]), 1))
    assert_allclose(found, beside, atol=0.1 * np.abs(beside).max())
