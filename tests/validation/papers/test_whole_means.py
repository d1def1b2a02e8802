"""Against enumeration: all samples of whole numbers of a small size."""

from itertools import combinations_with_replacement

import numpy as np
import pytest

from stattools.validation.papers.checks import has_sd, largest_sd, sums


@pytest.mark.parametrize("n", [2, 3, 5])
def test_sums_and_standard_deviations_are_those_of_all_samples(n):
    samples = np.array(list(combinations_with_replacement(range(1, 6), n)))
    means, sds = np.round(samples.mean(1), 2), np.round(samples.std(1, ddof=1), 2)
    for mean, sd in zip(means, sds, strict=True):
        ends = (mean - 0.005, mean + 0.005), (sd - 0.005, sd + 0.005)
        assert sums(ends[0], n)
        assert has_sd(*ends, n)
    known = set(means)
    impossible = [mean for mean in np.round(np.arange(1, 5, 0.01), 2) if mean not in known]
    assert not any(sums((mean - 0.0049, mean + 0.0049), n) for mean in impossible)


def test_spreads_that_no_whole_numbers_have():
    samples = np.array(list(combinations_with_replacement(range(-9, 12), 3)))
    samples = samples[samples.sum(1) == 6]
    known = {round(float(sd), 2) for ddof in (0, 1) for sd in samples.std(1, ddof=ddof) if sd < 4}
    spreads = [round(0.01 * k, 2) for k in range(400)]
    possible = {sd for sd in spreads if has_sd((2.0, 2.0), (sd - 0.0049, sd + 0.0049), 3)}
    assert known - {4.0} <= possible  # never a false alarm
    assert len(possible) < 0.1 * len(spreads)


def test_the_largest_spread_on_a_scale():
    x = np.repeat([1.0, 7.0], 14)
    assert largest_sd(1.0, 7.0, (4.0, 4.0), 28) == pytest.approx(x.std(ddof=1))
