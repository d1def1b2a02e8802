"""Curves of survival against statsmodels, counted again where rows enter late, and a planted fault."""

import numpy as np
import pytest

import stattools as st
from stattools.validation.checks import samples as survival_curves


def table(late=False):
    g = np.random.default_rng(8)
    time = np.ceil(g.exponential(20.0, size=60))
    rows = {"t": time, "d": (g.random(60) < 0.7).astype(int), "g": ["a", "b", "b"] * 20, "w": [1, 2, 3] * 20}
    return rows | {"e": np.minimum(np.floor(g.exponential(4.0, size=60)), time - 1.0)} if late else rows


@pytest.mark.parametrize("formula", ["survival(t, d) ~ g", "survival(t) ~ 1"])
@pytest.mark.parametrize("weights", [None, "w"])
def test_survfunc_has_the_same_curves(formula, weights):
    found = st.validate(st.kaplan_meier(formula, table(), weights=weights))
    assert found.ok
    assert "SurvfuncRight agrees: the same survival at" in found.sentence
    assert found.rows["digits"].min() > 12
    assert max(found.decrement, found.reference_decrement) < 1e-9
    assert found.loglik == pytest.approx(found.reference_loglik, rel=1e-12)


def test_late_entries_are_counted_again():
    found = st.validate(st.kaplan_meier("survival(e, t, d) ~ g", table(late=True)))
    assert found.ok
    assert found.sentence.startswith("A second computation, one event time at a time, agrees")
    assert np.isfinite([found.loglik, found.decrement, found.reference_decrement]).all()


def test_another_curve_is_found(monkeypatch):
    right = survival_curves._survfunc

    def wrong(answer, k):
        survival, se = right(answer, k)
        return survival * np.where(np.arange(len(survival)) > 3, 0.999, 1.0), se

    monkeypatch.setattr(survival_curves, "_survfunc", wrong)
    found = st.validate(st.kaplan_meier("survival(t, d) ~ 1", table()))
    assert "differs by up to 0.000" in found.sentence
    assert found.decrement < 1e-9 < 1e-3 < found.reference_decrement
