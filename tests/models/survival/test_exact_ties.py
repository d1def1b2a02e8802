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


def test_one_short_chain_is_passed_along(monkeypatch):
    g = np.random.default_rng(8)
    table = {"t": g.integers(1, 7, 60), "d": np.ones(60), "x": g.standard_normal(60), "z": g.standard_normal(60)}
    theta = np.array([0.7, -0.5])
    model = st.cox("survival(t, d) ~ x + z", table, ties="exact")
    assert model.exact._small == []
    along = model.evaluate(theta)
    monkeypatch.setattr("stattools.models.survival.exact_ties.BEGUN", 1000)
    other = st.cox("survival(t, d) ~ x + z", table, ties="exact")
    assert other.exact._long == ()
    side_by_side = other.evaluate(theta)
    assert along.loglik == pytest.approx(side_by_side.loglik, rel=1e-12)
    assert along.score == pytest.approx(side_by_side.score, rel=1e-9, abs=1e-9)
    assert along.information == pytest.approx(side_by_side.information, rel=1e-9, abs=1e-9)


def test_many_short_chains_go_side_by_side():
    g = np.random.default_rng(9)
    seen, sets = np.tile([1, 1, 0], 30), np.repeat(np.arange(30), 3)
    table = {"t": np.ones(90), "d": seen, "x": g.standard_normal(90), "s": sets}
    model = st.cox("survival(t, d) ~ x", table, strata="s", ties="exact")
    assert [len(d) for _, d in model.exact._small] == [30]
    assert model.exact._long == ()
