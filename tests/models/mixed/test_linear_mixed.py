import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError

TABLE = {
    "y": [1.0, 3.0, 4.0, 6.0, 2.0, 5.0, 4.0, 4.5],
    "x": [0, 1, 2, 0, 1, 2, 0, 2],
    "g": ["a", "a", "a", "b", "b", "b", "c", "c"],
    "w": [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0],
}


def test_a_model_says_its_rows_and_groups():
    model = st.linear_mixed("y ~ x + (1 | g)", TABLE)
    assert model.names == ("Intercept", "x")
    assert model.counted == "8 rows, 3 levels of g"
    assert "3 levels of g" in str(model)
    assert model.places.n == 8
    assert sorted(model.arrays()) == ["(1 | g): codes", "(1 | g): columns", "X", "y"]
    assert "precision" in st.linear_mixed("y ~ x + (1 | g)", TABLE, precision="w").arrays()


def test_a_missing_value_drops_its_row():
    model = st.linear_mixed("y ~ x + (1 | g)", TABLE | {"x": [None, *TABLE["x"][1:]]})
    assert (model.n, model.n_dropped, model.dropped) == (7.0, 1, {"x": 1})


def test_an_outcome_that_is_constant_within_groups_is_named():
    with pytest.raises(IdentificationError, match="y is constant within each level of 'g'"):
        st.linear_mixed("y ~ x + (1 | g)", TABLE | {"y": [1, 1, 1, 3, 3, 3, 2, 2]})


def test_frequency_weights_are_refused():
    with pytest.raises(IncompatibleError, match="no weights="):
        st.linear_mixed("y ~ x + (1 | g)", TABLE, weights="w")  # type: ignore[call-arg]


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_precision_is_positive(bad):
    with pytest.raises(DomainError, match="precision"):
        st.linear_mixed("y ~ x + (1 | g)", TABLE, precision=np.array([bad, *TABLE["w"][1:]]))
