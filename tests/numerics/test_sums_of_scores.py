"""Distributions of sums against all choices and all signs, one by one."""

from itertools import combinations, product

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.numerics.sums_of_scores import of_choices, of_signs

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
