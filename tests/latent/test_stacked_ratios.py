"""The search of many ratios against that of each model, and where a model has two maxima."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.elimination import stacked_rows, stacked_sums
from stattools.latent.global_maximum import only_ratios, ratio_search, slopes, sums_of_members, sums_of_one_ratio
from tests.latent.ratio_cases import drawn
from tests.latent.stacked_cases import alone, members


@pytest.mark.parametrize("reml", [True, False])
def test_values_are_those_of_one_model_and_slopes_those_of_differences(reml):
    parts = members(1)
    sums, sound = sums_of_members(stacked_sums(stacked_rows(parts), (1,)))
    assert sound.all()
    at = np.array([1e-3, 0.1, 1.0, 50.0])
    every, step = np.tile(at, (len(parts), 1)), 1e-5
    found = slopes(sums, every, reml)
    least = sums.least[:, None]
    ahead, back = (slopes(sums, (found.u * np.exp(way * step) - 1.0) / least, reml) for way in (1, -1))
    for part in ("h", "log_r2"):
        more, less, here = (vars(one)[part] for one in (ahead, back, found))
        assert_allclose(here[1:], (more - less)[:2] / (2.0 * step), rtol=1e-6, atol=1e-7)  # u moves by 1e-8 at least
    values = found.h[0] + (sums.n - 2 * reml)[:, None] * found.log_r2[0]
    for k, part in enumerate(parts):
        deviance = alone(part, (1,), reml)
        expected = [deviance.at(np.array([np.sqrt(ratio)])).value for ratio in at]
        assert_allclose(np.diff(values[k]), np.diff(expected), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("reml", [True, False])
def test_the_only_maximum_is_found_and_several_are_left(reml):
    """Unequal groups of unequal spread: some of the 24 models have two maxima, and some that at 0."""
    parts = []
    for seed in range(24):
        y, X, z, codes = drawn(seed, [3, 2, 1, 1, 30, 2], p=2, spread=(0.1, 0.5, 3.0))
        parts.append((X, y, z[:, None], None, codes))
    found, known = only_ratios(stacked_sums(stacked_rows(parts), (1,)), reml)
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
    _, known = only_ratios(stacked_sums(stacked_rows(parts), (1,)), True)
    assert known.tolist() == [False, True, True, True, True]
