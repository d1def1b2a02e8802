"""Fits of models that are no regressions of single rows: right ones are right, wrong ones are named."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.validation.explaining.audit import judged
from stattools.validation.explaining.causes import others
from stattools.validation.foreign.reading import described
from stattools.validation.recipes.recipe import Refit
from tests.validation.foreign.test_points import table
from tests.validation.foreign.test_refit import waits

ties = {"t": np.array([1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 5, 6.0]), "d": np.ones(12), "z": np.cos(np.arange(12.0))}


def changed(fit, **what):
    """The description of a fit with other numbers, or another word on convergence."""
    foreign = described(fit)
    numbers = foreign.numbers._replace(**{name: value for name, value in what.items() if name in ("estimate", "se")})
    rest = {name: value for name, value in what.items() if name in ("converged", "steps", "recipe")}
    return judged(replace(foreign, numbers=numbers, **rest))


@pytest.fixture(scope="module")
def mixed():
    return st.fit(st.linear_mixed("y ~ x + (1 | g)", table))


@pytest.mark.parametrize(
    "make",
    [
        lambda: st.fit(st.cox("survival(t, d) ~ z", waits)),
        lambda: st.fit(st.cox("survival(t, d) ~ z", waits), cov="HC0"),
        lambda: st.fit(st.poisson("k ~ x + (1 | g)", table)),
        lambda: st.fit(st.linear_mixed("y ~ x + (1 | g)", table), reml=False),
        lambda: st.fit(st.coin([1, 0, 1])),
        lambda: st.fit(st.local_level(np.cumsum(waits["z"]))),
    ],
    ids=["Cox", "robust", "mixed", "ML", "coin", "series"],
)
def test_our_own_fits_are_right(make):
    assert st.audit(make()).ok


def test_other_numbers_are_told_by_their_distance(mixed):
    estimate, se = described(mixed).numbers[:2]
    found = changed(mixed, estimate=estimate + np.nan_to_num(se) * np.array([0.0, 0.5, 0.0, 0.0]), converged=False)
    assert found.findings[0].cause == "stopped early"
    assert found.distance == pytest.approx(0.5, rel=0.01)  # along a curved likelihood
    off = estimate * np.array([1.0, 1.0, 3.0, 1.0])
    found = changed(mixed, estimate=off)
    assert found.findings[0].cause == "not the maximum"
    assert found.distance == pytest.approx(np.sqrt(2.0 * found.gain))
    assert changed(mixed, estimate=estimate * np.nan).findings[0].cause == "NaN reported as converged"


def test_the_other_likelihood_is_named(mixed):
    foreign = described(mixed)
    found = changed(mixed, recipe=Refit(foreign.model, {"reml": False}))
    assert found.findings[0].cause == "REML or ML"


def test_other_ties_are_named():
    fit = st.fit(st.cox("survival(t, d) ~ z", ties, ties="breslow"))
    found = changed(fit, recipe=Refit(replace(fit.model, ties="efron")))
    assert found.findings[0].cause == "ties"
    assert "breslow" in found.findings[0].evidence


def test_standard_errors_of_another_kind_are_named():
    fit = st.fit(st.cox("survival(t, d) ~ z", waits))
    robust = st.fit(fit.model, cov="HC0")
    assert changed(fit, se=robust.se).findings[0].cause == "standard errors of kind HC0"
    assert changed(fit, se=2.0 * fit.se).findings[0].cause == "standard errors of another kind"


def test_where_there_is_no_maximum_the_models_own_proof_says_so():
    rising = st.cox("survival(t) ~ z", {"t": [1.0, 2.0, 3.0, 4.0], "z": [4.0, 3.0, 2.0, 1.0]})
    fit = st.fit(st.cox("survival(t, d) ~ z", waits))
    found = changed(fit, recipe=Refit(rising), converged=True, steps=20)
    assert [one.cause for one in found.findings] == ["separation", "stopped on the way to infinity"]
    assert "z" in found.findings[0].evidence
    alone = st.linear_mixed("y ~ x + (x | g)", {"y": 2.0 * table["x"], "x": table["x"], "g": table["g"]})
    found = changed(fit, recipe=Refit(alone), estimate=np.ones(6), se=np.ones(6))
    assert found.findings[0].cause == "no maximum"


@pytest.mark.parametrize("penalty", [st.Jeffreys(), st.Ridge(2.0)], ids=str)
@pytest.mark.parametrize("model", [st.cox("survival(t, d) ~ z", waits), st.logistic("d ~ z", waits)], ids=str)
def test_a_penalty_of_our_own_is_named(model, penalty):
    found = st.audit(st.fit(model, penalty=penalty))
    assert [one.cause for one in found.findings if one.serious] == ["penalty"]


def test_models_without_relatives_have_no_other_recipes():
    assert list(others(Refit(st.coin([1, 0, 1])))) == []
