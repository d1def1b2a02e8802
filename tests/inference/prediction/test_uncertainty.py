"""Variances of linear predictors, and columns so far from 0 that they have none."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.prediction.uncertainty import eta_covariance


def test_it_is_x_c_x():
    fit = st.fit(st.logistic([0, 1, 0, 1, 1], [[1.0], [2.0], [3.0], [4.0], [9.0]]))
    X = fit.model.rows.X
    V = eta_covariance(fit.model.predictor, X, fit.covariance)
    assert_allclose(V[:, 0, 0], [x @ fit.covariance @ x for x in X], rtol=1e-12)


def test_columns_without_digits_are_refused():
    x = 1e9 + np.arange(6.0)
    fit = st.fit(st.ols([1.0, 2.0, 4.0, 4.0, 5.0, 9.0], x))
    with pytest.raises(st.DomainError, match="need columns near 0"):
        fit.predict(x[:, None], interval=0.9)
