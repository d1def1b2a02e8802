"""Laplace's approximation: its value by a dense matrix, its gradient by differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.latent import laplace
from stattools.latent.laplace import LaplaceIntegral
from stattools.models.mixed.marginal import ByLaplace
from tests.latent.effect_cases import CASES, N

H = 1e-3


def value(case, factors, taus, base):
    return LaplaceIntegral.at(case.rows, case.columns, factors, taus, base)


def slope(function):
    """The derivative at 0, with an error of order H^4."""
    return (8.0 * (function(H) - function(-H)) - (function(2 * H) - function(-2 * H))) / (12.0 * H)


@pytest.mark.parametrize("name", CASES)
def test_the_value_is_that_of_the_dense_matrix(name):
    case = CASES[name]
    found = value(case, case.factors, case.taus, case.base)
    Z, w, mode = case.dense, found.mode.information[:, 0, 0], found.mode
    information = np.diag(case.columns.prior) + Z.T @ (w[:, None] * Z)
    inside = case.rows.evaluate(mode.eta)[0] - 0.5 * np.sum(case.columns.prior * mode.u**2)
    integral = 0.5 * len(case.columns.flat) * np.log(2 * np.pi) - 0.5 * np.linalg.slogdet(information)[1]
    assert_allclose(found.loglik, inside + integral, rtol=1e-13)


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_is_that_of_the_value(name):
    """In one direction of all T_k, in one of the curves, and in one of the linear predictors."""
    case, rng = CASES[name], np.random.default_rng(4)
    found = value(case, case.factors, case.taus, case.base)
    roots, taus = found.slopes
    ahead = [np.tril(rng.normal(size=T.shape)) for T in case.factors]
    by = rng.normal(size=len(taus))
    eta = rng.normal(size=case.base.shape)
    if case.base.ndim > 1:
        eta[:, 1:] = eta[0, 1:]

    def moved(T=0.0, tau=0.0, base=0.0):
        factors = [one + T * way for one, way in zip(case.factors, ahead, strict=True)]
        return value(case, factors, list(np.array(case.taus) + tau * by), case.base + base * eta).loglik

    along = sum(float((g * way).sum()) for g, way in zip(roots, ahead, strict=True))
    assert_allclose(along, slope(lambda h: moved(T=h)), rtol=1e-7, atol=1e-7)
    assert_allclose(taus @ by, slope(lambda h: moved(tau=h)), rtol=1e-7, atol=1e-7)
    rows = float((found.row_slopes.reshape(N, -1) * eta.reshape(N, -1)).sum())
    assert_allclose(rows, slope(lambda h: moved(base=h)), rtol=1e-7, atol=1e-7)


def test_slopes_of_effects_without_variance_are_zero():
    case = CASES["crossed"]
    found = value(case, [0.0 * T for T in case.factors], case.taus, case.base)
    assert all((np.abs(T) < 1e-13).all() for T in found.slopes[0])


def test_effects_are_those_of_the_dense_matrix():
    case = CASES["with a smooth"]
    found = value(case, case.factors, case.taus, case.base)
    Z, w = case.dense, found.mode.information[:, 0, 0]
    inverse = np.linalg.inv(np.diag(case.columns.prior) + Z.T @ (w[:, None] * Z))
    first, T = case.columns.largest.terms[0], case.factors[case.columns.largest.terms[0]]
    modes, spreads = found.effects
    at = np.arange(2) * case.columns.largest.count + 4  # effects of level 4
    assert_allclose(modes[first][:, 4], T @ found.mode.u[at], rtol=1e-12)
    assert_allclose(spreads[first][:, :, 4], T @ inverse[np.ix_(at, at)] @ T.T, rtol=1e-9)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.taus])
def test_a_start_from_another_approximation_leads_to_the_same(name):
    case = CASES[name]
    last, base = value(case, case.factors, case.taus, case.base), case.base
    for factors, taus, base in [
        (case.factors, [1.3] * len(case.taus), case.base),
        (case.factors, [0.0] * len(case.taus), case.base),
        ([0.5 * T for T in case.factors], case.taus, case.base),
        (case.factors, case.taus, case.base + 0.2),
    ]:
        found = LaplaceIntegral.at(case.rows, case.columns, factors, taus, base, last)
        expected = value(case, factors, taus, base)
        assert_allclose(found.loglik, expected.loglik, rtol=1e-12)
        assert_allclose(found.mode.u, expected.mode.u, atol=1e-8)
        assert_allclose(found.mode.eta, expected.mode.eta, atol=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_a_start_of_its_own_is_begun_from_and_leads_to_the_same_mode(name, monkeypatch):
    case = CASES[name]
    last, begun = value(case, case.factors, case.taus, case.base), []
    start, whole = last.mode.u + 0.1, laplace.joint_mode
    monkeypatch.setattr(laplace, "joint_mode", lambda *given: begun.append(given[3]) or whole(*given))
    found = LaplaceIntegral.at(case.rows, case.columns, case.factors, case.taus, case.base, last, start=start)
    assert begun[0] is start
    assert_allclose(found.loglik, last.loglik, rtol=1e-12)
    assert_allclose(found.mode.u, last.mode.u, atol=1e-8)


def test_the_information_of_curves_is_exact_for_a_normal_outcome():
    """In logarithms of standard deviations: from that in these themselves, and their slopes."""
    x, noise = np.random.default_rng(0).uniform(size=(2, 80))
    table = {"x": x, "z": noise**2, "y": np.sin(6.0 * x) + noise}
    by = ByLaplace.of(st.glm("y ~ s(x, k=8) + s(z, k=7)", table, family="normal"))
    taus = np.array([0.7, 1.3])
    here = by.at(taus)
    exact = by.information(taus) * np.outer(taus, taus) - np.diag(taus * by.score_of(here))
    assert_allclose(here.information_of_curves, exact, atol=1e-6)
    assert abs(exact[0, 1]) > 1e-3


def test_standard_deviations_of_curves_begin_near_their_maximum():
    """Two curves of counts, by effective degrees of freedom: means of squares lead there in forty steps."""
    x, z = np.random.default_rng(1).uniform(size=(2, 300))
    y = np.random.default_rng(2).poisson(np.exp(np.sin(9.0 * x) + np.cos(7.0 * z)))
    by = ByLaplace.of(st.poisson("y ~ s(x, k=9) + s(z, k=8)", {"x": x, "z": z, "y": y}))
    taus, found = np.ones(2), None
    for _ in range(4):
        found = by.beside(taus, found)
        taus = taus * np.sqrt(found.moments[1])
    score, H = by.score_of(by.at(taus)), by.at(taus).information_of_curves / np.outer(taus, taus)
    assert abs(score @ np.linalg.solve(H, score)) < 1e-3
