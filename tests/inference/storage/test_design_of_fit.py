"""What is written beside a fit for the verifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.inference.storage import design_of_fit as design_module
from stattools.inference.storage.design_of_fit import columns_of_data, design_of

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
