"""Slow twins of posteriors against posteriors that are known in closed form."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.references import row_by_row
from tests.cases import rng

G = rng(5)


def test_shares_add_their_counts_to_the_prior():
    found = row_by_row.dirichlet(st.posterior(st.multinomial([3, 0, 5]), prior=st.Dirichlet(2.0)))
    a = np.array([5.0, 2.0, 7.0])
    assert_allclose(found.mean, a / 14.0, rtol=1e-14)
    assert_allclose(found.reference_sd, np.sqrt(a * (14.0 - a) / (14.0**2 * 15.0)), rtol=1e-13)
    assert found.evidence == pytest.approx(found.own_evidence, rel=1e-12)


def test_a_line_with_a_flat_prior_is_least_squares():
    x, y = G.normal(size=20), G.normal(size=20)
    belief = st.posterior(st.ols(y, x), prior=st.NormalInverseGammaRegression.flat())
    found, fit = row_by_row.regression(belief), st.fit(st.ols(y, x))
    assert_allclose(found.mean, fit.estimate, rtol=1e-10)
    assert_allclose(found.reference_sd, fit.se * np.sqrt(18 / 16), rtol=1e-10)  # Student's t with 18 degrees of freedom
    assert found.evidence is None


def test_too_many_rows_for_a_dense_system_are_refused(monkeypatch):
    monkeypatch.setattr(row_by_row, "MOST_ROWS", 10)
    belief = st.posterior(st.ols(G.normal(size=20), G.normal(size=20)), prior=st.NormalInverseGammaRegression.flat())
    with pytest.raises(st.IncompatibleError, match="at most 10; got 20"):
        row_by_row.regression(belief)


def test_rows_move_a_mean_by_their_share():
    Y = G.normal(size=(8, 2))
    prior = st.NormalInverseWishart([0.0, 0.0], 2.0, 5.0, np.eye(2))
    found = row_by_row.multivariate(st.posterior(st.multivariate_normal(Y), prior=prior))
    assert_allclose(found.mean, Y.sum(axis=0) / 10.0, rtol=1e-12)
    assert found.evidence == pytest.approx(found.own_evidence, rel=1e-11)
