"""Firth's penalty of Cox's regression and of matched sets: brute force, another model's numbers, any units.

R's coxphf is this with Breslow's ties (Heinze & Schemper 2001).
"""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

import stattools as st
from stattools.inference.penalties import Jeffreys
from stattools.models.evaluation import Evaluation
from tests.cases import rng
from tests.sizes import first

FORMULA = "survival(month, died) ~ treated + age"
TRIAL: dict[str, Any] = {
    "month": [2, 3, 5, 6, 7, 8, 9, 12],
    "died": [1, 1, 0, 1, 0, 1, 0, 0],
    "treated": [0, 0, 1, 0, 1, 0, 1, 1],
    "age": [61, 48, 55, 70, 52, 59, 66, 49],
}
TIED = TRIAL | {"month": [1, 1, 1, 2, 2, 2, 3, 3]}


@pytest.mark.parametrize("ties", first(1, ["efron", "breslow"]))
@pytest.mark.parametrize("table", [TRIAL, TIED], ids=["apart", "tied"])
def test_it_is_the_maximum_of_the_penalized_likelihood(ties, table):
    model = st.cox(FORMULA, table, ties=ties)
    with pytest.raises(st.SeparationError, match=r"Use penalty=st\.Jeffreys\(\)"):
        st.fit(model)
    fit = st.fit(model, penalty=Jeffreys())
    found = minimize(
        lambda b: -model.loglik(b) - 0.5 * np.linalg.slogdet(model.evaluate(b).information)[1],
        fit.estimate + 0.1 * fit.se,
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-13},
    )
    assert_allclose(fit.estimate, found.x, atol=1e-6 * fit.se.max())  # a simplex sees half of float64's digits
    assert fit.solution.decrement <= 1e-8
    assert_allclose(fit.covariance, np.linalg.inv(model.evaluate(fit.estimate).information), rtol=1e-9)
    lower, upper = fit.interval(kind="profile")
    assert np.isfinite([lower, upper]).all()
    assert upper[0] < 0.5


def test_pairs_are_the_logistic_regression_of_their_differences():
    draw = rng(3)
    x = draw.normal(size=(24, 2))
    table = {"case": [1, 0] * 12, "pair": np.repeat(np.arange(12), 2), "a": x[:, 0], "b": x[:, 1]}
    pairs = st.fit(st.conditional_logit("case ~ a + b", table, strata="pair"), penalty=Jeffreys())
    apart = x[0::2] - x[1::2]
    sign = np.tile([1.0, -1.0], 6)
    other = st.fit(st.logistic(sign > 0, apart * sign[:, None], intercept=False), penalty=Jeffreys())
    assert_allclose(pairs.estimate, other.estimate, rtol=1e-9)
    assert_allclose(pairs.se, other.se, rtol=1e-9)
    assert_allclose(pairs.interval(kind="profile"), other.interval(kind="profile"), rtol=1e-6)


def test_units_and_origin_change_nothing():
    fit = st.fit(st.cox(FORMULA, TRIAL), penalty=Jeffreys())
    age, month = np.array(TRIAL["age"]), np.array(TRIAL["month"])
    moved = st.fit(st.cox(FORMULA, TRIAL | {"age": age + 1e5, "month": 1e6 * month}), penalty=Jeffreys())
    small = st.fit(st.cox(FORMULA, TRIAL | {"age": 1e-6 * age}), penalty=Jeffreys())
    assert_allclose(moved.estimate, fit.estimate, atol=1e-9 * fit.se.min())
    assert_allclose(small.estimate * [1.0, 1e-6], fit.estimate, atol=1e-9 * fit.se.min())


def test_with_many_events_the_bend_is_left_out_and_the_maximum_stays():
    draw = rng(4)
    x = draw.normal(size=1200)
    model = st.cox("survival(t) ~ x", {"t": draw.exponential(size=1200) * np.exp(-x), "x": x})
    fit, plain = st.fit(model, penalty=Jeffreys()), st.fit(model)
    assert fit.solution.decrement <= 1e-8
    assert 1e-4 < abs(fit.estimate[0] - plain.estimate[0]) / plain.se[0] < 0.1


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: st.fit(st.cox(FORMULA, TIED, ties="exact"), penalty=Jeffreys()), 'ties="efron"'),
        (lambda: st.fit(st.cox(FORMULA, TRIAL, cluster="age"), penalty=Jeffreys()), "without cluster="),
        (lambda: st.fit(st.cox(FORMULA, TRIAL), penalty=Jeffreys()).proportional_hazards(), "without penalty="),
        (lambda: st.fit(st.cox(FORMULA, TRIAL), penalty=st.Ridge(1.0)).overall, "is penalized"),
    ],
)
def test_what_has_no_penalty_is_said(ask, said):
    with pytest.raises(st.IncompatibleError, match=said):
        ask()


def test_aliased_columns_are_named():
    table = TRIAL | {"twice": 2 * np.array(TRIAL["age"])}
    with pytest.raises(st.IdentificationError, match="twice = 2 age"):
        st.fit(st.cox(FORMULA + " + twice", table), penalty=Jeffreys())


def test_the_overall_test_is_of_penalized_likelihoods():
    fit = st.fit(st.cox(FORMULA, TRIAL), penalty=Jeffreys())

    def height(b: Any) -> float:
        return fit.model.loglik(b) + 0.5 * float(np.linalg.slogdet(fit.model.evaluate(b).information)[1])

    assert fit.overall.statistic == pytest.approx(2.0 * (height(fit.estimate) - height(np.zeros(2))), rel=1e-10)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_where_the_information_is_singular_the_penalty_is_endless(order):
    nothing = Evaluation(-1.0, np.zeros(2), np.zeros((2, 2)))
    found = Jeffreys().term(st.cox(FORMULA, TRIAL), np.zeros(2), nothing, np.eye(2), order)
    assert found.loglik == -np.inf
    assert (found.score.size, found.information.size) == ((0, 0), (2, 0), (2, 4))[order]
