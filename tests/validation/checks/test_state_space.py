from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from tests.series.statespace.series_cases import NILE, UNEMPLOYMENT, gappy

X = np.random.default_rng(0).normal(size=(len(UNEMPLOYMENT), 1))


@pytest.mark.parametrize(
    "model",
    [
        st.local_level(NILE),
        st.local_level(gappy(NILE), drift=-2.0),
        st.local_linear_trend(NILE),
        st.smooth_trend(UNEMPLOYMENT),
        st.local_level(UNEMPLOYMENT, X=X, seasonal=4),
    ],
    ids=lambda model: model.title,
)
def test_statsmodels_agrees(model):
    check = st.validate(st.fit(model))
    assert check.ok, check.sentence
    assert "agrees" in check.sentence
    assert check.reference_loglik == pytest.approx(check.loglik, rel=1e-8)
    assert "for flat states" in check.notes[0]


def test_the_nile_line_by_line():
    check = st.validate(st.fit(st.local_level(NILE)))
    table = check.table()
    assert (table["digits"] >= 5).all()
    assert (table["se_digits"] >= 7).all()
    assert "-633.464564 in its terms" in check.notes[0]


def test_a_wrong_fit_is_found_out():
    fit = st.fit(st.local_level(NILE))
    moved = replace(fit, estimate=fit.estimate * 1.2, loglik=fit.model.loglik(fit.estimate * 1.2))
    check = st.validate(moved)
    assert not check.ok
    assert "higher" in check.sentence
    assert not st.validate(replace(fit, loglik=fit.loglik + 1e-4)).ok


def test_the_steady_state_shortcut_is_known():
    """Its tolerance is absolute, so that a series in small units is cut short."""
    check = st.validate(st.fit(st.local_level(1e-4 * NILE)))
    assert check.ok
    assert "shortcut is off here" in check.notes[1]
