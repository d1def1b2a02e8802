"""Local maxima in one ratio: against a fine grid, against algebra in rationals, and where there are two."""

from fractions import Fraction

import numpy as np
import pytest

from stattools.errors import ConvergenceError, IdentificationError
from stattools.latent.coordinates import coordinates
from stattools.latent.deviance import Deviance, hessian
from stattools.latent.elimination import OneFactor
from stattools.latent.global_maximum import CellSearch, least, ratio_search, sums_of_one_ratio
from stattools.solvers.mixed.maximum import maximum
from tests.latent.certified import term
from tests.latent.ratio_cases import drawn, slopes, sums_of

UNEQUAL = [1, 2, 3, 30, 60]
SPREAD = (0.1, 0.5, 3.0)


def on_a_grid(sums, restricted, most=1e6):
    """Ratios and deviances of the local minima over a fine grid."""
    at = np.concatenate([[0.0], np.geomspace(1e-5, most, 1500)])
    found = slopes(sums, at, restricted)
    d = found.h[0] + (sums.n - restricted * (sums.within.shape[1] - 1)) * found.log_r2[0]
    padded = np.concatenate([[np.inf], d, [np.inf]])
    return at[(padded[1:-1] < padded[:-2]) & (padded[1:-1] < padded[2:])], d.min()


def test_every_maximum_of_a_fine_grid_is_found_and_none_beside():
    rng = np.random.default_rng(1)
    several = 0
    for seed in range(30):
        sizes = rng.choice(UNEQUAL, rng.integers(4, 9)).tolist()
        sums = sums_of(*drawn(seed, [max(sizes[0], 3), *sizes[1:], 3], p=int(rng.integers(1, 4)), spread=SPREAD))
        restricted = bool(rng.integers(2))
        found = ratio_search(sums, restricted)
        at, lowest = on_a_grid(sums, restricted)
        assert not found.undecided
        assert found.gap == 1e-6
        assert found.best.deviance <= lowest + 1e-9
        np.testing.assert_allclose(sorted(one.ratio for one in found.maxima), at, rtol=0.04)
        several += len(found.maxima) > 1
    assert several, "no data with two maxima were drawn: the test asks too little"


def test_two_maxima_inside_are_both_listed_the_higher_first():
    sums = sums_of(*drawn(30, [3, 2, 1, 1, 1, 2], p=3, spread=SPREAD))
    found = ratio_search(sums, restricted=False)
    assert [one.ratio > 0 for one in found.maxima] == [True, True]
    assert found.maxima[0].deviance < found.maxima[1].deviance
    at = slopes(sums, np.array([one.ratio for one in found.maxima]), False)
    assert np.abs(at.h[1] + sums.n * at.log_r2[1]).max() < 1e-10
    np.testing.assert_allclose(at.h[0] + sums.n * at.log_r2[0], [one.deviance for one in found.maxima], rtol=1e-12)


@pytest.mark.parametrize("restricted", [True, False])
def test_balanced_groups_have_the_ratio_of_the_analysis_of_variance(restricted):
    """ratio = (MSB (J - 1) / J* - MSW) / (k MSW) in rationals, J* = J - 1 in REML and J in ML."""
    rows = [[12, 15, 11, 14], [18, 19, 17, 22], [9, 8, 13, 10], [15, 16, 13, 20], [11, 14, 15, 12]]
    J, k = len(rows), len(rows[0])
    means = [Fraction(sum(row), k) for row in rows]
    middle = sum(means) / J
    between = k * sum((mean - middle) ** 2 for mean in means) / (J - restricted)
    within = sum((value - mean) ** 2 for row, mean in zip(rows, means, strict=True) for value in row) / (J * (k - 1))
    expected = (between - within) / (k * within)
    codes = np.repeat(np.arange(J), k)
    sums = sums_of(np.array(rows, float).ravel(), np.ones((J * k, 1)), np.ones(J * k), codes)
    found = ratio_search(sums, restricted)
    assert len(found.maxima) == 1
    assert found.best.ratio == pytest.approx(float(expected), rel=1e-11)


def test_zero_is_the_maximum_where_groups_differ_less_than_chance():
    codes = np.repeat(np.arange(3), 4)
    sums = sums_of(np.array([1.0, 2, 3, 4, 2, 3, 4, 1, 4, 3, 1, 2]), np.ones((12, 1)), np.ones(12), codes)
    found = ratio_search(sums, restricted=True)
    assert (len(found.maxima), found.best.ratio) == (1, 0.0)
    assert found.best.slope == pytest.approx(
        12 - 4, rel=1e-12
    )  # tr Z'PZ - df |Z'e|^2 / r2, the group means being equal


def test_no_maximum_where_groups_explain_all():
    codes = np.repeat(np.arange(3), 2)
    sums = sums_of(np.array([1.0, 1, 5, 5, 2, 2]), np.ones((6, 1)), np.ones(6), codes)
    with pytest.raises(ConvergenceError, match="within groups"):
        ratio_search(sums, restricted=False)


def test_least_bounds_a_convex_and_a_concave_part():
    x = np.linspace(0.0, 3.0, 7)
    f, df, g = np.exp(-x), -np.exp(-x), np.log(x + 0.1)
    bound = least(f, df, g, np.diff(x))
    for i, low in enumerate(bound):
        inside = np.linspace(x[i], x[i + 1], 200)
        true = (np.exp(-inside) + np.log(inside + 0.1)).min()
        assert true - 0.6 < low <= true + 1e-12


def test_what_is_said_of_cells_holds_inside_them():
    """Cells of any width, on data with one maximum and with two: of the slope u d' and its own slope one keeps its sign
    at 40 points inside wherever all is known of a cell, and beyond the last of them the deviance rises.
    """
    known = 0
    rng = np.random.default_rng(2)
    for seed in range(60):
        sizes = [*rng.choice(UNEQUAL, rng.integers(3, 7)).tolist(), 3]
        sums = sums_of(*drawn(seed, sizes, p=int(rng.integers(1, 4)), spread=SPREAD, slope=bool(seed % 2)))
        restricted = bool(rng.integers(2))
        search = CellSearch(sums, restricted)
        ratios = np.append(search.low.ratios, search.high.ratios[-1])
        beyond = slopes(sums, ratios[-1] * np.geomspace(1.0, 1e6, 40), restricted)
        assert (beyond.h[1] + search.df * beyond.log_r2[1] > 0).all()
        for step in (1, 2, 4):
            at = slopes(sums, ratios[::step], restricted)
            cells = np.zeros(len(at.u) - 1, dtype=np.intp), at.at(np.s_[:-1]), at.at(np.s_[1:])
            for decided, low, high in zip(search.classified(*cells), at.ratios, at.ratios[1:], strict=False):
                if not decided:
                    continue
                inside = slopes(sums, low + (high - low) * np.linspace(0.0, 1.0, 42)[1:-1], restricted)
                slope, bend = inside.h[1:] + search.df * inside.log_r2[1:]
                assert len({*np.sign(slope)}) == 1 or len({*np.sign(bend)}) == 1
                known += 1
    assert known > 500


def test_a_balanced_design_is_decided_by_the_first_points():
    """And one whose groups differ tenfold too: this is what makes the proof cheap. Columns of X that vary next to
    nothing within groups cost a round more.
    """
    for sizes in ([5] * 30, [*range(1, 11)] * 3):
        sums = sums_of(*drawn(1, sizes, p=1))
        search = CellSearch(sums, True)
        assert search.classified(search.owner, search.low, search.high).all()
        assert ratio_search(sums, True).evaluations == search.points


@pytest.mark.parametrize("reml", [True, False])
def test_the_climb_from_the_best_ratio_ends_there(reml):
    """Twelve data sets with unequal groups, a third of them with two maxima."""
    for seed in range(12):
        y, X, z, codes = drawn(seed, [3, 2, 1, 1, 30, 2], p=2, spread=SPREAD)
        found = coordinates(X, y, [term(codes, z[:, None])])
        deviance = Deviance.of(OneFactor.of(found.columns), found, reml)
        searched = ratio_search(sums_of_one_ratio(deviance), reml)
        start = np.full((1, 1), np.sqrt(searched.best.ratio))
        end = maximum(deviance, (start,)).profile
        assert end.theta[0] ** 2 == pytest.approx(searched.best.ratio, rel=1e-6, abs=1e-12)
        assert end.value <= min(maximum(deviance, (np.full((1, 1), t),)).profile.value for t in (0.1, 1, 30)) + 1e-9


def test_a_slope_of_x_beside_an_intercept_and_x():
    """x is made by the groups and no column of the orthonormal ones: it has next to no weight at large ratios."""
    rng = np.random.default_rng(0)
    codes, x = np.repeat(np.arange(3000), 2), rng.normal(size=6000)
    X = np.column_stack([np.ones(6000), x])
    sums = sums_of(x + 0.7 * rng.normal(size=3000)[codes] * x + rng.normal(size=6000), X, x, codes)
    found = ratio_search(sums, restricted=True)
    assert len(found.maxima) == 1
    assert found.best.ratio == pytest.approx(0.49, abs=0.1)
    rising = slopes(sums, np.geomspace(1e2, 1e12, 11), restricted=True)
    assert (rising.h[1] > 0).all()


def test_groups_that_fixed_effects_make_have_no_variance_in_the_restricted_likelihood():
    codes = np.repeat(np.arange(2), [3, 20])
    y = np.random.default_rng(0).normal(size=23)
    X = np.column_stack([np.ones(23), codes.astype(float)])
    sums = sums_of(y, X, np.ones(23), codes)
    with pytest.raises(IdentificationError, match="fixed effects make all that differs"):
        ratio_search(sums, restricted=True)
    assert ratio_search(sums, restricted=False).best.ratio == 0.0


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_bend_of_the_best_is_that_of_the_profiled_likelihood(seed, restricted):
    y, X, z, codes = drawn(seed, [3, 2, 5, 1, 4, 2], p=2, spread=(0.1, 0.5, 3.0))
    found = coordinates(X, y, [term(codes, z[:, None])])
    deviance = Deviance.of(OneFactor.of(found.columns), found, restricted)
    best = ratio_search(sums_of_one_ratio(deviance), restricted)
    at = deviance.at(np.sqrt([best.best.ratio]))
    assert best.bend == pytest.approx(0.5 * float(hessian(at)[0, 0]), rel=1e-6)
