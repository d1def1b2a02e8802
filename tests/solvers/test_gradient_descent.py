"""Gradient descent: Barzilai-Borwein on the seed's data, and the diagnosis of a fixed step that diverges."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.cases import rng

TABLE = {"y": [20, 40, 60, 80, 100], "x1": [1, 5, 7, 9, 11], "x2": [23, 29, 60, 85, 99]}
MODEL = st.ols("y ~ x1 + x2", TABLE)


@pytest.mark.parametrize("standardize", [None, True, False])
def test_barzilai_borwein_reaches_the_printed_digits(standardize):
    fit = st.fit(MODEL, solver=st.GradientDescent(step="barzilai-borwein", standardize=standardize))
    assert [f"{value:.6f}" for value in fit.estimate] == ["4.344435", "4.387702", "0.450958"]
    assert fit.solution.decrement <= 1e-8


def test_the_largest_stable_step_is_named():
    X = MODEL.rows.X
    limit = 2.0 / np.linalg.eigvalsh(X.T @ X / 5)[-1]
    assert f"{limit:.3e}" == "4.490e-04"
    with pytest.raises(st.ConvergenceError) as caught:
        st.fit(MODEL, solver=st.GradientDescent(step=0.05))
    message = str(caught.value)
    for piece in (
        "GradientDescent(step=0.05) diverges",
        "largest stable step is 4.490e-04 on the mean log-likelihood with unit scale",
        "on the residual sum of squares it is 4.490e-05",
        'step="barzilai-borwein"',
    ):
        assert piece in message
    solution = caught.value.solution
    assert solution.status == "diverged"
    assert solution.steps <= 3
    assert len(solution.trace) >= 2


def test_the_limit_is_the_limit():
    """Just below it the log-likelihood rises at every step; just above it the divergence is found."""
    limit = 2.0 / np.linalg.eigvalsh(MODEL.rows.X.T @ MODEL.rows.X / 5)[-1]
    solution = st.GradientDescent(step=0.999 * limit, max_steps=200).solve(MODEL)
    loglik = [entry.loglik for entry in solution.trace]
    assert (np.diff(loglik) >= 0).all()
    with pytest.raises(st.ConvergenceError, match="diverges"):
        st.GradientDescent(step=1.01 * limit, max_steps=5000).solve(MODEL)


def test_a_fixed_step_on_standardized_columns_converges():
    fit = st.fit(MODEL, solver=st.GradientDescent(step=0.9, standardize=True))
    assert_allclose(fit.estimate, st.fit(MODEL).estimate, rtol=1e-7)


def test_a_logistic_step_too_long_is_diagnosed():
    g = rng(1)
    X = g.normal(size=(200, 2)) * 50
    y = g.integers(0, 2, 200)
    with pytest.raises(st.ConvergenceError, match="largest stable step is"):
        st.fit(st.logistic(y, X), solver=st.GradientDescent(step=1.0))


def test_a_step_too_short_says_so():
    with pytest.raises(st.ConvergenceError, match=r"stopped after 50 steps"):
        st.fit(MODEL, solver=st.GradientDescent(step=1e-6, max_steps=50))


@pytest.mark.parametrize("step", [0.0, -1.0, np.nan, "newton", True, None])
def test_bad_steps_are_refused(step):
    with pytest.raises(st.DomainError, match="needs step"):
        st.GradientDescent(step=step)
