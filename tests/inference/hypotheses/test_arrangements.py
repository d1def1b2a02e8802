"""Mean, covariance and p-values over all arrangements, against lists of them."""

from itertools import combinations, product

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.inference.hypotheses.exact import Orders, SignArrangements, Standardized, of_choices, of_signs

H = np.array([1.0, 2.5, 2.5, 4.0, 5.0, 6.0])
TWO = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0])[:, None]
THREE = np.eye(3)[[0, 1, 2, 0, 1, 2]][:, 1:]
BLOCKS = (np.array([0, 1, 2]), np.array([3, 4, 5]))
CASES = {
    "two groups": Orders(H, TWO, (np.arange(6),)),
    "three groups": Orders(H, THREE, (np.arange(6),)),
    "a number": Orders(H, np.array([3.0, 1.0, 2.0, 5.0, 4.0, 6.0])[:, None], (np.arange(6),)),
    "numbers in blocks": Orders(H, np.array([3.0, 1.0, 2.0, 1.0, 2.5, 2.5])[:, None], BLOCKS),
    "blocks": Orders(H, TWO, BLOCKS),
    "three in blocks": Orders(H, THREE, BLOCKS),
    "signs": SignArrangements(H, np.array([1.0, 1.0, -1.0, 1.0, -1.0, 1.0])),
}


@pytest.mark.parametrize("name", CASES)
def test_moments_are_those_of_all_arrangements(name):
    of = CASES[name]
    _, spread, _ = of.moments
    listed = of.listed()
    assert len(listed) == of.many
    assert_allclose(listed.mean(axis=0), 0.0, atol=1e-12)
    assert_allclose(listed.T @ listed / len(listed), spread, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["three groups", "three in blocks"])
def test_sums_of_groups_are_those_of_the_list(name):
    of = CASES[name]
    gap, spread, _ = of.moments
    values, law = of.law()
    seen = Standardized.of(gap, spread)
    assert seen.share(values, law, "two-sided") == pytest.approx(
        seen.share(of.listed(), 1.0 / of.many, "two-sided"), rel=1e-12
    )
    assert_allclose((values * law[:, None]).T @ values, spread, rtol=1e-12)


@pytest.mark.parametrize("name", ["two groups", "a number", "numbers in blocks", "blocks", "signs"])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_sums_are_those_of_the_list(name, alternative):
    of = CASES[name]
    gap, spread, _ = of.moments
    seen = Standardized.of(gap, spread)
    values, law = of.law()
    by_list = seen.share(of.listed(), 1.0 / of.many, alternative)
    assert seen.share(values[:, None], law, alternative) == pytest.approx(by_list, rel=1e-12)


@pytest.mark.parametrize("name", ["two groups", "a number", "numbers in blocks", "blocks", "signs"])
def test_shapes_are_those_of_the_list(name):
    of = CASES[name]
    z = of.listed()[:, 0] / np.sqrt(of.moments[1][0, 0])
    assert_allclose(of.shape, [np.mean(z**3), np.mean(z**4)], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("skewed", [False, True])
def test_tails_of_the_beta_distribution_are_those_of_a_beta_with_these_moments(skewed):
    g = np.random.default_rng(2)
    h = g.exponential(size=40) if skewed else np.arange(40.0)
    of = Orders(h, g.uniform(size=(40, 1)) ** 3, (np.arange(40),))
    gap, spread, _ = of.moments
    seen = Standardized.of(gap, spread)
    one, other, both = (seen.near(of, alternative) for alternative in ("greater", "less", "two-sided"))
    assert one + other == pytest.approx(1.0, abs=1e-12)
    z = of.drawn(200_000, g)[:, 0] / np.sqrt(spread[0, 0])
    assert np.mean(z >= seen.value) == pytest.approx(one, abs=0.005)  # Monte Carlo 0.001, and what a beta is not
    assert np.mean(np.abs(z) >= abs(seen.value)) == pytest.approx(both, abs=0.005)


@pytest.mark.parametrize("name", CASES)
def test_draws_come_near(name):
    of = CASES[name]
    gap, spread, _ = of.moments
    seen = Standardized.of(gap, spread)
    near = seen.share(of.drawn(5000, np.random.default_rng(1)), 1.0, "two-sided") / 5000
    assert near == pytest.approx(seen.share(of.listed(), 1.0 / of.many, "two-sided"), abs=0.03)  # Monte Carlo 0.007


def test_what_takes_too_long_is_not_added_up(monkeypatch):
    import stattools.inference.hypotheses.exact as module

    monkeypatch.setattr(module, "MOST_WORK", 10)
    for name in ("two groups", "a number", "signs"):
        assert CASES[name].law() is None
    monkeypatch.setattr(module, "MOST_WORK", 10**9)
    monkeypatch.setattr(module, "MOST_SETS", 10)
    assert CASES["a number"].law() is None


SCORES = np.array([0, 3, 3, 5, 8, 2, 1])


@pytest.mark.parametrize("m", [0, 1, 3, 6, 7])
def test_choices_are_those_of_a_list(m):
    sums = [sum(chosen) for chosen in combinations(SCORES.tolist(), m)]
    expected = np.bincount(sums, minlength=SCORES.sum() + 1) / len(sums)
    assert_allclose(of_choices(SCORES, m), expected, atol=1e-15)


def test_signs_are_those_of_a_list():
    sums = [int(np.dot(signs, SCORES)) for signs in product((0, 1), repeat=len(SCORES))]
    assert_allclose(of_signs(SCORES), np.bincount(sums, minlength=SCORES.sum() + 1) / 2**7, atol=1e-15)


def test_many_scores_keep_their_digits():
    ranks = np.arange(1, 121)
    law = of_choices(ranks, 60)
    assert law.sum() == pytest.approx(1.0, abs=1e-12)
    assert law @ np.arange(len(law)) == pytest.approx(60 * 60.5, rel=1e-12)
    low, high = np.arange(60.0), np.arange(60.0) * 1.25 + 0.1
    p = stats.mannwhitneyu(low, high, method="exact").pvalue
    rank_sum = int(stats.rankdata(np.r_[low, high])[:60].sum())
    assert 2.0 * law[: rank_sum + 1].sum() == pytest.approx(p, rel=1e-8)
