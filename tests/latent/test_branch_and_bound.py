"""The proof over variance components against grids and the search over one ratio, and where climbs end too low."""

from itertools import chain, repeat

import numpy as np
import pytest

import stattools as st
from stattools.latent import global_maximum as module
from stattools.latent.coordinates import coordinates
from stattools.latent.deviance import Deviance
from stattools.latent.elimination import OneFactor, structure_of
from stattools.latent.global_maximum import (
    SimplexSearch,
    branch_and_bound,
    mixture_value,
    ratio_search,
    sums_of_one_ratio,
)
from stattools.solvers.mixed.maximum import maximum
from tests.latent.certified import term
from tests.latent.ratio_cases import drawn
from tests.sizes import first


def one_term(seed, reml=False, sizes=(3, 2, 1, 1, 1, 2)):
    y, X, z, codes = drawn(seed, list(sizes), p=3, spread=(0.1, 0.5, 3.0))
    found = coordinates(X, y, [term(codes, z[:, None])])
    return Deviance.of(OneFactor.of(found.columns), found, reml)


def two_terms(seed, reml=True):
    """Crossed groups of unequal sizes."""
    rng = np.random.default_rng(seed)
    a, b = np.repeat(np.arange(4), [2, 3, 8, 11]), rng.integers(0, 3, 24)
    one = np.ones((24, 1))
    y = rng.normal(size=4)[a] * 2 + rng.normal(size=3)[b] + rng.normal(size=24)
    found = coordinates(one, y, [term(a, one), term(b, one, "h")])
    return Deviance.of(structure_of(found.columns), found, reml)


def test_a_lower_maximum_is_found_out():
    """Data with two maxima: the search that knows the lower one ends at the higher one, as the exact list says."""
    deviance = one_term(30)
    high, low = ratio_search(sums_of_one_ratio(deviance), False).maxima
    value = deviance.at(np.sqrt([low.ratio])).value
    found = branch_and_bound(deviance, value)
    better = maximum(deviance, (found.theta.reshape(1, 1),)).profile
    assert better.theta[0] ** 2 == pytest.approx(high.ratio, rel=1e-6)
    assert better.value < value - 1e-3
    assert found.gap == 1e-6
    assert found.closed


@pytest.mark.parametrize("reml", first(1, [True, False]))
def test_two_components_are_proven_and_no_point_of_a_grid_is_better(reml):
    deviance = two_terms(1, reml)
    best = maximum(deviance).profile.value
    found = branch_and_bound(deviance, best)
    assert (found.gap, found.closed) == (1e-6, True)
    assert found.value == pytest.approx(best, abs=1e-6)
    grid = np.concatenate([[0.0], np.geomspace(1e-2, 1e2, 12)])
    assert min(deviance.at(np.array([s, t])).value for s in grid for t in grid) >= found.value - found.gap


def test_bounds_of_cells_are_below_all_their_points():
    """A planted fault: were the tangents those of r2 in place of log r2, some points would be below."""
    deviance = two_terms(2)
    search = SimplexSearch(deviance, 1e-6, 100)
    rng = np.random.default_rng(0)
    for _ in range(20):
        W = rng.dirichlet([0.7, 0.7, 0.7], 3) * 0.999 + 0.001 / 3
        cell = [search.at(w) for w in W]
        bound, _ = search.bound(cell)
        inside = [search.at(m @ W).value for m in rng.dirichlet([1, 1, 1], 8)]
        assert bound <= min([*inside, *(one.value for one in cell)]) + 1e-9


def test_slopes_of_the_two_parts_are_those_of_their_values():
    search = SimplexSearch(two_terms(3), 1e-6, 100)
    w, step = np.array([0.5, 0.2, 0.3]), 1e-6
    here = search.at(w)
    for k in range(3):
        moved = w + step * np.eye(3)[k]
        up, down = search.at(moved), search.at(2 * w - moved)
        assert here.slope_h[k] == pytest.approx((up.h - down.h) / (2 * step), rel=1e-6)
        assert here.slope_log_r2[k] == pytest.approx((up.log_r2 - down.log_r2) / (2 * step), rel=1e-6)


def test_the_gap_that_was_reached_is_said_where_points_run_out():
    deviance = two_terms(1)
    best = maximum(deviance).profile.value
    found = branch_and_bound(deviance, best, most=60)
    assert found.gap > 1e-6
    assert found.points <= 70


def test_three_terms_have_a_time_and_two_have_none(monkeypatch):
    """The clock is asked of three terms only, and the gap that was reached then is said."""
    clock = chain([0.0, 0.0, 1.0], repeat(99.0))
    monkeypatch.setattr(module, "monotonic", lambda: next(clock))
    table = {name: np.random.default_rng(k).integers(0, 4, 40) for k, name in enumerate("abc")}
    table["y"] = np.random.default_rng(3).normal(size=40) + table["a"]
    fit = st.fit(st.linear_mixed("y ~ 1 + (1 | a) + (1 | b) + (1 | c)", table), certify="global")
    assert f"where the search was ended after {fit.found.proof.points:,} points" in str(fit.certificate)
    assert fit.found.proof.gap > 1e-3
    two = st.fit(st.linear_mixed("y ~ 1 + (1 | a) + (1 | b)", table), certify="global")
    assert two.found.proof.gap == pytest.approx(1e-6)


def test_what_is_not_proven_is_not_closed():
    """The region of small residuals holds a better point than one that is far above."""
    deviance = one_term(30)
    assert not SimplexSearch(deviance, 1e-6, 100).closed(1e6)


def test_mixtures_of_tangents_bound_more_than_single_ones():
    game = np.array([[0.0, 2.0, 4.0], [3.0, 1.0, 0.0], [1.0, 2.0, 0.5]])
    value = mixture_value(game)
    tried = max((m @ game).min() for m in np.random.default_rng(0).dirichlet([1, 1, 1], 20000))
    assert tried - 1e-9 <= value <= tried + 0.02
    assert mixture_value(np.full((3, 3), 2.0)) == 2.0
