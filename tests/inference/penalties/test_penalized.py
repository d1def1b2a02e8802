"""Penalized fits against closed forms, brute force and R's published numbers."""

import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from scipy import special
from scipy.optimize import minimize

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


CASES = cases()
SEPARATED = {
    "complete": st.logistic([0, 0, 0, 1, 1], [1.0, 2, 3, 5, 8]),
    "quasi-complete": st.logistic([0, 0, 1, 0, 1, 1], [0.0, 0, 0, 0, 1, 1]),
    "three categories, complete": st.softmax(list("aabbcc"), [1.0, 2, 3, 4, 5, 6]),
    "three categories, quasi-complete": st.softmax(list("abcabcaa"), [0.0, 0, 0, 0, 0, 0, 1, 1]),
}


def firth_by_definition(model, theta):
    """The slow twin of the penalized log-likelihood: the determinant itself."""
    return model.loglik(theta) + 0.5 * np.linalg.slogdet(model.information(theta))[1]


@pytest.mark.parametrize("penalty", [Jeffreys(), Ridge(0.7)], ids=str)
@pytest.mark.parametrize("name", CASES)
def test_score_and_information_are_the_derivatives(name, penalty):
    model = CASES[name]
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


@pytest.mark.parametrize("name", CASES)
def test_jeffreys_is_half_the_log_determinant_in_the_users_coordinates(name):
    model = CASES[name]
    whole = penalized(model, Jeffreys())
    work, T = whole.standardized()
    phi = 0.3 * rng(2).normal(size=len(model.names))
    assert_allclose(whole.loglik(T @ phi), firth_by_definition(model, T @ phi), rtol=1e-12)
    assert_allclose(work.loglik(phi), firth_by_definition(model, T @ phi), rtol=1e-12)


@pytest.mark.parametrize("name", [*CASES, *SEPARATED])
def test_jeffreys_against_brute_force(name):
    model = (CASES | SEPARATED)[name]
    solution = maximize(model, Jeffreys())
    assert solution.decrement <= 1e-8
    found = minimize(
        lambda theta: -firth_by_definition(model, theta),
        solution.estimate + 0.3 * se(solution) * rng(3).normal(size=len(model.names)),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 20_000, "maxfev": 20_000, "adaptive": True},
    )
    assert_allclose(solution.loglik, -found.fun, rtol=1e-11)
    assert_allclose(
        found.x, solution.estimate, atol=2e-5 * se(solution).max()
    )  # a simplex sees half of float64's digits
    assert_allclose(solution.covariance, np.linalg.inv(model.information(solution.estimate)), rtol=1e-7, atol=1e-12)


def test_sex2_as_in_logistf():
    """R: logistf(case ~ age+oc+vic+vicl+vis+dia, data=sex2), the example of its manual: coef and se(coef).

    R was not run here: the numbers are quoted, and the brute force above is the proof.
    """
    solution = maximize(st.logistic("case ~ age + oc + vic + vicl + vis + dia", classics.sex2()), Jeffreys())
    coef = [0.12025404, -1.10598130, -0.06881673, 2.26887464, -2.11140816, -0.78831694, 3.09601166]
    errors = [0.4855415, 0.4236601, 0.4437934, 0.5484160, 0.5430824, 0.4173676, 1.6750220]
    assert_allclose(solution.estimate, coef, atol=5e-7)  # logistf stops at 1e-5 in the score
    assert_allclose(se(solution), errors, rtol=1e-5)


def test_endometrial_as_in_brglm2():
    """R: glm(HG ~ NV + PI + EH, binomial, method = "brglmFit"), in the vignettes of brglm2.

    R was not run here: the numbers are quoted, and the brute force above is the proof.
    """
    solution = maximize(st.logistic("HG ~ NV + PI + EH", classics.endometrial()), Jeffreys())
    assert_allclose(solution.estimate, [3.77456, 2.92927, -0.03475, -2.60416], atol=5e-6)  # to the digits printed
    assert_allclose(se(solution), [1.48869, 1.55076, 0.03958, 0.77602], atol=5e-6)


def test_saturated_groups_add_one_half_to_each_cell():
    """Firth (1993): the log odds of a group with s and f are log((s + 1/2) / (f + 1/2)), 0 of n included."""
    data = {"s": [0, 3, 7], "f": [5, 4, 0], "g": ["a", "b", "c"]}
    solution = maximize(st.logistic("s + f ~ 0 + g", data), Jeffreys())
    assert_allclose(solution.estimate, np.log(np.array([0.5, 3.5, 7.5]) / [5.5, 4.5, 0.5]), rtol=1e-9)
    three = maximize(st.softmax(list("aaaab"), np.ones((5, 1)), intercept=False), Jeffreys())
    assert_allclose(three.estimate, [np.log(1.5 / 4.5)], rtol=1e-9)
    counts = maximize(st.poisson([0, 0, 1], np.ones((3, 1)), intercept=False), Jeffreys())
    assert_allclose(counts.estimate, [np.log(1.5 / 3)], rtol=1e-9)


def test_categories_without_columns_add_one_half_to_each_count():
    model = st.softmax(["a"] * 6 + ["b"] * 3 + ["c"], np.ones((10, 1)), intercept=False)
    assert_allclose(maximize(model, Jeffreys()).estimate, np.log([3.5 / 6.5, 1.5 / 6.5]), rtol=1e-9)


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


def test_jeffreys_does_not_depend_on_the_reference():
    frame = pd.DataFrame({"y": list("abcabcaabb"), "x": rng(4).normal(size=10)})
    a = maximize(st.softmax("y ~ x", frame), Jeffreys()).estimate.reshape(2, 2)
    b = maximize(st.softmax("y ~ x", frame, reference="c"), Jeffreys()).estimate.reshape(2, 2)
    assert_allclose(b, [-a[1], a[0] - a[1]], rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(some.integers(0, 10**6), some.floats(-1e3, 1e3), some.floats(-6, 6))
def test_jeffreys_is_invariant_under_units_and_origins_of_columns(seed, origin, power):
    g = rng(seed)
    X = g.normal(size=(15, 2))
    y = (X[:, 0] + 0.5 * g.logistic(size=15) > 0).astype(int)  # often separated
    if len(set(y)) == 1:
        return
    unit = 10.0**power
    a = maximize(st.logistic(y, X), Jeffreys())
    b = maximize(st.logistic(y, np.column_stack([unit * (X[:, 0] + origin), X[:, 1]])), Jeffreys())
    tolerance = 1e-6 * se(a)  # both are within 1e-8 standard errors, and the shifted column is rounded
    assert_allclose(b.estimate[1:] * [unit, 1.0], a.estimate[1:], atol=tolerance.max())
    assert_allclose(
        b.estimate[0] + b.estimate[1] * unit * origin, a.estimate[0], atol=tolerance.max() + 1e-9 * abs(origin)
    )


@pytest.mark.parametrize("name", [*CASES, *SEPARATED])
@pytest.mark.parametrize("strength", [0.1, 5.0])
def test_ridge_against_brute_force(name, strength):
    model = (CASES | SEPARATED)[name]
    solution = maximize(model, Ridge(strength, centered=False))
    slope = np.array([not each.endswith("Intercept") for each in model.names])
    found = minimize(
        lambda theta: -model.loglik(theta) + 0.5 * strength * theta[slope] @ theta[slope],
        np.zeros(len(slope)),
        jac=lambda theta: -model.score(theta) + strength * np.where(slope, theta, 0.0),
        method="BFGS",
        options={"gtol": 1e-9},
    )
    assert_allclose(solution.estimate, found.x, rtol=1e-6, atol=1e-7)
    assert_allclose(solution.loglik, -found.fun, rtol=1e-11)


def reference_data(n: int, p: int = 3):
    g = rng(11)
    X = g.normal(size=(n, p)) * [5.0, *[1.0] * (p - 1)]
    names = np.array(["a", "b", "c", "d"])
    return names[np.argmax(X[:, :1] * [0.2, -0.1, 0, 0.05] + g.gumbel(size=(n, 4)), axis=1)], X


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("centered", [None, True, False])
def test_a_ridge_does_not_depend_on_the_reference_unless_told_so(large, centered, monkeypatch):
    monkeypatch.setattr(sys.modules["stattools.inference.penalties.penalized"], "large", lambda model: large)
    y, X = reference_data(150)
    fits = [st.fit(st.softmax(y, X, reference=r), penalty=Ridge(20.0, centered=centered)) for r in "abcd"]
    shares = [fit.predict()[list("abcd")].to_numpy() for fit in fits]
    apart = max(np.abs(share - shares[0]).max() for share in shares)
    assert apart > 0.02 if centered is False else apart < 1e-7  # within 1e-8 standard errors each


def test_softmax_of_two_categories_is_a_logistic_regression_with_a_ridge_too():
    y, X = reference_data(150)
    two = y < "b"
    softmax, logistic = (st.fit(make(two, X), penalty=Ridge(3.0)) for make in (st.softmax, st.logistic))
    assert_allclose(softmax.estimate, logistic.estimate, rtol=1e-7)
    half = st.fit(st.softmax(two, X), penalty=Ridge(6.0, centered=True))
    assert_allclose(half.estimate, logistic.estimate, rtol=1e-7)


@pytest.mark.parametrize("centered", ["yes", 1, 0])
def test_centered_is_true_or_false(centered):
    with pytest.raises(st.DomainError, match=r"centered= of Ridge.* True or False"):
        Ridge(1.0, centered=centered)
    assert [repr(Ridge(0.5)), repr(Ridge(2.0, centered=False))] == ["Ridge(0.5)", "Ridge(2, centered=False)"]


@pytest.mark.parametrize("centered", [None, True, False])
def test_the_matrix_of_the_penalty_is_its_curvature(centered):
    y, X = reference_data(30)
    model, penalty = st.softmax(y, X), Ridge(2.0, centered=centered)
    theta, T = rng(3).normal(size=12), np.eye(12)
    term = penalty.term(model, theta, model.evaluate(theta), T, 2)
    assert_allclose(penalty.quadratic(model), term.information)
    assert_allclose(term.loglik, -0.5 * theta @ term.information @ theta)


def test_ridge_on_least_squares_is_the_normal_equations():
    g = rng(5)
    X = g.normal(size=(30, 3))
    y = g.normal(size=30)
    A = np.column_stack([np.ones(30), X])
    expected = np.linalg.solve(A.T @ A + 3.0 * np.diag([0.0, 1, 1, 1]), A.T @ y)
    assert_allclose(maximize(st.ols(y, X), Ridge(3.0)).estimate, expected, rtol=1e-9)


def test_ridge_leaves_the_dispersion_alone():
    g = rng(6)
    model = st.negative_binomial(g.negative_binomial(2, 0.4, 80), g.normal(size=(80, 1)))
    strong = maximize(model, Ridge(1e8)).estimate
    empty = st.fit(st.negative_binomial(model.rows.y, np.ones((80, 1)), intercept=False)).estimate
    assert_allclose(strong, [empty[0], 0.0, empty[1]], atol=1e-6)


@pytest.mark.parametrize("name", ["logistic", "poisson", "softmax"])
def test_ridge_tends_to_maximum_likelihood(name):
    model = CASES[name]
    fit = st.fit(model)
    gaps = [np.abs(maximize(model, Ridge(s)).estimate - fit.estimate).max() for s in (1e-3, 1e-5, 1e-12)]
    assert_allclose(gaps[0] / gaps[1], 100.0, rtol=0.02)  # linear in the strength
    assert gaps[2] <= 1e-8


def test_ridge_takes_more_columns_than_rows():
    g = rng(7)
    X, y = g.normal(size=(10, 30)), g.integers(0, 2, 10)
    solution = maximize(st.logistic(y, X), Ridge(1.0))
    assert_allclose(solution.estimate[1:], X.T @ (y - special.expit(solution.estimate[0] + X @ solution.estimate[1:])))


@pytest.mark.parametrize("name", ["logistic", "weighted softmax"])
def test_many_coefficients_take_fisher_steps(name, monkeypatch):
    """Where there are many the second derivative is left out; the maximum is the same."""
    exact = maximize(CASES[name], Jeffreys())
    monkeypatch.setattr("stattools.inference.penalties.jeffreys.LARGE", 2)
    fisher = maximize(CASES[name], Jeffreys())
    assert fisher.steps > exact.steps
    assert_allclose(fisher.estimate, exact.estimate, atol=1e-7 * se(exact).max())


@pytest.mark.parametrize("strength", [0, -1.0, np.nan, np.inf, "1", True, None])
def test_strength_is_positive(strength):
    with pytest.raises(st.DomainError, match=r"Ridge needs a positive, finite strength, such as 1\.0; got"):
        Ridge(strength)


def test_errors():
    g = rng(9)
    ols = st.ols(g.normal(size=9), g.normal(size=9))
    with pytest.raises(
        st.IncompatibleError, match=r"Jeffreys needs a logistic, softmax or Poisson regression; got Linear"
    ):
        maximize(ols, Jeffreys())
    with pytest.raises(st.IncompatibleError, match=r"got Probit regression\. Use st\.Ridge"):
        penalized(st.probit([0, 1, 0, 1], [1.0, 2, 3, 4]), Jeffreys())
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


def test_a_constant_column_is_an_intercept_whatever_its_name():
    g = np.random.default_rng(4)
    X, y = g.normal(size=(50, 2)) + 3.0, g.integers(0, 2, 50)
    own = st.fit(st.logistic(y, np.column_stack([np.ones(50), X]), intercept=False), penalty=st.Ridge(3.0))
    added = st.fit(st.logistic(y, X), penalty=st.Ridge(3.0))
    assert_allclose(own.estimate, added.estimate, rtol=1e-9)
    assert added.table().attrs["note"] == "penalized: no standard errors"
    assert "penalized: no standard errors" in str(added)


@pytest.mark.parametrize("n", [4, 5])
def test_a_ridge_with_as_many_columns_as_rows_is_no_exact_fit(n):
    X, y = rng(0).normal(size=(n, 4)), rng(1).normal(size=n)
    with pytest.raises(st.IdentificationError, match="coefficients are determined, but the residual scale") as raised:
        st.fit(st.ols(y, X), penalty=st.Ridge(1.0))
    assert "exact" not in str(raised.value)
    assert "tests say nothing" not in str(st.fit(st.ols(0.0 * y, X[:, :1]), penalty=st.Ridge(1.0)))


def test_two_intercepts_under_a_ridge_are_told_by_their_names():
    g = np.random.default_rng(4)
    table = {"y": g.integers(0, 3, 50), "x": g.normal(size=50), "k": np.ones(50)}
    with pytest.raises(
        st.IdentificationError, match="leaves intercepts alone, and 'Intercept' and 'k' are both constant"
    ):
        st.fit(st.softmax("y ~ x + k", table), penalty=st.Ridge(1.0))


def test_a_column_of_zeros_is_no_intercept():
    """Nothing but the penalty says what its coefficient is."""
    x, y = np.array([1.0, 2.0, 4.0, 5.0]), [1.0, 2.0, 2.5, 4.0]
    fit = st.fit(st.ols(y, np.column_stack([x, np.zeros(4)])), penalty=st.Ridge(1.0))
    assert fit.estimate[2] == 0.0
    alone = st.fit(st.ols(y, x), penalty=st.Ridge(1.0))
    np.testing.assert_allclose(fit.estimate[:2], alone.estimate, rtol=1e-10)
