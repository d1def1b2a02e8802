"""Terms as columns of X."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stattools.data.design.design import Encoding, columns_of, outcome_of, require_room
from stattools.data.formula.formula import parse
from stattools.errors import StattoolsError


def test_numbers_stand_side_by_side_and_categories_are_coded():
    x, rows = pd.Series([1.0, 2.0, 4.0]), np.arange(3)
    g = pd.Series(pd.Categorical(["a", "b", "b"]))
    formula = parse("y ~ x + I(x ** 2)", ["y", "x", "g"])
    X, names = columns_of(formula, Encoding({"x": x}, rows, {}, {}))
    assert names == ("Intercept", "x", "I(x ** 2)")
    assert X.tolist() == [[1.0, 1.0, 1.0], [1.0, 2.0, 4.0], [1.0, 4.0, 16.0]]
    coded = columns_of(parse("y ~ C(g):x", ["y", "x", "g"]), Encoding({"x": x, "g": g}, rows, {"C(g)": ("a", "b")}, {}))
    assert coded[0][:, 1:].sum(axis=1).tolist() == [1.0, 2.0, 4.0]


def test_an_outcome_may_be_computed():
    outcome = outcome_of(parse("log(y) ~ 1", ["y"]), {"y": pd.Series([1.0, np.e])}, np.arange(2))
    assert outcome.tolist() == [0.0, 1.0]


def test_the_widest_term_is_named():
    formula = parse("y ~ x + g:h", ["y", "x", "g", "h"])
    levels = {"g": tuple(range(1000)), "h": tuple(range(1000))}
    require_room(formula, {}, 1000)
    with pytest.raises(StattoolsError, match=r"1,000,002 columns .* in 10,000,000 rows.*'g:h' alone has 1,000,000"):
        require_room(formula, levels, 10_000_000)
