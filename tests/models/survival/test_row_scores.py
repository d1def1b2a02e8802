"""Scores of rows: they add up to the score, and are what a loop over events finds."""

import numpy as np
import pytest

import stattools as st
from stattools.models.survival.partial_likelihood import martingale, mean_at_events, on_all_rows, score_rows

G = np.random.default_rng(4)
N = 40
TABLE = {"e": G.integers(0, 3, N), "x": G.standard_normal(N), "z": G.standard_normal(N), "w": G.integers(0, 3, N)}
TABLE |= {"t": TABLE["e"] + G.integers(1, 5, N), "d": G.random(N) < 0.6, "s": G.integers(0, 2, N)}


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_rows_add_up_and_are_those_of_a_loop(ties):
    model = st.cox("survival(e, t, d) ~ x + z", TABLE, ties=ties, strata="s", weights="w")
    theta = np.array([0.3, -0.5])
    at = model.at(theta)
    weight = at.sets.weight
    assert (weight * score_rows(at)).sum(axis=1) == pytest.approx(at.score, abs=1e-12)
    assert (weight * martingale(at)).sum() == pytest.approx(0.0, abs=1e-12)
    X, r = model.X.T, np.exp(model.X @ theta)
    found, mart = np.zeros((2, N)), np.zeros(N)
    w, d = TABLE["w"], TABLE["d"]
    for t, s in zip(at.sets.times, at.sets.stratum, strict=True):
        there = (TABLE["t"] >= t) & (TABLE["e"] < t) & (TABLE["s"] == s)
        dead = there & (TABLE["t"] == t) & d
        count = int((w * dead).sum())
        for step in range(count):
            part = there - (step / count * dead if ties == "efron" else 0.0)
            mass = w * r * part
            mean = (X * mass).sum(axis=1) / mass.sum()
            away = X - mean[:, None]
            found += away * (dead / count - r * part / mass.sum())
            mart += dead / count - r * part / mass.sum()
    used = w > 0
    assert on_all_rows(score_rows(at), at, N)[:, used] == pytest.approx(found[:, used], abs=1e-12)
    assert on_all_rows(martingale(at), at, N)[used] == pytest.approx(mart[used], abs=1e-12)
    assert mean_at_events(at).shape == (2, at.sets.m)
