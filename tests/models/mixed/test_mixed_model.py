"""What a mixed model answers for the rows of its fixed effects."""

from typing import Any

import pytest

import stattools as st
from tests.models.mixed.test_linear_mixed import TABLE

GAP = TABLE | {"k": [1, 3, 4, 6, 2, 5, 4, 4], "x": [None, *TABLE["x"][1:]]}


@pytest.mark.parametrize(
    "model", [st.linear_mixed("y ~ x + (1 | g)", GAP), st.poisson("k ~ x + (1 | g)", GAP)], ids=str
)
def test_what_both_kinds_say_of_their_rows(model):
    assert (model.n, model.n_dropped, model.n_empty, model.dropped) == (7.0, 1, 0, {"x": 1})
    assert (model.names, model.terms, model.outcome_name) == (model.fixed.names, ("Intercept", "x"), model.formula[0])
    assert model.counted == "7 rows, 3 levels of g"
    assert model.facts.is_mixed
    assert not model.uniqueness
    assert model.places.n == 8
    assert model.arrays()["(1 | g): codes"].tolist() == [0, 0, 1, 1, 1, 2, 2]


def test_weights_and_offsets_are_among_what_is_hashed():
    model: Any = st.poisson("k ~ x + (1 | g)", GAP, weights="w", offset="w")
    assert {"weight", "offset", "y", "X"} < set(model.arrays())
