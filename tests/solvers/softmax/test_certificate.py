"""Both ends of a climb reach the maximum, and say how near they are."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from stattools.interface import memory
from stattools.solvers.climb import newton_ascent
from stattools.solvers.quasi_newton import ascend
from stattools.solvers.softmax.maximum import by_gradients, by_information, require_room
from stattools.solvers.softmax.passes import SoftmaxPasses, metric_at
from tests.solvers.softmax.problems import problem


@pytest.fixture(scope="module")
def begun():
    """Passes in both precisions, a climb that stopped a tenth of a standard error away, and where it should lead."""
    passes = SoftmaxPasses(problem())
    single = passes.single()
    found = ascend(
        lambda theta: passes.evaluate(theta, order=1),
        np.zeros(6),
        lambda theta: metric_at(single, theta, own=True),
        tolerance=0.1,
        max_steps=50,
        rebuild=(10,),
        n=passes.n,
    )
    return passes, single, found, newton_ascent(passes, np.zeros(6), 1e-10, 30, "Newton")


def test_by_information_has_standard_errors(begun):
    passes, _, found, exact = begun
    solution = by_information(passes, found, 1e-8)
    assert solution.converged
    assert solution.decrement <= 1e-8
    assert_allclose(solution.covariance, exact.covariance, rtol=1e-6)
    assert_allclose(solution.estimate, exact.estimate, atol=2e-8 * np.sqrt(exact.covariance.diagonal()).max())


def test_by_gradients_measures_without_a_matrix(begun):
    passes, single, found, exact = begun
    single.keep_probabilities(found.here.theta)
    solution = by_gradients(passes, single, found, found.here.metric.metric, 1e-8)
    assert solution.converged
    assert np.isnan(solution.covariance).all()
    gap = (solution.estimate - exact.estimate) / np.sqrt(exact.covariance.diagonal())
    assert (np.abs(gap) <= 2e-8).all()


def test_an_information_that_memory_does_not_hold_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1e9)
    require_room(10, 2)
    with pytest.raises(DomainError, match=r"Standard errors of 1,000,000 coefficients"):
        require_room(1_000_000, 2)
