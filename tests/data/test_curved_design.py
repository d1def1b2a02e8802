"""Columns of new rows are those of the fit where the rows are the same."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from tests.models.mixed.hazards import TABLE


def test_the_rows_of_the_fit_are_encoded_as_they_were():
    model = st.cox("survival(time, event) ~ z + C(g) + s(x, k=8, by=C(g)) + s(u, k=6)", TABLE)
    X = model.whole.design.encode(TABLE)
    assert X.shape[1] == len(model.whole.design.names) == 1 + len(model.whole.names)
    assert_allclose(X[:, 1:], model.whole.X, atol=1e-12)
    some = model.whole.design.encode(TABLE, np.array([3, 5]))
    assert_allclose(some, X[[3, 5]], atol=1e-12)
    assert model.whole.design.names[: len(model.fixed.design.names)] == model.fixed.design.names
