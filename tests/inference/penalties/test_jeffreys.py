"""Firth's penalty: half the log determinant, logistf's and brglm2's numbers, any units and any reference."""

from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from scipy.optimize import minimize

import stattools as st
from stattools.inference.penalties import Jeffreys, maximize, penalized
from stattools.inference.penalties.penalized import (
    between_rows,
    change_of_information,
    change_of_weights,
    flat,
    leverage,
)
from stattools.likelihoods.likelihood import cumulants_of
from tests.cases import rng
from tests.inference.existence import classics
from tests.inference.penalties.test_penalized import (
    CASES,
    OTHERS,
    SEPARATED,
    expected_information,
    firth_by_definition,
    se,
)


@pytest.mark.parametrize("name", [*CASES, *OTHERS])
def test_jeffreys_is_half_the_log_determinant_in_the_users_coordinates(name):
    model = (CASES | OTHERS)[name]
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


@pytest.mark.parametrize("name", OTHERS)
def test_other_links_against_brute_force(name):
    model = OTHERS[name]
    solution = maximize(model, Jeffreys())
    assert solution.decrement <= 1e-8
    unit = se(solution)
    found = minimize(
        lambda z: -firth_by_definition(model, solution.estimate + unit * z),
        0.3 * rng(3).normal(size=len(unit)),
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-12, "maxiter": 2000},
    )
    assert_allclose(solution.loglik, -found.fun, rtol=1e-10)
    assert_allclose(found.x, 0.0, atol=2e-5)  # a simplex sees half of float64's digits
    about = model.information if model.likelihood.others else lambda theta: expected_information(model, theta)
    assert_allclose(solution.covariance, np.linalg.inv(about(solution.estimate)), rtol=1e-7, atol=1e-12)


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


LINKED = {
    "probit": ([-2.8104830755, 0.6245517946], [1.7169171424, 0.3579859609]),
    "cloglog": ([-3.1879867819, 0.6234344526], [2.0442455102, 0.3828396075]),
}


@pytest.mark.parametrize("link", LINKED)
def test_other_links_as_in_brglm2(link):
    """R: glm(y ~ x, binomial(link), method = "brglmFit", type = "MPL_Jeffreys"), with x 1 to 8 and y 0 up to 4."""
    table = {"x": np.arange(1.0, 9), "y": np.arange(8) > 3}
    fit = st.fit(st.glm("y ~ x", table, family="binomial", link=link), penalty=Jeffreys())
    assert_allclose(fit.estimate, LINKED[link][0], rtol=1e-6)  # brglm2 stops at 1e-6
    assert_allclose(fit.se, LINKED[link][1], rtol=1e-6)
    assert st.validate(fit).ok


def test_a_group_without_counts_has_half_a_count_whatever_the_dispersion():
    table = {"y": [3, 0, 9, 1, 0, 0, 0, 0], "g": list("aaaabbbb")}
    model = st.negative_binomial("y ~ 0 + g", table)
    with pytest.raises(st.SeparationError, match=r"Use penalty=st\.Jeffreys\(\)"):
        st.fit(model)
    fit = st.fit(model, penalty=Jeffreys())
    assert_allclose(fit.estimate[:2], np.log([13.5 / 4, 0.5 / 4]), rtol=1e-7)
    assert st.validate(fit).ok


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


G = rng(2)
X = np.column_stack([np.ones(9), G.normal(size=9)])


def test_leverages_are_quadratic_forms():
    W, width = G.normal(size=(6, 6)), 3
    V = W @ W.T
    found = leverage(W, X, width)
    for i, x in enumerate(X):
        J = np.kron(np.eye(width), x)
        assert_allclose(found[i], J @ V @ J.T, rtol=1e-12)


def test_the_change_of_the_information_is_its_derivative():
    model = st.softmax(np.resize([0, 1, 2], 9), X[:, 1])
    theta, h = 0.3 * G.normal(size=4), 1e-5
    eta = model.eta(theta)
    moved: Any = cumulants_of(model.likelihood, eta, model.rows.y, np.ones(9))
    found = change_of_information(moved.skewness(), model.rows.X)
    for k, step in enumerate(h * np.eye(4)):
        ahead, behind = model.evaluate(theta + step).information, model.evaluate(theta - step).information
        assert_allclose(found[:, :, k], (ahead - behind) / (2 * h), atol=1e-8)


def test_the_change_of_weights_is_that_of_a_weighted_product():
    slopes = G.normal(size=(9, 3))
    for k, found in enumerate(change_of_weights(slopes, X)):
        assert_allclose(found, X.T @ np.diag(slopes[:, k]) @ X, rtol=1e-12)


def test_one_predictor_is_flat():
    assert flat(np.ones((4, 1))).shape == flat(np.ones((4, 1, 1))).shape == (4,)
    assert flat(np.ones((4, 2))).shape == (4, 2)


def test_products_between_rows_say_what_the_derivative_of_the_information_does(monkeypatch):
    monkeypatch.setattr(import_module("stattools.inference.penalties.penalized"), "AT_ONCE", 7)
    r = rng(4)
    X, slopes = r.normal(size=(30, 4)), r.normal(size=(30, 5))
    W = np.linalg.inv(np.linalg.cholesky(X.T @ X)).T
    change = (W.T @ change_of_weights(slopes, X) @ W).reshape(5, -1)
    assert_allclose(between_rows(X @ W, slopes), change @ change.T, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_the_second_derivative_of_hundreds_of_levels_is_that_of_its_slopes(link):
    """A fit of more coefficients than the derivative of the information is made for ends in a few steps too."""
    r = rng(5)
    table = {"y": r.integers(0, 2, 400), "g": np.r_[np.arange(125), r.integers(0, 125, 275)]}
    model = st.glm("y ~ C(g)", table, family="binomial", link=link)
    whole = penalized(model, Jeffreys())
    theta, step = 0.3 * r.normal(size=125), 1e-6 * r.normal(size=125)
    slope = (whole.evaluate(theta - step).score - whole.evaluate(theta + step).score) / 2e-6
    assert_allclose(whole.evaluate(theta).information @ (step / 1e-6), slope, rtol=1e-5, atol=1e-6)
    found = maximize(model, Jeffreys())
    assert found.decrement <= 1e-8
    assert found.steps <= 8
