"""Data bound to a likelihood: what stands beside the columns, and offsets that leave no digits."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.extras import Farthest
from stattools.models.regressions.binding import bind, read_rows, require_moderate
from stattools.numerics.moments import SampleMoments

TABLE = {"y": [1.0, 2.0, 4.0, None], "x": [0.0, 1.0, 3.0, 2.0], "w": [1, 2, 1, 1], "t": [1.0, 2.0, 0.5, 1.0]}


def test_columns_beside_the_formula_are_those_of_the_rows_kept():
    data = read_rows("y ~ x", TABLE, None, True, weights="w", exposure="t", offset=None)
    model = bind("poisson", "Counts", st.Poisson(), data, np.array([1.0, 2.0, 4.0]))
    assert model.rows.X.tolist() == [[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]]
    assert model.rows.weight.tolist() == [1.0, 2.0, 1.0]
    assert_allclose(model.rows.offset, np.log([1.0, 2.0, 0.5]), rtol=1e-15)
    assert (model.n_dropped, model.names, model.outcome_name) == (1, ("Intercept", "x"), "y")
    assert_allclose(model.loglik([0.1, 0.2]), st.poisson("y ~ x", TABLE, weights="w", exposure="t").loglik([0.1, 0.2]))


def test_an_offset_in_the_exponent_is_moderate():
    rows = np.arange(3)
    require_moderate(st.Poisson(), Farthest.of(np.array([0.0, -1e6, 3.0]), rows))
    with pytest.raises(st.DomainError, match=r"at most 1e\+06 in size; got 2e\+06 in row 1"):
        require_moderate(st.Poisson(), Farthest.of(np.array([0.0, 2e6, 3.0]), rows))


def test_an_offset_of_an_outcome_leaves_it_eight_digits():
    y = SampleMoments.of(np.array([1.0, 2.0, 3.0]))
    for size, refused in ((1e7, False), (1e9, True)):
        farthest = Farthest.of(np.array([size, 0.0, 0.0]), np.arange(3))
        if refused:
            with pytest.raises(st.DomainError, match="would keep fewer than 8 digits of y"):
                require_moderate(st.Gaussian(), farthest, y)
        else:
            require_moderate(st.Gaussian(), farthest, y)
