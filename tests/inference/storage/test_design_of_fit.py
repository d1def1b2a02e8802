"""What is written beside a fit for the verifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.inference.storage import design_of_fit as design_module
from stattools.inference.storage.data_of_fit import data_of
from stattools.inference.storage.design_of_fit import columns_of_data, design_of, made_from
from stattools.validation import verifier

NO: Any = "no"
TABLE = pd.DataFrame({"y": [1, 0, 2, 5], "x": [0.5, 1, 2, 3], "name": ["a", "b", None, "d"]})


def test_rows_of_weight_0_are_left_out():
    fit = st.fit(st.poisson("y ~ x", TABLE.assign(w=[1, 1, 0, 2]), weights="w"))
    said, arrays = design_of(fit)
    assert said["names"] == ["Intercept", "x"]
    assert {name: len(arrays[name]) for name in ("X", "y", "weight", "witness")} == dict.fromkeys(
        ("X", "y", "weight", "witness"), 3
    )


def test_a_penalty_is_not_checked():
    said, arrays = design_of(st.fit(st.logistic("v ~ x", TABLE.assign(v=[0, 1, 0, 1])), penalty=st.Jeffreys()))
    assert said["kind"] is None
    assert "penalty" in said["why"]
    assert arrays == {}


def test_columns_that_are_columns_of_the_data_are_named():
    said, _ = design_of(st.fit(st.poisson("y ~ x", TABLE)))
    assert said["same"] == [("X", 1, "x"), ("y", 0, "y")]
    assert columns_of_data({"a": np.array([[1.0], [2.0]])}, {}) == []


def test_each_column_says_what_it_came_from():
    rows = data_of(st.ols("y ~ x", TABLE.assign(name=list("abba"))))["columns"]
    said, _ = design_of(st.fit(st.poisson("y ~ I(x ** 2) + name", TABLE.assign(name=list("abba")))))
    assert said["from"]["I(x ** 2)"] == {"x": rows["x"]}
    assert said["from"]["name[T.b]"] == {"name": rows["name"]}
    assert said["from"]["y"] == {"y": rows["y"]}
    g = np.random.default_rng(0)
    table = pd.DataFrame({"y": g.normal(size=40), "x": g.normal(size=40), "g": np.repeat(np.arange(8), 5)})
    of = made_from(st.linear_mixed("y ~ x + (x | g)", table), {"x": "1f", "g": "2f", "y": "3f"})
    assert of == {"y": {"y": "3f"}, "x": {"x": "1f"}, "group": {"g": "2f"}}
    times = {"t": g.exponential(size=9), "d": [1.0] * 9, "x": g.normal(size=9)}
    assert made_from(st.cox("survival(t, d) ~ x", times), {"t": "1f", "d": "2f"})["y"] == {"t": "1f", "d": "2f"}
    assert made_from(st.ols(table["y"], table[["x"]].to_numpy()), {}) == {}


def test_a_column_that_came_from_other_data_is_found(tmp_path):
    path = st.fit(st.poisson("y ~ I(x ** 2)", TABLE)).save(tmp_path / "a.fit", design=True)
    said, arrays = verifier.read(str(path))
    assert verifier.carried(said, arrays).ok
    said["from"]["I(x ** 2)"]["x"] = said["from"]["y"]["y"]
    assert verifier.carried(said, arrays) == ("carries", False, "others: x")


def test_the_option_is_true_or_false(tmp_path):
    with pytest.raises(DomainError, match="design= of save is True or False"):
        st.fit(st.poisson("y ~ x", TABLE)).save(tmp_path / "a.fit", design=NO)
    path = st.fit(st.poisson("y ~ x", TABLE)).save(tmp_path / "a.fit", design=True)
    assert st.load(path).predict({"x": [1.0]}).shape == (1,)


def test_a_design_that_is_larger_than_a_file_holds_is_not_written(monkeypatch):
    monkeypatch.setattr(design_module, "MOST", 7)
    said, arrays = design_of(st.fit(st.poisson("y ~ x", TABLE)))
    assert said["why"] == "the verifier does not check designs of more than 7 numbers, which are not written"
    assert arrays == {}
