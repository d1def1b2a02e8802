"""What draws come to, against a loop over `st.fit`."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.inference.prediction.predict import outcomes
from stattools.inference.resampling.power import Truth, share, simulated


def clinic(n=40):
    x = np.random.default_rng(0).normal(size=n)
    return st.logistic("y ~ x", {"y": np.arange(n) % 2, "x": x})


def counted_one_by_one(truth, rows, draws, seed):
    """The slow twin: the same outcomes, one `st.fit` each."""
    model, random = truth.model, np.random.default_rng(seed)
    whole = np.tile(np.arange(len(model.rows.X)), rows // len(model.rows.X))
    design = model.subset(whole)
    Y = outcomes(design, model.eta(truth.theta)[whole], truth.scale, draws, random)
    k, rejected, covered = truth.which[0], 0, 0
    for y in Y:
        table = st.fit(replace(design, rows=replace(design.rows, y=y)), cov=truth.cov, level=truth.level).table()
        rejected += table.p_value[k] < 1.0 - truth.level
        covered += table.lower[k] <= truth.theta[k] <= table.upper[k]
    return rejected, covered


@pytest.mark.parametrize("cov", ["information", "HC1"])
@pytest.mark.parametrize("family", ["ols", "logistic"])
def test_counts_are_those_of_a_loop_over_fits(family, cov):
    model = clinic() if family == "logistic" else st.ols(clinic().rows.X[:, 1], clinic().rows.X[:, 1] ** 2)
    truth = Truth(model, np.array([0.2, 0.5]), 0.8, np.array([1]), cov, 0.9)
    found = simulated(truth, 80, 25, np.random.default_rng(3))
    assert (found.rejected, found.covered) == counted_one_by_one(truth, 80, 25, 3)
    assert found.fitted == 25


def test_rows_that_are_no_multiple_are_dealt_from_the_design():
    truth = Truth(clinic(), np.array([0.2, 0.8]), 1.0, np.array([1]), "information", 0.95)
    between = simulated(truth, 60, 600, np.random.default_rng(1)).rejected
    ends = [simulated(truth, rows, 600, np.random.default_rng(2)).rejected for rows in (40, 80)]
    assert ends[0] + 20 < between < ends[1] - 20


def test_chunks_hold_all_draws(monkeypatch):
    import stattools.inference.resampling.power as module

    monkeypatch.setattr(module, "ENTRIES", 400)
    truth = Truth(clinic(), np.array([0.2, 0.8]), 1.0, np.array([1]), "information", 0.95)
    found = simulated(truth, 40, 25, np.random.default_rng(1))
    assert found.draws == found.fitted == 25


def test_draws_without_a_maximum_do_not_reject_and_are_counted():
    few = st.logistic([0, 1, 0, 1, 1, 0], np.arange(6.0))
    truth = Truth(few, np.array([-6.0, 2.4]), 1.0, np.array([1]), "information", 0.95)
    found = simulated(truth, 6, 20, np.random.default_rng(1))
    assert found.reasons["separated"] > 10
    assert found.fitted == 20 - found.reasons.total()
    assert found.record["coverage"] == found.covered / found.fitted
    assert found.record["power"] == found.rejected / 20


def test_a_share_of_all_or_none_has_an_error():
    assert share(1000, 1000)[1] > 0.0
    assert share(0, 1000)[1] > 0.0
