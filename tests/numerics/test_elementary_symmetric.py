"""Elementary symmetric functions against the enumeration of all sets."""

from itertools import combinations

import numpy as np
import pytest
from scipy.special import gammaln, logsumexp

from stattools.numerics.symmetric_functions import symmetric, unpacked


def enumerated(r, X, d):
    """log e_d, and the mean and covariance of the sum of x over the chosen, over all sets."""
    sets = [list(chosen) for chosen in combinations(range(len(r)), d)]
    products = np.array([np.prod(r[chosen]) for chosen in sets])
    sums = np.array([X[:, chosen].sum(axis=1) for chosen in sets])
    share = products / products.sum()
    mean = share @ sums
    return np.log(products.sum()), mean, (sums.T * share) @ sums


@pytest.mark.parametrize("room", [1 << 21, 8])
def test_agrees_with_all_sets(monkeypatch, room):
    monkeypatch.setattr("stattools.numerics.symmetric_functions.ROOM", room)
    g = np.random.default_rng(0)
    r, X = g.exponential(size=11), g.standard_normal((2, 11))
    ends, d = np.array([2, 5, 8, 11, 11]), np.array([2, 1, 4, 6, 10])
    found = symmetric(np.log(r), X, ends, d)
    for k, (end, chosen) in enumerate(zip(ends, d, strict=True)):
        log, mean, second = enumerated(r[:end], X[:, :end], chosen)
        assert found.logs[k] == pytest.approx(log, rel=1e-13)
        assert found.means[:, k] == pytest.approx(mean, rel=1e-12)
        assert unpacked(found.seconds[:, k], 2) == pytest.approx(second, rel=1e-12)


def test_large_ties_in_risk_sets_of_very_different_sizes_do_not_underflow():
    """Of equal risks e_d counts sets: here from 1e23 to 1e261 of them."""
    ends, d = np.array([200, 700, 900]), np.array([100, 690, 360])
    found = symmetric(np.zeros(900), np.empty((0, 900)), ends, d, 0)
    assert found.logs == pytest.approx(gammaln(ends + 1) - gammaln(d + 1) - gammaln(ends - d + 1), rel=1e-12)


def test_risks_of_any_size_keep_their_digits():
    """e_1 and e_(n - 1) are sums, whatever the numbers are."""
    logs = np.linspace(-600.0, 600.0, 40)
    found = symmetric(logs, np.ones((1, 40)), np.array([40, 40]), np.array([1, 39]), 1)
    assert found.logs == pytest.approx([logsumexp(logs), float(logs.sum()) + float(logsumexp(-logs))], rel=1e-13)
    assert found.means[0] == pytest.approx([1.0, 39.0], rel=1e-13)
