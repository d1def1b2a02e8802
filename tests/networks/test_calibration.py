"""Brier score, reliability and temperature are their definitions."""

import numpy as np
import pytest

import stattools as st
from tests.networks.ring import NEW, NEW_RING, RING, X


def test_temperature_repairs_overconfidence_without_moving_labels():
    fit = st.fit(st.network(RING, X, hidden=[20], activation="tanh"), solver=st.LBFGS(max_steps=300), seed=0)
    cooled = fit.calibrated((NEW_RING, NEW))
    assert cooled.temperature > 1.2
    assert cooled.log_score((NEW_RING, NEW)) < fit.log_score((NEW_RING, NEW))
    assert (cooled.predict(NEW, kind="class") == fit.predict(NEW, kind="class")).all()


def test_calibration_brier_and_log_score_are_their_definitions():
    fit = st.fit(st.network(RING, X, hidden=[4]), solver=st.LBFGS(max_steps=20), seed=0)
    p, y = fit.predict(NEW), (NEW_RING == "out").astype(float)
    assert fit.brier((NEW_RING, NEW)) == pytest.approx(np.mean((p - y) ** 2), rel=1e-12)
    table = fit.calibration((NEW_RING, NEW), bins=4)
    both, hit = np.concatenate([1 - p, p]), np.concatenate([1 - y, y])
    group = np.minimum((both * 4).astype(int), 3)
    np.testing.assert_allclose(table.observed, [hit[group == k].mean() for k in np.unique(group)], rtol=1e-12)
    np.testing.assert_allclose(table.predicted, [both[group == k].mean() for k in np.unique(group)], rtol=1e-12)
    assert table.n.sum() == 200
    for bins in (0, 2.5, True):
        with pytest.raises(st.DomainError, match="bins="):
            fit.calibration(bins=bins)
