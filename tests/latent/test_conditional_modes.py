"""Modes of effects: where the slope is 0, on extreme data too."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.blocks import GroupRows
from stattools.latent.modes import conditional_modes
from stattools.likelihoods import Bernoulli, Likelihood, Poisson
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS
from tests.cases import rng


def slope(rows: GroupRows, eta: np.ndarray, a: np.ndarray, v: np.ndarray) -> np.ndarray:
    moved = eta.copy()
    by = (a * rows.spread(v.T).T).sum(axis=0)
    moved[(slice(None), 0)[: eta.ndim]] += by
    _, score, _ = rows.terms(moved)
    return rows.sums_along(a * (score if eta.ndim == 1 else score[:, 0])) - v


@pytest.mark.parametrize("q", [1, 2, 3])
def test_the_slope_is_zero_at_a_mode(q: int):
    random = rng(q)
    counts = random.integers(1, 6, 30)
    n = counts.sum()
    rows = GroupRows(Bernoulli(), random.integers(0, 2, n).astype(float), None, counts)
    eta, a = random.normal(size=n), 3.0 * random.normal(size=(q, n))
    found = conditional_modes(rows, eta, a)
    assert np.abs(slope(rows, eta, a, found.v)).max() < 1e-7
    again = conditional_modes(rows, eta, a, found.v + random.normal(size=found.v.shape))
    assert_allclose(again.v, found.v, atol=1e-8)


@pytest.mark.parametrize(
    ("likelihood", "y", "eta", "size"),
    [
        (Poisson(), [0.0, 1e9, 3.0, 0.0], -30.0, 50.0),
        (Poisson(), [0.0, 1e9, 3.0, 0.0], 40.0, 1e-3),
        (Poisson(), [0.0, 1e9, 3.0, 0.0], 600.0, 1.0),
        (Bernoulli(), [0.0, 1.0, 1.0, 0.0], 700.0, 1e3),
        (Linked(Bernoulli(), LINKS["cloglog"]), [0.0, 1.0, 1.0, 0.0], 30.0, 100.0),
        (Linked(Bernoulli(), LINKS["probit"]), [0.0, 1.0, 1.0, 0.0], -30.0, 100.0),
    ],
)
def test_extreme_groups_have_their_modes(likelihood: Likelihood, y: list[float], eta: float, size: float):
    rows = GroupRows(likelihood, np.array(y), None, np.ones(4, dtype=int))
    at, a = np.full(4, eta), np.full((1, 4), size)
    found = conditional_modes(rows, at, a)
    h = found.factor[0, 0] ** 2
    assert np.isfinite(found.v).all()
    # a step in standard deviations of the effect, as far as float64 knows the slope of counts of 1e9
    assert (np.abs(slope(rows, at, a, found.v)[0]) / np.sqrt(h) < 1e-4).all()


def test_where_the_likelihood_is_not_concave_nodes_keep_their_place():
    cauchy = Linked(Bernoulli(), LINKS["cauchit"])
    rows = GroupRows(cauchy, np.array([1.0, 0.0]), None, np.array([1, 1]))
    found = conditional_modes(rows, np.array([-50.0, 0.0]), np.full((1, 2), 30.0))
    assert np.isfinite(found.v).all()
    assert (found.factor[0, 0] >= 0.2).all()


def test_a_start_beyond_float64_begins_anew_at_zero():
    rows = GroupRows(Poisson(), np.array([2.0, 3.0]), None, np.array([1, 1]))
    far = conditional_modes(rows, np.zeros(2), np.ones((1, 2)), np.array([[1e4, 0.0]]))
    assert_allclose(far.v, conditional_modes(rows, np.zeros(2), np.ones((1, 2))).v, atol=1e-8)
