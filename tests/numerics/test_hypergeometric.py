"""Fisher's noncentral hypergeometric distribution against SciPy, and sums against enumeration."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from stattools.numerics.distributions.counts import of_table, sum_of


@pytest.mark.parametrize(("m1", "m2", "n"), [(5, 5, 4), (10, 3, 8), (2, 9, 2), (1, 1, 1), (7, 0, 3), (40, 60, 50)])
@pytest.mark.parametrize("theta", [-2.5, 0.0, 0.7])
def test_probabilities_and_moments_are_scipys(m1, m2, n, theta):
    count, law = of_table(m1, m2, n), stats.nchypergeom_fisher(m1 + m2, m1, n, np.exp(theta))
    np.testing.assert_allclose(np.exp(count.log_pmf(theta)), law.pmf(count.values), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(count.moments(theta), law.stats(), rtol=1e-9, atol=1e-12)
    assert sum(count.tails(theta, count.high)) == pytest.approx(1.0, abs=1e-14)


def test_at_even_odds_it_is_the_hypergeometric_of_large_counts():
    count = of_table(200_000, 300_000, 1000)
    law = stats.hypergeom(500_000, 200_000, 1000)
    np.testing.assert_allclose(count.logs[380:420], law.logpmf(np.arange(380, 420)), rtol=1e-8)  # SciPy's digits
    assert np.exp(count.logs).sum() == pytest.approx(1.0, abs=1e-12)


def test_a_sum_is_that_of_all_pairs_of_values():
    parts = [of_table(3, 4, 2), of_table(5, 1, 3), of_table(2, 2, 2)]
    total = sum_of(parts)
    expected = np.zeros(len(total.logs))
    for ks in product(*(range(len(part.logs)) for part in parts)):
        expected[sum(ks)] += np.exp(sum(part.logs[k] for part, k in zip(parts, ks, strict=True)))
    np.testing.assert_allclose(np.exp(total.logs), expected, rtol=1e-13)
    assert total.low == sum(part.low for part in parts)
