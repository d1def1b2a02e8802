"""Exact ties of many strata; the likelihood itself is in test_cox.py and test_conditional_logit.py."""

import numpy as np
import pytest

import stattools as st


@pytest.mark.parametrize("far", [1.0, 400.0])
def test_short_chains_side_by_side_are_those_of_long_ones(monkeypatch, far):
    g = np.random.default_rng(7)
    n = 60
    table = {
        "t": g.integers(1, 4, n), "d": g.random(n) < 0.6, "x": g.standard_normal(n), "z": g.standard_normal(n),
        "s": np.repeat(np.arange(6), 10),
    }  # fmt: skip
    model = st.cox("survival(t, d) ~ x + z", table, strata="s", ties="exact")
    theta = np.array([far, -0.5])
    short = model.evaluate(theta)
    monkeypatch.setattr("stattools.models.survival.exact_ties.SHORT", 0)
    long = st.cox("survival(t, d) ~ x + z", table, strata="s", ties="exact").evaluate(theta)
    assert short.loglik == pytest.approx(long.loglik, rel=1e-12)
    assert short.score == pytest.approx(long.score, rel=1e-9, abs=1e-9)
    assert short.information == pytest.approx(long.information, rel=1e-7, abs=1e-9)
