"""Log odds of hundreds, against 700-digit arithmetic."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.tables.arrays import binary


def test_bernoulli_at_800():
    loglik, score, information = st.Bernoulli().evaluate(np.array([800.0, -800.0, 800.0]), np.array([0.0, 1.0, 1.0]))
    assert loglik.tolist() == [-800.0, -800.0, 0.0]
    assert score.tolist() == [-1.0, 1.0, 0.0]
    assert (information >= 0).all()


@given(some.floats(-700, 700), some.sampled_from([0.0, 1.0]))
def test_bernoulli_keeps_relative_accuracy(eta, y):
    with mpmath.workdps(700):
        exact = -mpmath.log1p(mpmath.exp(-mpmath.mpf(eta) * (1 if y else -1)))
        assert_allclose(float(st.Bernoulli().loglik(eta, y)), float(exact), rtol=4e-15)
        assert_allclose(float(st.Bernoulli().evaluate(eta, y)[0]), float(exact), rtol=4e-15)


def test_what_is_given_to_an_evaluation_is_left_as_it_was():
    eta, y = np.array([0.5, -2.0, 3.0]), np.array([1.0, 0.0, 0.0])
    one = st.Bernoulli().evaluate(eta, y)
    assert (eta.tolist(), y.tolist()) == ([0.5, -2.0, 3.0], [1.0, 0.0, 0.0])
    many = st.Bernoulli().evaluate(np.stack([eta, -eta]), y)  # many points at the same outcomes
    for single, rows in zip(one, many, strict=True):
        assert_allclose(rows[0], single, rtol=1e-15)
    assert_allclose(many[1][1], st.Bernoulli().score(-eta, y), rtol=1e-15)


def test_codes_of_two_labels():
    for codes in ([0.0, 1.0], [0, 1], [False, True]):
        assert binary(np.array(codes), "y")[0].tolist() == [0.0, 1.0]
    for others in ([0.0, 0.5], [1.0, -1.0], [2, 0], [5e-324, 1.0]):
        with pytest.raises(st.DomainError, match="is 0 or 1"):
            binary(np.array(others), "y")
