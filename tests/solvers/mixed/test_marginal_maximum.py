"""The maximum in the user's columns: its covariance by the chain rule, effects of groups."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.mixed.marginal_maximum import Integral, laplace_maximum
from tests.models.mixed.small_mixed import crossed


@pytest.fixture(scope="module")
def found():
    return laplace_maximum(crossed(origin=3.0))


@pytest.mark.slow
def test_the_covariance_is_that_of_the_parameters_in_the_users_columns(found):
    """Draws near the maximum, turned into the user's parameters one by one."""
    root = np.linalg.cholesky(found.inverse)
    draws = found.at + 1e-4 * np.random.default_rng(2).normal(size=(2000, len(found.at))) @ root.T
    p = len(found.estimate)
    fixed = draws[:, :p] @ found.marginal.to_fixed.T
    roots = [np.concatenate([R[np.tril_indices(len(R))] for R in found._roots(one)]) for one in draws]
    sampled = np.cov(np.column_stack([fixed, roots]).T) * 1e8
    scale = np.sqrt(found.whole_covariance.diagonal())
    assert_allclose(sampled / scale / scale[:, None], found.whole_covariance / scale / scale[:, None], atol=0.12)
    assert_allclose(found.theta, [*found.estimate, *found.entries])
    assert found.n_parameters == len(found.at)


def test_effects_have_a_covariance_and_no_more_than_their_variance(found):
    for mode, spread, whole in zip(found.modes, found.spreads, found.covariances, strict=True):
        assert mode.shape[1] == spread.shape[2]
        left = whole[:, :, None] - spread
        assert np.linalg.eigvalsh(np.moveaxis(left, 2, 0)).min() > -1e-10
    eta = found.marginal.at(found.at).mode.eta
    fixed = found.model.fixed.eta(found.estimate)
    rows = [
        np.einsum("nq,qn->n", term.z, mode[:, term.codes])
        for term, mode in zip(found.model.random, found.modes, strict=True)
    ]
    assert_allclose(fixed + sum(rows), eta, atol=1e-9)


def test_the_worst_error_of_an_integral():
    assert Integral("Laplace", 1, np.array([0.1, -0.3])).worst == 0.3
    assert np.isnan(Integral("Laplace", 1).worst)


def test_variances_beyond_float64_are_refused():
    random = np.random.default_rng(0)
    x, g = random.normal(size=60), np.arange(60) // 6
    y = random.random(60) < 1.0 / (1.0 + np.exp(-x * 3.0 * random.normal(size=10)[g]))
    with pytest.raises(st.DomainError, match=r"beyond float64\. Change its units"):
        st.fit(st.logistic("y ~ (0 + x || g)", {"y": y.astype(int), "x": 1e-160 * x, "g": g}))
