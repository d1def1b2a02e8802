"""Profiles of standard deviations and correlations of effects, against maxima over a grid of the others."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from scipy.stats import chi2

from stattools.solvers.mixed.variance_profile import VarianceProfile, parameters, profile_ends
from tests.inference.mixed.regressions import fit

CUT = chi2.ppf(0.95, 1)


def fall(found, constraint):
    """The least fall of 2 log L where a function of the roots is 0, by a general method."""
    W = np.linalg.cholesky(found.inverse)

    def roots(v):
        factors = found.marginal.factors(found.at + W @ v)
        return found.marginal.to_effects[0] @ factors[0]

    def height(v):
        now = found.marginal.evaluate(found.at + W @ v, 1)
        return 2.0 * (found.loglik - now.loglik), -2.0 * W.T @ now.score

    best = minimize(
        height, np.full(len(W), 0.1), jac=True, method="SLSQP", options={"ftol": 1e-10, "maxiter": 300},
        constraints={"type": "eq", "fun": lambda v: constraint(roots(v))},
    )  # fmt: skip
    return best.fun


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 1, 2])
def test_heights_are_those_of_a_constrained_maximum(place):
    found = fit("slopes").found
    of = parameters(found)[place]
    value = 0.8 * of.estimate if place < 2 else of.estimate + 0.2

    def away(root):
        S = root @ root.T
        if of.i == of.j:
            return np.sqrt(S[of.i, of.i]) - value
        return S[of.i, of.j] / np.sqrt(S[of.i, of.i] * S[of.j, of.j]) - value

    profile = VarianceProfile(found, of)
    assert_allclose(profile.height(value), fall(found, away), rtol=1e-3)  # SLSQP's digits
    assert_allclose(profile.height(of.estimate), 0.0, atol=1e-6)


def test_the_gradient_is_that_of_differences():
    found = fit("slopes").found
    for of in parameters(found):
        profile = VarianceProfile(found, of)
        x = profile.maximum + 0.05
        gradient, h = profile.at(x)[1], 1e-5
        steps = h * np.eye(len(x))
        moved = [(profile.at(x + step)[0] - profile.at(x - step)[0]) / (2.0 * h) for step in steps]
        assert_allclose(gradient, moved, rtol=1e-4, atol=1e-3)  # few nodes: Fisher's score is not quite the slope


def test_ends_are_where_the_likelihood_ratio_rejects():
    found = fit("logistic").found
    (sd,) = parameters(found)
    low, high = profile_ends(found, sd, CUT)
    assert 0.0 < low < sd.estimate < high
    for end in (low, high):
        assert_allclose(VarianceProfile(found, sd).height(end), CUT, rtol=1e-5)
    assert profile_ends(found, sd, 1.01 * VarianceProfile(found, sd).height(0.0))[0] == 0.0  # where 0 is not rejected
