"""Sums over risk sets against a loop over rows."""

import numpy as np
import pytest

from stattools.models.survival.risk_sets import RiskSets

G = np.random.default_rng(3)
N = 60
ENTRY = G.integers(0, 5, N).astype(float)
TIME = ENTRY + G.integers(1, 7, N).astype(float)
EVENT = G.random(N) < 0.5
WEIGHT = G.integers(0, 3, N).astype(float)
STRATA = G.integers(0, 4, N)


@pytest.mark.parametrize("entry", [None, ENTRY], ids=["from the start", "late entry"])
@pytest.mark.parametrize("strata", [None, STRATA], ids=["one stratum", "strata"])
def test_sums_are_those_of_a_loop(entry, strata):
    sets = RiskSets.of(TIME, EVENT, entry, WEIGHT, strata)
    begin, within = np.full(N, -1.0) if entry is None else entry, np.zeros(N) if strata is None else strata
    x = G.standard_normal((2, N)) * WEIGHT
    labels = np.zeros(sets.m) if strata is None else sets.stratum
    inside = np.array([(within == s) & (begin < t) & (t <= TIME) for t, s in zip(sets.times, labels, strict=True)])
    dead = inside & (sets.times[:, None] == TIME) & EVENT
    at = x[:, sets.rows]
    assert sets.sums(at) == pytest.approx(x @ inside.T, abs=1e-12)
    assert sets.sums_of_dead(at) == pytest.approx(x @ dead.T, abs=1e-12)
    assert sets.deaths == pytest.approx(dead @ WEIGHT)
    values = G.standard_normal((2, sets.m))
    assert sets.while_at_risk(values) == pytest.approx((values @ inside)[:, sets.rows], abs=1e-12)
    assert set(sets.rows) == set(np.flatnonzero(inside.any(axis=0) & (WEIGHT > 0)))
    events = {(w, t) for w, t, e, k in zip(within, TIME, EVENT, WEIGHT, strict=True) if e and k}
    assert set(zip(labels, sets.times, strict=True)) == events
