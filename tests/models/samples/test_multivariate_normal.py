"""Multivariate normal rows: scipy, exact sums."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st

Y = np.random.default_rng(2).normal(size=(9, 3)) @ np.array([[1.0, 0.3, 0], [0, 1, 0.2], [0, 0, 2]])


def test_loglik_and_statistics():
    model = st.multivariate_normal(Y)
    S = np.cov(Y.T) + 0.1
    expected = stats.multivariate_normal([0.1, 0.2, 0.3], S).logpdf(Y).sum()
    assert_allclose(model.loglik([0.1, 0.2, 0.3], S), expected, rtol=1e-12)
    assert_allclose(model.center, Y.mean(axis=0), rtol=1e-13)
    assert_allclose(model.scatter, 8 * np.cov(Y.T), rtol=1e-12, atol=1e-14)
    assert model.n == 9


def test_scatter_survives_a_large_mean():
    small = np.array([[1.0, 2.0], [3.0, 5.0], [2.0, 2.5]])
    shifted = st.multivariate_normal(small + 2.0**30)
    assert_allclose(shifted.scatter, 2 * np.cov(small.T), rtol=1e-14)


def test_names():
    frame = pd.DataFrame(Y, columns=["a", "b", "c"])
    assert st.multivariate_normal(frame).names == ("a", "b", "c")
    assert st.multivariate_normal(Y, names=["u", "v", "w"]).names == ("u", "v", "w")
    assert st.multivariate_normal([1.0, 2.0]).names == ("x1",)


BAD = [[[1.0, np.nan]], [[np.inf, 1.0]], [["a", "b"]], [], [[1.0, 2.0], [3.0]], [[1e200, 1.0]]]


@pytest.mark.parametrize("bad", BAD)
def test_bad_rows(bad):
    with pytest.raises(st.DomainError):
        st.multivariate_normal(bad)
    with pytest.raises(st.DomainError):
        st.multivariate_normal(Y, names=["a", "a", "b"])
