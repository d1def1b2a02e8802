"""Points that stand for rows have nearly the sums of the rows."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.latent.laplace import BINS, SeenMeans, curve_nodes
from stattools.likelihoods import Bernoulli, Poisson

RNG = np.random.default_rng(3)
N, K = 3_000, 12
DRAWN = {
    "even": RNG.uniform(size=N), "skewed": np.exp(3.0 * RNG.normal(size=N)), "few": RNG.integers(0, 25, N) / 24.0,
    "two heaps": np.where(np.arange(N) % 2, RNG.normal(0.0, 1e-3, N), RNG.normal(1.0, 0.1, N)),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("family", [st.poisson, st.logistic])
def test_totals_are_those_of_the_rows(name, family):
    x, weights = DRAWN[name], RNG.integers(0, 3, N).astype(float)
    y = (RNG.uniform(size=N) < 0.4).astype(float)
    by = family(f"y ~ s(x, k={K})", {"x": x, "y": y}, weights=weights).laplace
    found = curve_nodes(by.rows, by.columns)
    assert found is not None
    assert found.columns.n <= BINS * (K - 3) + 1
    assert_allclose(found.rows.weight.sum(), weights.sum(), rtol=1e-12)
    assert_allclose(found.rows.weight @ found.rows.y, weights @ y, rtol=1e-12)


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("seed", range(3))
def test_the_maximum_is_that_of_a_search_on_the_rows(monkeypatch, name, seed):
    x, random = DRAWN[name], np.random.default_rng(seed)
    table = {"x": x, "y": random.poisson(np.exp(np.sin((6.0 - seed) * x)))}
    found = st.fit(st.poisson(f"y ~ s(x, k={K})", table))
    monkeypatch.setattr("stattools.models.mixed.marginal.curve_nodes", lambda *_: None)
    twin = st.fit(st.poisson(f"y ~ s(x, k={K})", table))
    assert_allclose(found.loglik, twin.loglik, rtol=1e-13)
    assert_allclose(found.smooth("x").edf, twin.smooth("x").edf, rtol=1e-6)


def test_rows_of_few_different_x_are_put_together_exactly():
    x, y = DRAWN["few"], RNG.poisson(2.0, N).astype(float)
    by = st.poisson("y ~ s(x, k=12)", {"x": x, "y": y}).laplace  # type: ignore[attr-defined]
    found = curve_nodes(by.rows, by.columns)
    assert found is not None
    assert found.columns.n == 25
    means = [y[x == one].mean() for one in np.unique(x)]
    assert_allclose(found.rows.y, means, rtol=1e-13)


def test_where_points_do_not_stand_for_rows_there_are_none():
    table = {"x": DRAWN["even"], "y": RNG.poisson(2.0, N), "z": RNG.normal(size=N), "s": DRAWN["even"] + 1.0}
    right = {"s(x, k=12)": True, "z + s(x, k=12)": False, "s(x, k=12, by=z)": False, "s(x, k=200)": False}
    for formula, some in right.items():
        by = st.poisson("y ~ " + formula, table).laplace  # type: ignore[attr-defined]
        assert (curve_nodes(by.rows, by.columns) is not None) == some
        assert curve_nodes(replace(by.rows, likelihood=st.Probit()), by.columns) is None


@pytest.mark.parametrize("likelihood", [Poisson(), Bernoulli()])
def test_the_log_likelihood_of_means_rises_by_their_scores(likelihood):
    rows, eta, h = SeenMeans(likelihood, np.array([-0.3, 0.4, 1.2]), np.array([1.0, 2.0, 0.5])), np.zeros(3), 1e-5
    _, score, information = rows.evaluate(eta)
    for k, unit in enumerate(np.eye(3)):
        rise = rows.evaluate(h * unit)[0] - rows.evaluate(-h * unit)[0]
        assert_allclose(rise / (2 * h), score[k, 0], rtol=1e-8)
    assert_allclose(score[:, 0] / rows.weight - rows.y, likelihood.score(eta, np.zeros(3)))
    assert_allclose(information[:, 0, 0], rows.weight * likelihood.information(eta))
    assert rows.evaluate(np.full(3, np.nan))[0] == -np.inf
