"""Probabilities close to 1 keep their digits."""

import math

import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError


def test_categorical_near_certainty():
    """log P(y) = -exp(-40) where the others are 40 below: a difference of logs would give 0."""
    assert_allclose(st.Categorical(3).loglik([[40.0, -1.0]], [1]), [-(math.exp(-40.0) + math.exp(-41.0))], rtol=1e-14)
    assert st.Categorical(3).loglik([[1e4, 0.0]], [0]).tolist() == [-1e4]


def test_categorical_information_has_no_cancellation():
    assert_allclose(st.Categorical(2).information([50.0])[0], math.exp(-50.0), rtol=1e-13)


def test_bad_parameters_are_refused():
    with pytest.raises(DomainError, match=r"2 or more; got 1"):
        st.Categorical(1)
    with pytest.raises(DomainError, match=r"eta with 2 columns"):
        st.Categorical(3).loglik([[1.0]], [0])
