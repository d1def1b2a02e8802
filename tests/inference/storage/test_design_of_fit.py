"""What is written beside a fit for the verifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.inference.storage import file as design_module
from stattools.inference.storage.file import about, columns_of, design_of, spoken
from stattools.validation import verifier

NO: Any = "no"
TABLE = pd.DataFrame({"y": [1, 0, 2, 5], "x": [0.5, 1, 2, 3], "name": ["a", "b", None, "d"]})


def test_rows_of_weight_0_are_left_out():
    fit = st.fit(st.poisson("y ~ x", TABLE.assign(w=[1, 1, 0, 2]), weights="w"))
    said, arrays = design_of(fit)
    assert [name for name, part, _, _ in said["speaks"] if part == "X"] == ["Intercept", "x"]
    assert {name: len(arrays[name]) for name in ("X", "y", "weight", "witness")} == dict.fromkeys(
        ("X", "y", "weight", "witness"), 3
    )


def test_a_penalty_is_not_checked():
    said, arrays = design_of(st.fit(st.logistic("v ~ x", TABLE.assign(v=[0, 1, 0, 1])), penalty=st.Jeffreys()))
    assert said["kind"] is None
    assert "penalty" in said["why"]
    assert arrays == {}


def test_each_name_says_which_column_it_speaks_of():
    said, arrays = design_of(st.fit(st.poisson("y ~ I(x ** 2) + name", TABLE.assign(name=list("abba")))))
    assert said["speaks"] == [
        ("Intercept", "X", 0, None),
        ("I(x ** 2)", "X", 1, None),
        ("name[T.b]", "X", 2, None),
        ("y", "y", 0, None),
    ]
    assert arrays["data: name"].tolist() == list("abba")
    assert arrays["data: x"].tolist() == TABLE["x"].tolist()
    g = np.random.default_rng(0)
    table = pd.DataFrame({"y": g.normal(size=40), "x": g.normal(size=40), "g": np.repeat(np.arange(8), 5)})
    mixed = st.linear_mixed("y ~ x + (x | g)", table)
    assert {("Intercept", "Z", 0), ("x", "Z", 1)} < {one[:3] for one in spoken(mixed, {"X": mixed.X})}
    assert spoken(mixed, {"X": mixed.X})[-1] == ("g", "group", 0, list(range(8)))
    times = {"t": g.exponential(size=9), "d": [1.0] * 9, "x": g.normal(size=9), "s": list("aabbccabc")}
    cox = st.cox("survival(t, d) ~ x", times, strata="s")
    assert spoken(cox, {"X": cox.X}) == [
        ("x", "X", 0, None),
        ("survival(t, d)", "y", None, None),
        ("s", "strata", 0, ["a", "b", "c"]),
    ]


def test_arrays_have_the_names_of_their_columns():
    fit = st.fit(st.ols(TABLE["y"].to_numpy(), TABLE[["x"]]))
    assert set(columns_of(fit.model)) == {"y", "x"} == set(about(fit)["data"]["columns"])


def test_rows_that_were_dropped_stay_in_the_columns_of_the_table():
    columns = columns_of(st.ols("y ~ x", TABLE.assign(x=[np.nan, 1, 2, 3])))
    assert np.array_equal(columns["x"], [np.nan, 1, 2, 3], equal_nan=True)


def test_a_column_that_came_from_other_data_is_found(tmp_path):
    path = st.fit(st.poisson("y ~ I(x ** 2)", TABLE)).save(tmp_path / "a.fit", design=True)
    said, arrays = verifier.read(str(path))
    assert all(check.ok for check in verifier.named(said, arrays))
    arrays["data: x"] = arrays["data: x"] + 1e-9
    found = {check.name: check for check in verifier.named(said, arrays)}
    assert found["carries"] == ("carries", False, "others: x")
    arrays["data: x"] = arrays["data: x"] + 1.0
    assert {check.name: check for check in verifier.named(said, arrays)}["names"].words == "of other columns: I(x ** 2)"


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
