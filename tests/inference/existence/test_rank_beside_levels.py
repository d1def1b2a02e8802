"""What the rows do not determine beside a factor of many levels, by name."""

from typing import Any

import numpy as np
import pytest

import stattools as st
from stattools.data.design import design
from stattools.inference.existence.rank import check_rank_beside_levels


@pytest.fixture
def data(monkeypatch):
    monkeypatch.setattr(design, "MANY", 4)
    rng, g = np.random.default_rng(1), np.repeat(np.arange(8), 5)
    x = rng.standard_normal(40)
    return {"y": rng.standard_normal(40), "g": g, "x": x, "u": 1e4 + (g % 3), "v": x + g, "w": np.where(g == 2, 0, 1)}


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ("u + C(g)", r"u is the same in all rows of each level of C\(g\)"),
        ("0 + C(g) + x + v", r"v is a combination of x and the levels of C\(g\)"),
    ],
)
def test_a_column_that_is_not_determined_is_named(data, right, said):
    for make in (st.ols, st.gamma):
        table = data | {"y": np.exp(data["y"])}
        with pytest.raises(st.IdentificationError, match=said):
            st.fit(make("y ~ " + right, table))


def test_a_level_without_rows_that_count_is_named(data):
    with pytest.raises(st.IdentificationError, match=r"no row that counts in C\(g\)\[T.2\]"):
        st.fit(st.ols("y ~ C(g) + x", data, weights="w"))


def test_columns_that_are_determined_pass(data):
    model = st.ols("y ~ C(g) + x", data)
    X: Any = model.rows.X
    check_rank_beside_levels(model, X, model.terms)
