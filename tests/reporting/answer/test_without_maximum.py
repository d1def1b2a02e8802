"""Separated data have a box all the same: the finite part, and the known end of what is infinite."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import IdentificationError
from stattools.reporting.answer.changes import change
from stattools.reporting.answer.without_maximum import box_without_maximum

DATA = {
    "treated": [0, 0, 0, 0, 0, 0, 0, 1, 1, 1],
    "age": [3, 5, 2, 6, 6, 1, 4, 3, 4, 2],
    "dead": [0, 1, 0, 1, 0, 0, 1, 1, 1, 1],
}


def failed(model):
    with pytest.raises(IdentificationError) as caught:
        st.fit(model)
    return caught.value


def test_the_finite_part_is_told_and_the_end_of_the_infinite():
    model = st.logistic("dead ~ treated + age", DATA)
    error = failed(model)
    _asked, found, limit = box_without_maximum(model, error).sentences
    table = error.separation.table().set_index("term")
    least = change(table.lower["treated"], np.nan, np.nan, np.nan, factor=True).said
    assert f"are higher without bound for `treated` `1` against `treated` `0`, at least {least} (95 % profile" in found
    finite = change(*table.loc["age", ["estimate", "se", "lower", "upper"]], factor=True)
    assert f"{finite.with_interval('95 % interval')} per unit of `age`" in found
    assert limit.startswith("The finite part keeps its 95 % intervals; what limits the rest is that `treated` `1`")


def test_what_is_separated_completely_has_no_finite_part():
    model = st.logistic("dead ~ dose", {"dose": [1, 2, 3, 4], "dead": [0, 0, 1, 1]})
    assert box_without_maximum(model, failed(model)).sentences[-1].startswith("What limits it is that `dose` separates")


def test_aliased_columns_are_named_without_python():
    model = st.ols("age ~ dead + twice", {**DATA, "twice": [2 * y for y in DATA["dead"]]})
    _asked, found = box_without_maximum(model, failed(model)).sentences
    assert "twice = 2 dead" in found


def test_an_infinite_effect_says_no_digits_of_an_enormous_ratio():
    x = np.linspace(-1.0, 1.0, 60)
    z = np.random.default_rng(1).normal(size=60)
    model = st.logistic("y ~ x + z", {"y": (x > 0.0).astype(int), "x": x, "z": z})
    _asked, found, _limit = box_without_maximum(model, failed(model)).sentences
    assert "per unit of `x`, by a factor above a million at the least (95 % profile interval)" in found
    assert "per unit of `z`, though its 95 % profile interval has effects of the other sign too" in found
