"""The log-rank test against statsmodels and against a loop over times."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import survdiff

from stattools.inference.survival.product_limit import log_rank

G = np.random.default_rng(2)
GROUP = G.integers(0, 3, 150)
TIME = np.ceil(G.exponential(8.0 + 3.0 * GROUP))
EVENT = G.random(150) < 0.7
STRATA = G.integers(0, 2, 150)
ENTRY = np.floor(TIME * G.random(150) * 0.9)


def test_agrees_with_statsmodels():
    for strata in (np.zeros(150, dtype=int), STRATA):
        theirs = survdiff(TIME, EVENT, GROUP, strata=None if strata.max() == 0 else strata)
        statistic, df, p_value, _ = log_rank(TIME, EVENT, None, None, GROUP, strata)
        assert (statistic, df, p_value) == (pytest.approx(theirs[0], rel=1e-10), 2, pytest.approx(theirs[1], rel=1e-9))


def test_late_entry_and_weights_are_counted_row_by_row():
    weights = G.integers(0, 3, 150).astype(float)
    again = np.repeat(np.arange(150), weights.astype(int))
    U, V = np.zeros(3), np.zeros((3, 3))
    for t in np.unique(TIME[again][EVENT[again]]):
        risk = again[(ENTRY[again] < t) & (t <= TIME[again])]
        n, d = len(risk), (EVENT[risk] & (TIME[risk] == t)).sum()
        q = np.array([(GROUP[risk] == k).mean() for k in range(3)])
        U += [(EVENT[risk] & (TIME[risk] == t) & (GROUP[risk] == k)).sum() - d * q[k] for k in range(3)]
        V += d * (n - d) / max(n - 1, 1) * (np.diag(q) - np.outer(q, q))
    statistic, df, _, expected = log_rank(TIME, EVENT, ENTRY, weights, GROUP, np.zeros(150, dtype=int))
    assert statistic == pytest.approx(U[:2] @ np.linalg.solve(V[:2, :2], U[:2]), rel=1e-10)
    assert df == 2
    assert expected.sum() == pytest.approx((weights * EVENT).sum())


def test_groups_that_never_meet_tell_nothing():
    found = log_rank(np.array([1.0, 2.0]), np.ones(2, dtype=bool), None, None, np.arange(2), np.arange(2))
    assert found[1:3] == (0, 1.0)
