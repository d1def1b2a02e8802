"""A solution in other coordinates is the same solution, and measures itself only when it is asked."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.metric import Metric
from stattools.solvers.solution import Known, Solution, require_rows, require_tolerance


@pytest.fixture
def solution():
    H = np.array([[4.0, 1.0], [1.0, 3.0]])
    return Solution(np.array([1.0, -2.0]), np.linalg.inv(H), -5.0, "converged", 3, 1e-9, (), "Newton", Metric(H))


def test_lengths_do_not_depend_on_coordinates(solution):
    T = np.array([[2.0, 0.5], [0.0, -1.0]])
    moved = solution.mapped(T)
    gap = np.array([0.3, 0.7])
    assert_allclose(moved.estimate, T @ solution.estimate, rtol=1e-15)
    length = gap @ np.linalg.solve(solution.covariance, gap)
    assert_allclose((T @ gap) @ np.linalg.solve(moved.covariance, T @ gap), length, rtol=1e-13)
    assert (moved.loglik, moved.decrement) == (solution.loglik, solution.decrement)
    assert solution.mapped(None) is solution


def test_the_condition_is_that_of_the_information_at_unit_diagonal(solution):
    scaled = np.array([[1.0, 1.0 / np.sqrt(12.0)], [1.0 / np.sqrt(12.0), 1.0]])
    assert_allclose(solution.rcond, 1.0 / np.linalg.cond(scaled, 1), rtol=1e-12)
    assert solution.digits is None
    assert Known(0.5).well_conditioned(0.5)
    assert not Known(0.5).well_conditioned(0.6)


def test_least_squares_knows_its_digits():
    found = st.LeastSquares().solve(st.ols([1.0, 3.0, 2.0, 5.0], [0.0, 1.0, 2.0, 3.0]))
    assert found.digits is not None
    assert found.digits.smallest > 14
    assert_allclose(found.residual_sums, [2.7, 39.0], rtol=1e-13)


@pytest.mark.parametrize("status", ["converged", "round-off", "max-steps", "diverged"])
def test_only_two_statuses_are_a_maximum(solution, status):
    found = Solution(solution.estimate, solution.covariance, 0.0, status, 1, 0.0, (), "Newton")
    assert found.converged == (status in ("converged", "round-off"))


@pytest.mark.parametrize("tolerance", [0.0, -1e-8, np.nan, np.inf, "small", None])
def test_a_tolerance_is_positive(tolerance):
    with pytest.raises(st.DomainError, match=r"Newton needs a positive tolerance, in standard errors; got"):
        require_tolerance("Newton", tolerance, 10)
    require_tolerance("Newton", 1e-300, 1)


@pytest.mark.parametrize("steps", [0, -1, 2.5, "ten", True])
def test_steps_are_counted(steps):
    with pytest.raises(st.DomainError, match="max_steps= of Newton"):
        require_tolerance("Newton", 1e-8, steps)


def test_a_sample_with_a_closed_form_is_sent_there():
    with pytest.raises(st.IncompatibleError, match=r"Newton needs rows; got .*Leave solver= out"):
        require_rows("Newton", "rows", st.binomial(1, 2))
    require_rows("Newton", "rows", st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))
