"""What one trained network and several are asked of rows: scores count rows by their weights."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from tests.networks.ring import RING, SMALL, X


def test_weights_of_own_rows_count_in_every_score():
    weights = np.resize([1.0, 3.0, 0.0, 2.0], 240)
    again = np.repeat(np.arange(240), weights.astype(int))
    fit = st.fit(st.network(RING, X, hidden=[4], weights=weights), solver=st.LBFGS(max_steps=20), seed=0)
    twin = (RING[again], X[again])
    assert fit.log_score() == pytest.approx(-fit.loglik / fit.n, rel=1e-12)
    assert fit.log_score() == pytest.approx(fit.log_score(twin), rel=1e-12)
    assert fit.brier() == pytest.approx(fit.brier(twin), rel=1e-12)
    pd.testing.assert_frame_equal(fit.confusion(), fit.confusion(twin))
    pd.testing.assert_frame_equal(fit.calibration(), fit.calibration(twin))


def test_a_kind_of_predictions_that_there_is_not_is_refused_by_one_and_by_several():
    model = st.network(RING, X, hidden=[2])
    for fit in (st.fit(model, solver=SMALL, seed=0), st.fit(model, solver=SMALL, seed=0, members=2)):
        with pytest.raises(st.IncompatibleError, match="has kind 'mean' and 'class'; got kind='median'"):
            fit.predict(kind="median")
