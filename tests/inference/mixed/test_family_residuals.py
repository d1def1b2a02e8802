"""Residuals of mixed regressions, and rows as a fit sees them that it was not fitted to."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, ndtr
from scipy.stats import binom

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.inference.mixed.regressions import fit, table


def test_residuals_with_and_without_the_effects():
    one, y = fit("logistic"), np.asarray(table()["y"])
    known = one.predict(groups="known")
    assert_allclose(one.residuals, y - known, rtol=1e-12)
    assert_allclose(one.residuals_of("marginal"), y - one.predict(), rtol=1e-12)
    assert_allclose(one.residuals_of("pearson"), (y - known) / np.sqrt(known * (1.0 - known)), rtol=1e-10)
    size = np.sqrt(-2.0 * np.where(y == 1, np.log(known), np.log1p(-known)))
    assert_allclose(one.residuals_of("deviance"), np.where(y == 1, size, -size), rtol=1e-10)
    with pytest.raises(IncompatibleError, match="kind"):
        one.residuals_of("cox_snell")


def test_quantile_residuals_are_of_the_distribution_over_groups():
    found = fit("gamma").residuals_of("quantile")
    assert abs(found.mean()) < 0.3  # groups are few, and rows of one alike
    assert 0.8 < found.std() < 1.2
    with pytest.raises(DomainError, match="seed"):
        fit("logistic").residuals_of("quantile")


def test_rows_of_groups_that_the_fit_knows_and_of_others():
    one = fit("logistic")
    rows = one.model.subset(np.arange(3))
    seen = one._judged(rows)
    nodes, share = np.polynomial.hermite_e.hermegauss(60)
    eta = np.asarray(rows.fixed.rows.X) @ one.estimate + one.found.modes[0][0, 0]
    s = np.sqrt(one.found.spreads[0][0, 0, 0])
    mean = expit(eta + s * nodes[:, None]).T @ (share / share.sum())
    assert_allclose(seen.mean, mean, rtol=1e-8)
    assert_allclose(seen.loglik, np.log(np.where(seen.observed == 1, mean, 1.0 - mean)), rtol=1e-8)
    other = st.logistic("y ~ x + w + (1 | g)", table() | {"g": np.array([f"new {k}" for k in table()["g"]])})
    assert_allclose(one._judged(other).mean, one.predict(), rtol=1e-10)


def test_quantile_residuals_of_successes_out_of_trials():
    one = fit("binomial")
    found = one.residuals_of("quantile", seed=1)
    nodes, share = np.polynomial.hermite_e.hermegauss(60)
    eta = np.asarray(one.model.X) @ one.estimate
    p = expit(eta + float(one.found.roots[0][0, 0]) * nodes[:, None])
    s = np.asarray(table()["s"])
    above, below = (binom.cdf(s - k, 5, p).T @ (share / share.sum()) for k in (0, 1))
    assert ((ndtr(found) <= above + 1e-9) & (ndtr(found) >= below - 1e-9)).all()
