"""All rows at once: where the maximum is known, and where there is none."""

import numpy as np
import pytest

import stattools as st
from tests.networks.ring import NEW, X

generator = np.random.default_rng(6)


def test_without_hidden_units_it_is_softmax_regression():
    y = np.resize(["a", "b", "c"], 240)
    fit = st.fit(st.network(y, X, hidden=[]), solver=st.LBFGS(), seed=0)
    reference = st.fit(st.softmax(y, X))
    assert fit.loglik == pytest.approx(reference.loglik, rel=1e-9)
    np.testing.assert_allclose(fit.predict().to_numpy(), reference.predict().to_numpy(), atol=1e-5)


def test_a_quantity_without_hidden_units_is_least_squares():
    y = X @ [2.0, -1.0] + 10.0 + generator.normal(size=240)
    fit = st.fit(st.network(y, X, hidden=[]), seed=0)
    reference = st.fit(st.ols(y, X))
    assert fit.loglik == pytest.approx(reference.loglik, rel=1e-9)
    np.testing.assert_allclose(fit.predict(NEW), reference.predict(NEW), rtol=1e-5)
    assert fit.model.residual_sd(fit.estimate) == pytest.approx(np.sqrt(reference.scale**2 * 237 / 240), rel=1e-6)


def test_separated_rows_are_said_to_have_no_maximum():
    fit = st.fit(st.network((X[:, 0] > 0).astype(int), X, hidden=[6], activation="tanh"), seed=0)
    assert "has no maximum: use penalty=st.Ridge" in fit.reason
