"""The lines of a law for a model."""

from __future__ import annotations

from stattools.qualification.exam.laws import Law


def test_rows_and_outcomes_are_those_of_the_model():
    law = Law("turned", "", (), "i = [1, 0]; {rows}; {outcome} = 2 * {outcome}")
    assert law.lines("linear") == "i = [1, 0]; X, y = X[i], y[i]; y = 2 * y"
    assert law.lines("Cox") == "i = [1, 0]; X, time, event = X[i], time[i], event[i]; time = 2 * time"
    assert "X, y, g = X[i], y[i], g[i]" in law.lines("mixed")
    assert law.asks == "no number"
