"""Every law is about models of the exam, its change runs on their problems, and those that were promised are there."""

from __future__ import annotations

import numpy as np
import pytest

from stattools.qualification.exam.laws import LAWS, PROBLEMS

PROMISED = (
    *("scale", "origin", "units of the outcome", "origin of the outcome", "row order", "duplicated rows", "weights"),
    *("names of groups", "reference category", "complement", "reference level", "offset", "aliased columns"),
    *("a constant column", "separation", "monotone likelihood", "unbounded: times without spread"),
    *("unbounded: groups without spread", "two maxima of groups", "two maxima of outliers", "published: Longley"),
    *("predictions, scale", "predictions, origin", "predictions, reference level", "time reversed"),
    "arrays changed afterwards",
    *("rows left out of least squares", "rows left out of log odds", "rows left out of log rates", "influence, scale"),
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_a_change_runs_and_moves_the_data(law):
    assert set(law.models) <= set(PROBLEMS)
    for model in law.models:
        before, after = {}, {}
        exec(PROBLEMS[model], before)
        exec(f"{PROBLEMS[model]}\n{law.lines(model)}", after)
        names = [name for name in ("X", "y", "g", "o", "w", "time", "event") if name in before]
        assert any(not np.array_equal(before[name], after[name]) for name in names)
        assert len({len(after[name]) for name in names}) == 1
        assert law.asks == ("no number" if law.expect is None else "same")


def test_every_law_that_was_promised_is_here_once():
    names = [law.name for law in LAWS]
    assert set(PROMISED) <= set(names)
    assert len(set(names)) == len(names)


def test_every_model_is_asked():
    assert {model for law in LAWS for model in law.models} == set(PROBLEMS)
