"""The likelihood of a mixed model at somebody's numbers, beside statsmodels' own and differences of the score."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from statsmodels.regression.mixed_linear_model import MixedLM

import stattools as st
from stattools.validation.recipes.points import decrement_of, factors_of, fixed_errors, linear_loglik, profile_at

draw = np.random.default_rng(1)
g = draw.integers(0, 12, 80)
x = draw.normal(size=80) + 0.1 * g
y = 1.0 + x + draw.normal(size=12)[g] + 0.5 * draw.normal(size=12)[g] * x + draw.normal(size=80)
X = np.column_stack([np.ones(80), x])


@pytest.fixture(scope="module", params=[True, False], ids=["REML", "ML"])
def pair(request):
    ours = st.fit(st.linear_mixed("y ~ x + (1 | g)", {"y": y, "x": x, "g": g}), reml=request.param)
    theirs = MixedLM(y, X, g).fit(reml=request.param, method="bfgs", gtol=1e-8)
    return ours.found, theirs


def test_the_likelihood_at_any_numbers_is_that_of_statsmodels(pair):
    found, theirs = pair
    for beta, tau2 in (([0.5, 1.2], 0.3), ([1.0, 1.0], 2.0)):
        at = profile_at(found, [np.array([[tau2 * 1.7]])], 1.7)
        value = linear_loglik(found, at, np.array(beta), 1.7)
        if found.reml:  # theirs profiles the residual variance out
            continue
        r = y - X @ beta
        V = 1.7 * (np.eye(80) + tau2 * (g[:, None] == g))
        direct = -0.5 * (80 * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + r @ np.linalg.solve(V, r))
        assert_allclose(value, direct, rtol=1e-12)
    at = profile_at(found, [np.asarray(theirs.cov_re)], theirs.scale)
    assert_allclose(linear_loglik(found, at, theirs.fe_params, theirs.scale), theirs.llf, rtol=1e-12)
    assert decrement_of(at) < 1e-5


def test_errors_with_the_uncertainty_of_variances_are_those_of_statsmodels(pair):
    found, theirs = pair
    assert_allclose(fixed_errors(found, found.profile, joint=True), theirs.bse_fe, rtol=1e-5)  # by differences
    assert_allclose(fixed_errors(found, found.profile), np.sqrt(np.diagonal(found.covariance)), rtol=1e-12)


def test_variances_that_are_none_have_no_likelihood(pair):
    assert profile_at(pair[0], [np.array([[1.0]])], 0.0) is None
    assert profile_at(pair[0], [np.array([[np.nan]])], 1.0) is None


def test_factors_give_back_their_covariances():
    cov, back = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([[1.0, 0.3], [0.0, 2.0]])
    root = back @ factors_of([cov], [back], 4.0)[0]
    assert_allclose(4.0 * root @ root.T, cov, rtol=1e-12)
