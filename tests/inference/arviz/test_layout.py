"""Names and places of the parameters of a model."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import stattools as st
from stattools.inference.arviz.datatree import layout, observations_of, outcome

DATA = {"x": np.arange(6.0), "g": list("abcabc"), "k": [0, 3, 1, 4, 2, 5], "y/z": np.arange(6.0) ** 2}
CASES = {
    "ols": (st.ols("k ~ x", DATA), {"beta": (2,), "sigma": ()}),
    "negative binomial": (st.negative_binomial("k ~ x", DATA), {"beta": (2,), "alpha": ()}),
    "softmax": (st.softmax("g ~ x", DATA), {"beta": (2, 2)}),
    "coin": (st.coin([1, 0]), {"theta": ()}),
    "arms": (st.binomial([1, 2], [3, 4]), {"theta": (2,)}),
    "categories": (st.multinomial([3, 5, 2]), {"theta": (3,)}),
    "rates": (st.poisson_rate([1, 2], by=["a", "b"]), {"rate": (2,)}),
    "sample": (st.normal([1.0, 2.0, 4.0, 3.0], by=list("aabb")), {"mean": (2,), "sd": (2,)}),
    "custom": (st.custom(lambda t: -float(t @ t), start={"a": 1.0, "b": 0.5}), {"theta": (2,)}),
}


@pytest.mark.parametrize("name", CASES)
def test_every_parameter_has_one_place(name):
    model, shapes = CASES[name]
    found = layout(model)
    q = sum(int(np.prod(shape, dtype=int)) for shape in shapes.values())
    parts = found.split(np.arange(float(q))[None])
    assert {key: part.shape[1:] for key, part in parts.items()} == shapes
    assert_array_equal(np.concatenate([part.ravel() for part in parts.values()]), np.arange(q))
    for key, axes in found.dims.items():
        assert tuple(len(found.coords[axis]) for axis in axes) == shapes[key]


def test_names_of_categories_and_rows():
    found = layout(st.softmax("g ~ x", DATA))
    assert found.coords == {"coef": ("Intercept", "x"), "category": ("b", "c")}
    missing = st.ols("k ~ x", DATA | {"x": [0.0, np.nan, 2.0, 3.0, 4.0, 5.0]})
    data = observations_of(missing)
    assert data.coords["obs"] == (0, 2, 3, 4, 5)
    assert data.dims["k"] == ("obs",)
    assert data.constant["X"].shape == (5, 2)
    assert outcome(st.ols("`y/z` ~ x", DATA)) == "y per z"
