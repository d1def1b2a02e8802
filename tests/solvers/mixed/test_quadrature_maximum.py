"""The maximum by quadrature: certified values, exact answers of pairs, variances of 0, and what must change nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from scipy.special import expit

import stattools as st
from stattools.errors import DomainError
from stattools.numerics.quadrature import log_integral
from stattools.solvers.mixed.marginal_maximum import quadrature_maximum
from tests.cases import rng
from tests.latent.grouped_data import one_factor

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the certified data sets are not here")


@needs_data
def test_herds_have_the_certified_maximum():
    found = quadrature_maximum(
        st.logistic("incidence ~ C(period) + (1 | herd)", pd.read_csv(DATA / "cbpp.csv"), trials="size")
    )
    assert abs(found.loglik + 91.98336903731) < 1e-10
    values = [-1.39923044, -0.99140367, -1.12781947, -1.57947075, 0.64751848]
    assert_allclose(found.theta, values, atol=1e-8)  # as printed
    se = np.sqrt(np.diag(found.whole_covariance))
    assert_allclose(se, [0.23351159, 0.30676799, 0.32676837, 0.42759450, 0.18052483], atol=1e-8)
    assert found.status == "converged"
    assert found.integral.worst < 1e-6


@needs_data
def test_judges_have_the_likelihood_of_clmm():
    found = quadrature_maximum(st.ordinal("rating ~ temp + contact + (1 | judge)", pd.read_csv(DATA / "wine.csv")))
    assert_allclose(found.loglik, -81.53246071, atol=5e-9)  # as printed by ordinal::clmm, nAGQ=10
    assert_allclose(found.roots[0], 1.134783, atol=1e-5)


@pytest.mark.parametrize(
    ("family", "effects"),
    [
        ("poisson", 1),
        ("ordinal probit", 1),
        *(pytest.param(name, 2, marks=pytest.mark.slow) for name in ("gamma", "binomial")),
    ],
)
def test_the_likelihood_at_the_maximum_is_that_of_brute_force(family: str, effects: int):
    data = one_factor(family, effects=effects, groups=6)
    found = quadrature_maximum(data.family.call("y ~ x + (x | g)" if effects > 1 else "y ~ x + (1 | g)", data.table()))
    ordered = family.startswith("ordinal")  # thresholds stand for the intercept
    beta = np.append(0.0, found.estimate[:1]) if ordered else found.estimate[:2]
    exact = data.loglik(beta, found.estimate[1 if ordered else 2 :], found.roots)
    assert_allclose(found.loglik, exact, atol=1e-6)  # nodes that move no parameter by 1e-6 standard errors
    more = found.marginal.with_nodes(4 * found.integral.nodes).evaluate(found.at, 0).loglik
    assert_allclose(more, exact, rtol=1e-9)


@pytest.mark.nightly
def test_three_effects_have_the_likelihood_of_brute_force():
    data = one_factor("binomial", effects=3, groups=3)
    table = data.table()
    table["z"] = data.terms[0].z[:, 2]
    model = data.family.call("y ~ x + (x + z | g)", table)
    found = quadrature_maximum(model, nodes=8)
    exact = data.loglik(found.estimate, np.empty(0), found.roots)
    assert_allclose(found.marginal.with_nodes(40).evaluate(found.at, 0).loglik, exact, rtol=1e-8)


def pairs(both: int, one: int, none: int) -> pd.DataFrame:
    """So many pairs of two events, of one and of none."""
    y = np.array([[1, 1]] * both + [[1, 0]] * one + [[0, 0]] * none, dtype=float)
    return pd.DataFrame({"y": y.ravel(), "g": np.repeat(np.arange(len(y)), 2)})


def test_pairs_have_the_shares_that_were_seen():
    # an intercept and a variance make any shares of the three kinds of pairs, where pairs are alike
    counts = np.array([52.0, 50.0, 98.0])
    found = quadrature_maximum(st.logistic("y ~ 1 + (1 | g)", pairs(52, 50, 98)))
    (level,), sigma = found.estimate, abs(found.roots[0][0, 0])
    marks = np.linspace(-9.0, 9.0, 19)[None]
    shares = []
    for events in (2, 1, 0):

        def log_density(t: np.ndarray, row: np.ndarray, events: int = events) -> np.ndarray:
            eta = level + sigma * t
            return events * eta - 2.0 * np.logaddexp(0.0, eta) - 0.5 * t**2 - 0.5 * np.log(2.0 * np.pi)

        shares.append(np.exp(log_integral(log_density, marks)[0]))
    shares = np.array(shares) * [1.0, 2.0, 1.0]
    assert_allclose(200.0 * shares, counts, rtol=1e-6)  # shifts of nodes below 1e-6 standard errors
    one_order = np.log(np.where([True, False, True], shares, 0.5 * shares))
    assert_allclose(found.loglik, counts @ one_order, rtol=1e-10)
    laplace = quadrature_maximum(st.logistic("y ~ 1 + (1 | g)", pairs(52, 50, 98)), nodes=1)
    assert sigma > 1.2 * laplace.roots[0][0, 0]


def crossed_slopes(groups: int, rows: int, root: np.ndarray, seed: int = 0) -> pd.DataFrame:
    random = rng(seed)
    n = groups * rows
    g, x = np.repeat(np.arange(groups), rows), random.normal(size=n)
    u = root @ random.normal(size=(2, groups))
    eta = 0.3 + 0.5 * x + u[0, g] + u[1, g] * x
    return pd.DataFrame(
        {"y": (random.random(n) < expit(eta)).astype(float), "x": x, "g": g, "k": random.poisson(np.exp(eta))}
    )


def test_a_variance_of_zero_is_the_maximum_where_groups_differ_too_little():
    table = pairs(30, 100, 30)  # fewer pairs alike than by chance
    found = quadrature_maximum(st.logistic("y ~ 1 + (1 | g)", table))
    assert found.roots[0][0, 0] == 0.0
    assert found.converged
    alone = st.fit(st.logistic("y ~ 1", table))
    assert_allclose(found.loglik, alone.loglik, rtol=1e-12)
    assert_allclose(np.sqrt(found.covariance[0, 0]), alone.se[0], rtol=1e-9)
    assert found.marginal.bends(found.at)[0][0, 0] < 0.0
    # off a zero that is no maximum the climb leads on
    leaves = st.logistic("y ~ 1 + (1 | g)", pairs(52, 50, 98))
    best = quadrature_maximum(leaves)
    again = quadrature_maximum(leaves, start=np.append(best.at[:1], 0.0))
    assert_allclose(again.loglik, best.loglik, rtol=1e-12)


@pytest.mark.slow
def test_a_slope_that_goes_with_the_level_has_a_singular_covariance():
    table = crossed_slopes(40, 6, np.array([[1.0, 0.0], [0.3, 0.0]]), seed=5)
    found = quadrature_maximum(st.poisson("k ~ x + (x | g)", table))
    assert found.converged
    values = np.linalg.eigvalsh(found.covariances[0])
    bend = found.marginal.bends(found.at)[0]
    T = found.marginal.factors(found.at)[0]
    assert_allclose(bend @ T, 0.0, atol=1e-6 * np.abs(bend).max())
    assert np.linalg.eigvalsh(bend)[-1] < 1e-6 * np.abs(bend).max()
    assert values[0] >= -1e-15
    assert np.isfinite(found.whole_covariance).all()


@pytest.mark.slow
def test_origin_and_unit_of_a_column_change_nothing():
    table = crossed_slopes(30, 5, np.array([[1.0, 0.0], [0.2, 0.6]]), seed=2)
    moved = table.assign(x=2000.0 + 365.25 * table["x"])
    one, other = (quadrature_maximum(st.logistic("y ~ x + (x | g)", t)) for t in (table, moved))
    se = np.sqrt(np.diag(one.covariance))
    back = np.array([other.estimate[0] + 2000.0 * other.estimate[1], 365.25 * other.estimate[1]])
    assert np.abs((back - one.estimate) / se).max() < 1e-9
    assert_allclose(365.25 * np.sqrt(other.covariance[1, 1]), se[1], rtol=1e-9)
    assert_allclose(other.loglik, one.loglik, rtol=1e-13)
    K = np.array([[1.0, 2000.0], [0.0, 365.25]])
    assert_allclose(K @ other.covariances[0] @ K.T, one.covariances[0], rtol=1e-7)


@pytest.mark.slow
def test_the_unit_of_the_outcome_changes_standard_errors_by_as_much():
    random = rng(0)
    g = np.repeat(np.arange(20), 5)
    y = 1.0 + random.normal(size=20)[g] + random.logistic(size=100)
    logistic = st.likelihood(stats.logistic, parameters={"loc": "identity", "scale": "log"})
    found = [
        quadrature_maximum(st.regression("y ~ 1 + (1 | g)", {"y": unit * y, "g": g}, logistic))
        for unit in (1.0, 1e-7, 1e7)
    ]
    for one, unit in zip(found, (1.0, 1e-7, 1e7), strict=True):
        units = np.array([unit, 1.0, unit])
        se, expected = (np.sqrt(np.diag(each.whole_covariance)) for each in (one, found[0]))
        assert_allclose(se / units, expected, rtol=1e-6)  # derivatives of this likelihood are differences
        assert_allclose(one.roots[0] / unit, found[0].roots[0], rtol=1e-6)


def test_nodes_that_are_given_stay_and_their_error_is_said():
    found = quadrature_maximum(st.logistic("y ~ 1 + (1 | g)", pairs(52, 50, 98)), nodes=7)
    assert found.integral.nodes == 7
    assert found.integral.worst > 1e-4
    assert found.converged


def test_a_dispersion_does_not_stand_for_effects_that_are_there():
    y = np.array([3.0, 2.0, 0.0, 0.0, 11.0, 19.0, 12.0, 14.0])
    model = st.negative_binomial("y ~ 1 + (1 | g)", {"y": y, "g": np.repeat(np.arange(4), 2)})
    found = quadrature_maximum(model)
    # without effects alpha takes up what differs between groups, which is a maximum too
    alone = quadrature_maximum(model, start=np.append(found.marginal.work.start, 0.0))
    assert alone.roots[0][0, 0] == 0.0
    assert_allclose([found.loglik, alone.loglik], [-21.594207, -24.581186], atol=1e-5)  # by this climb from both ends
    assert found.roots[0][0, 0] > 1.0


def test_more_nodes_than_memory_holds_are_refused():
    table = crossed_slopes(20, 4, np.eye(2))
    with pytest.raises(DomainError, match=r"2 axes, 250,000 together at most; got 501, .* Give 500 or fewer"):
        quadrature_maximum(st.poisson("k ~ x + (x | g)", table), nodes=501)


@pytest.mark.nightly
def test_three_effects_are_integrated():
    random = rng(14)
    table = crossed_slopes(40, 8, np.array([[0.8, 0.0], [0.2, 0.5]]), seed=4)
    table["z"] = random.normal(size=len(table))
    found = quadrature_maximum(st.poisson("k ~ x + z + (x + z | g)", table))
    assert found.converged
    assert found.integral.worst < 1e-6
    more = found.marginal.with_nodes(2 * found.integral.nodes).evaluate(found.at)
    assert_allclose(more.loglik, found.loglik, rtol=1e-9)


def test_numbers_beyond_float64_on_the_way_are_refused_in_words():
    x, w = [0.024, -1.493, -1.765], [8, 2, 5]
    table = {"y": [0.537, 3.766, 0.564], "x": x, "g": [8, 2, 3], "w": w}
    with pytest.raises(st.IdentificationError, match="constant within each level"):
        st.fit(st.aft("survival(y, y < 2) ~ x + (1 | g)", table, weights="w"))
    table = {"y": [0, 0, 1, 1], "x": np.array([0.6, 0.32, 0.6, -0.7]) * 1e-110, "g": list("abcd"), "w": [3, 4, 6, 5]}
    with pytest.raises(st.ConvergenceError, match="flat to the last digit"):
        st.fit(st.probit("y ~ (0 + x || g)", table, weights="w"))
