"""The search of many ratios against that of each model, and where a model has two maxima."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.elimination import stacked_rows, stacked_sums
from stattools.latent.global_maximum import StackedRatios, ratio_search, sums_of_one_ratio
from tests.latent.ratio_cases import drawn
from tests.latent.stacked_cases import alone, members


@pytest.mark.parametrize("reml", [True, False])
def test_values_are_those_of_one_model_and_slopes_those_of_differences(reml):
    parts = members(1)
    ratios = StackedRatios.of(stacked_sums(stacked_rows(parts), (1,)), reml)
    at = np.array([1e-3, 0.1, 1.0, 50.0])
    every, step = np.tile(at, (len(parts), 1)), 1e-4 * at
    h, r = ratios.slopes(slice(None), every)
    ahead, back = (ratios.slopes(slice(None), every + sign * step) for sign in (1.0, -1.0))
    for found, more, less in zip((h, r), ahead, back, strict=True):
        for order in (0, 1):
            expected = (more[order] - less[order]) / (2.0 * step[:, None])
            assert_allclose(found[order + 1], expected, rtol=1e-6, atol=1e-9)
    values = h[0] + ratios.df * r[0]
    for k, part in enumerate(parts):
        deviance = alone(part, (1,), reml)
        expected = [deviance.at(np.array([np.sqrt(ratio)])).value for ratio in at]
        assert_allclose(np.diff(values[:, k]), np.diff(expected), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("reml", [True, False])
def test_the_only_maximum_is_found_and_several_are_left(reml):
    """Unequal groups of unequal spread: some of the 24 models have two maxima, and some that at 0."""
    parts = []
    for seed in range(24):
        y, X, z, codes = drawn(seed, [3, 2, 1, 1, 30, 2], p=2, spread=(0.1, 0.5, 3.0))
        parts.append((X, y, z[:, None], None, codes))
    found, known = StackedRatios.of(stacked_sums(stacked_rows(parts), (1,)), reml).searched()
    several = zero = inside = 0
    for k, part in enumerate(parts):
        one = ratio_search(sums_of_one_ratio(alone(part, (1,), reml)), reml)
        if len(one.maxima) > 1:
            several += 1
            assert not known[k]
        else:
            assert known[k]
            assert found[k] == pytest.approx(one.best.ratio, rel=1e-3, abs=0.0)
            zero, inside = zero + (found[k] == 0.0), inside + (found[k] > 0.0)
    assert several or reml
    assert zero
    assert inside


def test_no_residual_within_groups_is_left():
    parts = members(1)
    X, _, z, _, codes = parts[0]
    parts[0] = (X[:, :1].repeat(2, axis=1) + [0, 1] * codes[:, None], codes * 1.5 + (codes % 2), z, None, codes)
    _, known = StackedRatios.of(stacked_sums(stacked_rows(parts), (1,)), True).searched()
    assert known.tolist() == [False, True, True, True, True]
