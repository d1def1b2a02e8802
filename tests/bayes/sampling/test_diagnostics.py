"""Diagnostics in words: what failed is named, and what to do."""

import numpy as np

from stattools.bayes.sampling.diagnostics import diagnostics

GOOD = np.random.default_rng(0).standard_normal((4, 500, 2))


def stats(diverging=0, energy=None):
    flags = np.zeros((4, 500), dtype=bool)
    flags[0, :diverging] = True
    energy = np.random.default_rng(1).standard_normal((4, 500)) if energy is None else energy
    return {"diverging": flags, "reached_max_treedepth": np.zeros_like(flags), "energy": energy}


def test_good_draws_have_no_problems():
    found = diagnostics(("a", "b"), GOOD, "nuts", stats())
    assert found.ok
    assert str(found).startswith("Nothing failed: no divergences, R-hat at most 1.0")


def test_each_failure_is_named():
    apart = GOOD + np.array([0.0, 0.0, 0.0, 5.0])[:, None, None] * np.array([0.0, 1.0])
    assert "for b, above 1.01: the chains disagree" in str(diagnostics(("a", "b"), apart, "nuts", stats()))
    assert "3 divergent transitions of 2,000" in str(diagnostics(("a", "b"), GOOD, "nuts", stats(3)))
    slow = np.cumsum(np.random.default_rng(2).standard_normal((4, 500)), axis=1)
    found = diagnostics(("a", "b"), slow[:, :, None] + 0.0 * GOOD, "nuts", stats(energy=slow))
    assert "bulk effective sample size" in str(found)
    assert "E-BFMI is 0.0" in str(found)
    assert 'Use method="nuts"' in str(diagnostics(("a", "b"), GOOD[:1], "importance", {}, 0.9))
