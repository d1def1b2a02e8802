"""Quasi-Newton in whitened coordinates ends where Newton's method does, and its trace is of both parts."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from tests.cases import rng


def model(scales=(1.0, 1.0, 1.0)):
    g = rng(4)
    X = g.normal(size=(120, 3)) * scales
    return st.poisson(g.poisson(np.exp(0.3 * X @ (1.0 / np.array(scales)))), X)


def test_it_ends_where_newton_does():
    found, exact = st.LBFGS().solve(model()), st.Newton().solve(model())
    assert_allclose(found.estimate, exact.estimate, rtol=1e-9)
    assert_allclose(found.covariance, exact.covariance, rtol=1e-8)
    assert_allclose(found.loglik, exact.loglik, rtol=1e-13)


def test_units_change_nothing():
    scales = (1.0, 1e-4, 1e5)
    one, other = st.LBFGS().solve(model()), st.LBFGS().solve(model(scales))
    assert one.steps == other.steps
    assert_allclose(other.estimate, one.estimate / np.array([1.0, *scales]), rtol=1e-8)


def test_closing_steps_finish_what_was_stopped_early():
    found = st.LBFGS(max_steps=1).solve(model())
    assert found.converged
    assert found.decrement <= 1e-8
    assert [entry.step for entry in found.trace] == list(range(len(found.trace)))
