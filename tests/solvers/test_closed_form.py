"""The closed form is the maximum that the model states, with the variance there."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.solution import ClosedForm


def test_a_proportion():
    found = ClosedForm().solve(st.binomial(7, 20))
    assert_allclose(found.estimate, [0.35], rtol=1e-15)
    assert_allclose(found.covariance, [[0.35 * 0.65 / 20]], rtol=1e-14)
    assert (found.status, found.decrement, found.steps) == ("converged", 0.0, 0)
    assert found.trace == ((0, found.loglik, 0.0),)


def test_several_arms_have_a_diagonal_covariance():
    k, n = np.array([3, 8]), np.array([10, 40])
    found = ClosedForm().solve(st.binomial(k, n))
    assert_allclose(found.estimate, k / n, rtol=1e-15)
    assert_allclose(found.covariance, np.diag(k / n * (1 - k / n) / n), rtol=1e-14)


def test_what_has_none_is_refused():
    with pytest.raises(st.IncompatibleError, match=r"a model with a closed-form maximum; got Logistic regression"):
        ClosedForm().solve(st.logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0]))
