"""Penalized fits against closed forms, brute force and R's published numbers."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import special

import stattools as st
from stattools.inference.penalties import Jeffreys, Ridge, maximize, penalized
from tests.cases import rng
from tests.inference.existence import classics


def se(solution):
    return np.sqrt(np.diagonal(solution.covariance))


def cases(n: int = 60):
    g = rng(0)
    X = g.normal(size=(n, 2)) + [3.0, 0.0]
    weights = g.integers(0, 4, n)
    return {
        "logistic": st.logistic(g.integers(0, 2, n), X),
        "weighted": st.logistic(g.integers(0, 2, n), X, weights=weights),
        "grouped": st.logistic(g.integers(0, 3, n), X, trials=np.full(n, 3), offset=X[:, 1]),
        "poisson": st.poisson(g.poisson(2.0, n), X),
        "softmax": st.softmax(g.integers(0, 3, n), X),
        "softmax of two": st.softmax(g.integers(0, 2, n), X),
        "weighted softmax": st.softmax(g.integers(0, 4, n), X, weights=weights),
    }


def not_canonical(n: int = 60):
    """Models that have Jeffreys' penalty and no canonical link; the last four are separated."""
    g = rng(3)
    X = g.normal(size=(n, 2))
    some = st.glm(g.integers(0, 3, n), X, family="binomial", link="cloglog", trials=np.full(n, 3), offset=0.2 * X[:, 1])
    return {
        "probit": st.probit(g.integers(0, 2, n), X, weights=g.integers(0, 4, n)),
        "grouped cloglog": some,
        "negative binomial": st.negative_binomial(g.negative_binomial(2, 0.4, n), X, weights=g.integers(0, 4, n)),
        "separated probit": st.probit([0, 0, 0, 1, 1], [1.0, 2, 3, 5, 8]),
        "separated cauchit": st.glm([0, 0, 1, 0, 1, 1], [0.0, 0, 0, 0, 1, 1], family="binomial", link="cauchit"),
        "separated counts": st.poisson([0, 0, 0, 3, 1, 4], [1.0, 1, 1, 0, 0, 0]),
        "separated overdispersed counts": st.negative_binomial([0, 0, 0, 3, 0, 9, 1], [1.0, 1, 1, 0, 0, 0, 0]),
    }


CASES = cases()
OTHERS = not_canonical()
SEPARATED = {
    "complete": st.logistic([0, 0, 0, 1, 1], [1.0, 2, 3, 5, 8]),
    "quasi-complete": st.logistic([0, 0, 1, 0, 1, 1], [0.0, 0, 0, 0, 1, 1]),
    "three categories, complete": st.softmax(list("aabbcc"), [1.0, 2, 3, 4, 5, 6]),
    "three categories, quasi-complete": st.softmax(list("abcabcaa"), [0.0, 0, 0, 0, 0, 0, 1, 1]),
}


def firth_by_definition(model, theta):
    """The slow twin of the penalized log-likelihood: the determinant itself."""
    return model.loglik(theta) + 0.5 * np.linalg.slogdet(expected_information(model, theta))[1]


def expected_information(model, theta):
    """About the coefficients of the mean: the square of its slope over the variance, row by row."""
    likelihood, rows = model.likelihood, model.rows
    if likelihood.facts.canonical:
        return model.information(theta)
    eta = model.eta(theta)
    weight = np.ones(len(rows.X)) if rows.weight is None else rows.weight
    w = weight * likelihood.slope(eta)[:, 0, 0] ** 2 / likelihood.variance(eta, rows.y)
    return (rows.X.T * w) @ rows.X


@pytest.mark.parametrize("penalty", [Jeffreys(), Ridge(0.7)], ids=str)
@pytest.mark.parametrize("name", [*CASES, *OTHERS])
def test_score_and_information_are_the_derivatives(name, penalty):
    model = (CASES | OTHERS)[name]
    target, _ = penalized(model, penalty).standardized()
    theta = 0.4 * rng(1).normal(size=len(model.names))
    now, h = target.evaluate(theta), 1e-5
    steps = h * np.eye(len(theta))
    slope = [(target.loglik(theta + d) - target.loglik(theta - d)) / (2 * h) for d in steps]
    bend = [(target.evaluate(theta - d, 1).score - target.evaluate(theta + d, 1).score) / (2 * h) for d in steps]
    size = np.abs(now.information).max()
    assert_allclose(now.score, slope, atol=1e-8 * size)
    assert_allclose(now.information, bend, atol=1e-8 * size)
    assert target.evaluate(theta, 0).loglik == target.evaluate(theta, 1).loglik == now.loglik


@pytest.mark.parametrize("penalty", [Jeffreys(), Ridge(2.0)], ids=str)
def test_two_categories_are_the_logistic_fit_and_weight_two_is_the_row_twice(penalty):
    frame = classics.endometrial()
    formula = "HG ~ NV + PI + EH"
    one, two = maximize(st.logistic(formula, frame), penalty), maximize(st.softmax(formula, frame), penalty)
    assert_allclose(one.estimate, two.estimate, rtol=1e-7)
    assert_allclose(one.covariance, two.covariance, rtol=1e-7, atol=1e-12)
    twice = maximize(st.logistic(formula, pd.concat([frame, frame])), penalty)
    weighted = maximize(st.logistic(formula, frame, weights=np.full(79, 2)), penalty)
    assert_allclose(weighted.estimate, twice.estimate, rtol=1e-7)
    assert_allclose(weighted.loglik, twice.loglik, rtol=1e-11)


def reference_data(n: int, p: int = 3):
    g = rng(11)
    X = g.normal(size=(n, p)) * [5.0, *[1.0] * (p - 1)]
    names = np.array(["a", "b", "c", "d"])
    return names[np.argmax(X[:, :1] * [0.2, -0.1, 0, 0.05] + g.gumbel(size=(n, 4)), axis=1)], X


@pytest.mark.parametrize("name", ["logistic", "weighted softmax"])
def test_many_coefficients_take_fisher_steps(name, monkeypatch):
    """Where there are many the second derivative is left out; the maximum is the same."""
    exact = maximize(CASES[name], Jeffreys())
    module = import_module("stattools.inference.penalties.penalized")
    monkeypatch.setattr(module, "LARGE", 2)
    monkeypatch.setattr(module, "MOST", 0.0)
    monkeypatch.setattr(module, "change_of_information", None)
    fisher = maximize(CASES[name], Jeffreys())
    assert fisher.steps > exact.steps
    assert_allclose(fisher.estimate, exact.estimate, atol=1e-7 * se(exact).max())


def test_errors():
    g = rng(9)
    ols = st.ols(g.normal(size=9), g.normal(size=9))
    with pytest.raises(st.IncompatibleError, match=r"Jeffreys needs a logistic, probit.* regression; got Linear"):
        maximize(ols, Jeffreys())
    risks = st.glm([0, 1, 0, 1], [1.0, 2, 3, 4], family="binomial", link="log")
    with pytest.raises(st.IncompatibleError, match=r"got Binomial regression with link log\. Use st\.Ridge"):
        penalized(risks, Jeffreys())  # its information has no bound where a probability is 1
    with pytest.raises(
        st.IncompatibleError, match=r"penalty= needs st\.Jeffreys\(\) or st\.Ridge\(strength\); got 'l2'"
    ):
        maximize(ols, "l2")
    with pytest.raises(st.IncompatibleError, match=r"a penalty needs the solver st\.Newton\(\); got LBFGS"):
        maximize(CASES["logistic"], Jeffreys(), st.LBFGS())
    twins = st.logistic([0, 1, 0, 1, 1], np.array([[1.0, 2, 3, 4, 5]] * 2).T, names=["a", "b"])
    with pytest.raises(st.IdentificationError, match="b = a"):
        maximize(twins, Jeffreys())
    with pytest.raises(st.IdentificationError, match="4 coefficients and only 3 rows"):
        maximize(st.logistic([0, 1, 0], g.normal(size=(3, 3))), Jeffreys())


@pytest.mark.parametrize("more", [{}, {"weights": np.arange(700) % 3, "offset": np.linspace(-1.0, 1.0, 700)}], ids=str)
def test_a_logistic_regression_of_many_columns_takes_passes_to_the_same_maximum(more):
    rng = np.random.default_rng(4)
    X = rng.normal(size=(700, 250)) * rng.uniform(0.1, 30.0, 250) + 3.0
    X[:, 7] = 0.0
    model = st.logistic((rng.random(700) < special.expit(X[:, 0] - 3.0)).astype(int), X, **more)
    fit, newton = (st.fit(model, penalty=st.Ridge(2.0), solver=solver) for solver in (None, st.Newton()))
    assert fit.solution.solver.startswith("L-BFGS")
    assert newton.solution.solver == "Newton"
    assert_allclose(fit.estimate, newton.estimate, rtol=1e-7, atol=1e-9)  # both within 1e-8 standard errors
    assert_allclose(fit.loglik, newton.loglik, rtol=1e-9)  # without the penalty it moves with the estimates
    assert fit.solution.decrement <= 1e-8
