"""A witness has the signs of the outcomes and is orthogonal to every column."""

from __future__ import annotations

import numpy as np
import pytest

import stattools as st
from stattools.inference.existence.separation import witness

TABLE = {
    "x": [0.1, 1.2, -0.3, 2.2, 0.9, -1.4, 0.4, 1.1],
    "event": [0, 1, 0, 1, 0, 0, 1, 0],
    "count": [0, 3, 1, 4, 0, 0, 2, 5],
    "kind": [0, 2, 1, 1, 1, 1, 2, 0],
    "w": [1, 2, 1, 3, 1, 1, 2, 1],
}


@pytest.mark.parametrize(
    "model",
    [
        st.logistic("event ~ x", TABLE, weights="w"),
        st.poisson("count ~ x", TABLE),
        st.softmax("kind ~ x", TABLE),
        st.ordinal("kind ~ x", TABLE),
    ],
    ids=lambda model: model.kind,
)
def test_a_witness_is_orthogonal_to_the_columns(model):
    found = witness(model, st.fit(model).estimate)
    assert found is not None
    u = found if model.predictor.width > 1 else found[:, 0]
    pulled = model.predictor.forward(np.zeros(len(model.names)), model.rows.whole)[1](u)
    assert np.abs(pulled).max() < 1e-14
    score = np.asarray(model.likelihood.score(model.eta(st.fit(model).estimate), model.rows.y))
    assert (np.sign(u) == np.sign(score)).all()


def test_there_is_none_where_a_row_is_certain():
    model = st.logistic("event ~ x", TABLE)
    assert witness(model, np.array([0.0, 1e4])) is None
