"""Integrals over effects of groups: equal to sums over a fine grid, in blocks and whole."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import logsumexp

import stattools.latent.adaptive_quadrature as module
from stattools.latent.adaptive_quadrature import Directions, Integrated, integrated, product_nodes
from stattools.latent.blocks import GroupRows
from stattools.latent.modes import conditional_modes
from stattools.likelihoods import Bernoulli, Likelihood, NegativeBinomial
from tests.cases import rng


def case(likelihood: Likelihood, q: int) -> tuple[GroupRows, np.ndarray, np.ndarray, Directions]:
    """Six groups of one to four rows, their linear predictors, T, and two columns."""
    random = rng(q)
    counts = np.array([1, 4, 2, 3, 1, 2])
    n = counts.sum()
    wide = likelihood.width
    eta = 0.5 * random.normal(size=n if wide == 1 else (n, wide))
    rows = GroupRows(likelihood, random.integers(0, 2, n).astype(float), random.integers(0, 3, n) + 0.5, counts)
    T = np.tril(0.8 * random.normal(size=(q, q)))
    below = np.tril_indices(q)
    z, x = random.normal(size=(q, n)), random.normal(size=(2, n))
    of = np.array([0, wide - 1])
    return rows, eta, T, Directions(z, *below, x, of, wide)


def found_of(parts: tuple, nodes: int, order: int = 2) -> Integrated:
    rows, eta, T, moves = parts
    modes = conditional_modes(rows, eta, T.T @ moves.z)
    return integrated(rows, eta, T, moves, modes, product_nodes(nodes, len(T)), order)


def on_a_grid(parts: tuple) -> np.ndarray:
    """log L_j by the trapezoidal rule over every effect."""
    rows, eta, T, moves = parts
    q = len(T)
    axis = np.linspace(-7.0, 7.0, 4001 if q == 1 else 141)
    v = np.array(np.meshgrid(*(axis,) * q, indexing="ij")).reshape(q, -1)
    log_prior = -0.5 * (v**2).sum(axis=0) + q * (np.log(axis[1] - axis[0]) - 0.5 * np.log(2.0 * np.pi))
    found = []
    for start, count in zip(rows.first, rows.counts, strict=True):
        total = log_prior.copy()
        for i in range(start, start + count):
            at = np.repeat(eta[i : i + 1], v.shape[1], axis=0)
            at[(slice(None), 0)[: eta.ndim]] += moves.z[:, i] @ T @ v
            assert rows.weight is not None
            total += rows.weight[i] * rows.likelihood.loglik(at, np.full(v.shape[1], rows.y[i]))
        found.append(logsumexp(total))
    return np.array(found)


@pytest.mark.parametrize(("likelihood", "q"), [(Bernoulli(), 1), (Bernoulli(), 2), (NegativeBinomial(), 2)])
def test_the_integral_is_that_of_a_fine_grid(likelihood: Likelihood, q: int):
    parts = case(likelihood, q)
    assert_allclose(found_of(parts, 90, 0).loglik, on_a_grid(parts), rtol=1e-10)


def test_one_node_is_laplace():
    rows, eta, T, moves = parts = case(Bernoulli(), 2)
    a = T.T @ moves.z
    modes = conditional_modes(rows, eta, a)
    for j, (start, count) in enumerate(zip(rows.first, rows.counts, strict=True)):
        own = slice(start, start + count)
        at, v = eta[own] + modes.v[:, j] @ a[:, own], modes.v[:, j]
        assert rows.weight is not None
        information = rows.weight[own] * rows.likelihood.information(at)
        H = np.eye(2) + (a[:, own] * information) @ a[:, own].T
        value = rows.weight[own] @ rows.likelihood.loglik(at, rows.y[own]) - 0.5 * v @ v
        assert_allclose(found_of(parts, 1, 0).loglik[j], value - 0.5 * np.linalg.slogdet(H)[1], rtol=1e-12)


@pytest.mark.parametrize("cells", [1, 40, 300])
@pytest.mark.parametrize("likelihood", [Bernoulli(), NegativeBinomial()], ids=["width 1", "width 2"])
def test_blocks_of_groups_and_of_nodes_make_the_same(
    monkeypatch: pytest.MonkeyPatch, likelihood: Likelihood, cells: int
):
    parts = case(likelihood, 2)
    whole = found_of(parts, 6)
    monkeypatch.setattr(module, "CELLS", cells)
    found = found_of(parts, 6)
    for name in ("loglik", "score", "moved", "information", "beside", "squares", "varies", "bend"):
        assert_allclose(getattr(found, name), getattr(whole, name), rtol=1e-10, atol=1e-12, err_msg=name)


def test_the_bend_is_the_slope_against_the_covariance():
    rows, eta, T, moves = case(Bernoulli(), 2)
    h = 1e-4
    for direction in (np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[1.0, -1.0], [-1.0, 1.0]])):
        S = T @ T.T
        up, down = (np.linalg.cholesky(S + sign * h * direction) for sign in (1.0, -1.0))
        rise = [found_of((rows, eta, root, moves), 30, 0).loglik.sum() for root in (up, down)]
        bend = found_of((rows, eta, T, moves), 30).bend
        assert_allclose((rise[0] - rise[1]) / (2.0 * h), 0.5 * np.sum(bend * direction), rtol=1e-6)
