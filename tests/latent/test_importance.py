"""How far Laplace's approximation is from the integral, against an integral on a grid and better parameters."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.latent.laplace import PAIRS, LaplaceIntegral, log_ratio, pairs_for, shifts
from stattools.solvers.mixed.marginal_maximum import laplace_maximum
from tests.latent.effect_cases import CASES, case
from tests.latent.grouped_data import crossed


def test_the_ratio_is_that_of_the_integral():
    """One effect of six levels, each of which is integrated on a grid."""
    plain = CASES["crossed"]
    one = case([(6, 1)], plain.rows.likelihood, plain.rows.y, plain.base)
    found = LaplaceIntegral.at(one.rows, one.columns, one.factors, [], one.base)
    grid = np.linspace(-9.0, 9.0, 2001)
    total, scaled = 0.0, one.scaled
    for level in range(6):
        own = one.columns.largest.codes == level
        eta = one.base[own, None] + scaled.largest[0, own, None] * grid
        y = np.repeat(one.rows.y[own, None], len(grid), axis=1)
        rows = one.rows.likelihood.loglik(eta.ravel(), y.ravel()).reshape(eta.shape)
        assert one.rows.weight is not None
        logs = one.rows.weight[own] @ rows - 0.5 * grid**2 - 0.5 * np.log(2 * np.pi)
        total += np.log(np.exp(logs - logs.max()).sum() * (grid[1] - grid[0])) + logs.max()
    assert_allclose(log_ratio(found, 2000), total - found.loglik, atol=2e-3)  # the noise of 2,000 pairs


@pytest.mark.parametrize("name", ["with a smooth", "few meet, with a smooth", "smooths alone", "ordered"])
def test_draws_have_the_covariance_of_the_effects(name):
    one = CASES[name]
    found = LaplaceIntegral.at(one.rows, one.columns, one.factors, one.taus, one.base)
    root = found.mode.penalized.colored(np.eye(one.columns.size))
    Z, w = one.dense, found.mode.information[:, 0, 0]
    H = np.diag(one.columns.prior) + Z.T @ (w[:, None] * Z)
    assert_allclose(root @ root.T, np.linalg.inv(H), atol=1e-10)


def test_shifts_are_a_newton_step_in_standard_errors_and_zeros_stay():
    inverse = np.diag([4.0, 9.0, 1.0])
    found = shifts(lambda at: float(at @ [0.1, 0.2, 5.0]), np.array([1.0, 2.0, 0.0]), inverse)
    assert_allclose(found, [0.2, 0.6, 0.0], rtol=1e-9)
    assert (pairs_for(100), pairs_for(10**7)) == PAIRS[::-1]


@pytest.mark.nightly
def test_crossed_groups_against_brute_force():
    """The whole integral over twelve effects of g and two of h, which brute force takes 4 s for."""
    data = crossed("logistic", groups=12)
    found = laplace_maximum(st.logistic("y ~ x + (1 | g) + (1 | h)", data.table()))
    exact = data.loglik(found.estimate, np.empty(0), found.roots)
    at = found.marginal.at(found.at)
    assert_allclose(log_ratio(at, 1000), exact - found.loglik, atol=0.01)  # 0.1716 and 0.1760
