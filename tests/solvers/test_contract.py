"""Every solver reaches the same maximum, says how close it is, and refuses what it cannot take."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.cases import SOLVERS, rng

pytestmark = pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)


def problems():
    g = rng(0)
    n = 400
    x = g.normal(size=(n, 3))
    X = x * [1.0, 300.0, 1e-3] + [0.0, 2000.0, 5.0]
    eta = 0.3 + x @ [0.5, -1.0, 0.2]
    yield st.ols(eta + g.normal(size=n), X)
    yield st.logistic(g.random(n) < 1 / (1 + np.exp(-eta)), X)
    yield st.poisson(g.poisson(np.exp(eta)), X)
    yield st.softmax(np.argmax(np.column_stack([np.zeros(n), eta, -eta]) + g.gumbel(size=(n, 3)), axis=1), X)


@pytest.mark.parametrize("model", list(problems()), ids=lambda m: m.kind)
def test_reaches_the_maximum(model, solver):
    exact = st.fit(model)
    fit = st.fit(model, solver=solver)
    assert (np.abs(fit.estimate - exact.estimate) <= 3e-8 * exact.se).all()
    assert_allclose(fit.se, exact.se, rtol=1e-7)
    assert fit.solution.converged
    assert fit.solution.decrement <= 1e-8
    assert fit.solution.solver.startswith(type(solver).__name__)


@pytest.mark.parametrize("model", list(problems()), ids=lambda m: m.kind)
def test_decrement_bounds_the_distance(model, solver):
    """Stopped early, every coefficient is still within the decrement of the maximum, in standard errors."""
    exact = st.fit(model)
    solution = type(solver)(tolerance=1e-3).solve(model)
    assert solution.decrement <= 1e-3
    distance = np.abs(solution.estimate - exact.estimate) / exact.se
    assert (distance <= 1.01 * solution.decrement + 1e-10).all()


@pytest.mark.parametrize("model", list(problems()), ids=lambda m: m.kind)
def test_trace_ends_at_the_maximum(model, solver):
    solution = solver.solve(model)
    steps = [entry.step for entry in solution.trace]
    assert steps == list(range(len(steps)))
    assert_allclose(solution.trace[-1].loglik, max(entry.loglik for entry in solution.trace), rtol=1e-9)
    assert_allclose(solution.loglik, solution.trace[-1].loglik, rtol=1e-12)


def test_exact_fits_converge(solver):
    x = np.arange(12.0)
    fit = st.fit(st.ols(3.0 + 2.0 * x - x**2, np.column_stack([x, x**2])), solver=solver)
    assert_allclose(fit.estimate, [3.0, 2.0, -1.0], rtol=1e-9, atol=1e-9)


def test_huge_counts(solver):
    g = rng(5)
    x = g.normal(size=50)
    y = g.poisson(np.exp(19.0 + 0.5 * x)).astype(float)
    fit = st.fit(st.poisson(y, x), solver=solver)
    assert_allclose(fit.estimate, [19.0, 0.5], atol=1e-3)
    assert fit.solution.decrement <= 1e-6


def test_too_few_steps_is_an_error_with_the_numbers(solver):
    model = list(problems())[1]
    short = type(solver)(max_steps=1)
    if isinstance(short, st.LBFGS):  # its closing Newton steps finish this one
        assert st.fit(model, solver=short).solution.converged
        return
    with pytest.raises(st.ConvergenceError, match=r"standard errors from the maximum of Logistic regression") as caught:
        st.fit(model, solver=short)
    assert caught.value.solution.status == "max-steps"
    assert not caught.value.solution.converged


@pytest.mark.parametrize("options", [{"tolerance": 0.0}, {"tolerance": np.nan}, {"max_steps": 0}, {"max_steps": 2.5}])
def test_bad_options_are_refused(solver, options):
    with pytest.raises(st.DomainError, match=next(iter(options))):
        type(solver)(**options)


def test_a_proportion_is_refused(solver):
    with pytest.raises(st.IncompatibleError, match="closed form"):
        st.fit(st.coin([0, 1, 1]), solver=solver)
