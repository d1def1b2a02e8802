"""A trained network: labels, weights and missing rows in what it answers."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from tests.networks.ring import NEW, RING, SMALL, X


def test_labels_survive_and_unseen_ones_are_refused():
    fit = st.fit(st.network(RING, X, hidden=[3]), solver=SMALL, seed=0)
    assert set(fit.predict(NEW, kind="class")) <= {"in", "out"}
    assert fit.predict(NEW).shape == (100,)
    with pytest.raises(st.DomainError, match="not seen: 'elsewhere'"):
        fit.log_score((np.array(["elsewhere"] * 100), NEW))
    with pytest.raises(st.DomainError, match="pair"):
        fit.log_score(NEW)
    with pytest.raises(st.IncompatibleError, match="no table of coefficients"):
        fit.table()


def test_frames_and_formulas_drop_and_count_missing_rows():
    frame = pd.DataFrame({"ring": RING, "a": X[:, 0], "b": X[:, 1]})
    frame.loc[3, "a"] = np.nan
    fit = st.fit(st.network("ring ~ a + b", frame, hidden=[3]), solver=SMALL, seed=0)
    assert fit.glance().loc[0, "n_dropped"] == 1
    assert fit.log_score(frame.dropna()) == pytest.approx(fit.log_score(), rel=1e-12)
    assert "1 dropped" in str(fit)


def test_fewer_outputs_than_labels_are_explained():
    fit = st.fit(st.network(np.resize(["a", "b", "c"], len(X)), X, hidden=[2]), solver=st.LBFGS(max_steps=2), seed=0)
    assert "Outputs         2, the log odds of each other label against 'a'" in str(fit)
