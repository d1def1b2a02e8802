"""Columns of rows at risk: centered within strata whatever the parts are, and of unit variance."""

import numpy as np
import pytest

from stattools.models.survival.cox import centered, columns_at_risk, whitened
from stattools.models.survival.risk_sets import RiskSets


@pytest.mark.parametrize("strata", [None, np.arange(40) % 3])
def test_means_within_strata_are_taken_off(monkeypatch, strata):
    g = np.random.default_rng(0)
    X = 1e6 + g.standard_normal((40, 2))
    sets = RiskSets.of(g.integers(1, 9, 40).astype(float), g.random(40) < 0.7, None, None, strata)
    monkeypatch.setattr("stattools.models.survival.partial_likelihood.AT_A_TIME", 10)
    Z = columns_at_risk(X, sets)
    assert Z.tolist() == X[sets.rows].T.tolist()
    codes = np.searchsorted(sets.first, sets.joins, side="right")
    centered(Z, sets)
    for code in np.unique(codes):
        mine = codes == code
        assert Z[:, mine].mean(axis=1) == pytest.approx([0.0, 0.0], abs=1e-12)
        assert Z[:, mine] == pytest.approx((X[sets.rows[mine]] - X[sets.rows[mine]].mean(axis=0)).T, abs=1e-9)


def test_columns_are_of_unit_variance():
    Z = np.random.default_rng(1).standard_normal((3, 50)) * [[1.0], [1e-6], [1e6]]
    T = whitened(Z)
    assert ((T.T @ Z) ** 2).mean(axis=1) == pytest.approx([1.0] * 3, rel=1e-12)
