from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from stattools.errors import DomainError
from stattools.validation.claims.reading import by_label, read_claim, text_of


@pytest.mark.parametrize(
    "value, half",
    [
        ("2.380", 0.0005),
        (2.38, 0.005),
        (2, 0.5),
        (Decimal("2.10"), 0.005),
        (np.float64(2.5), 0.05),
        (np.float32(0.1), 0.05),
        (np.float32(1) / np.float32(3), 0.0),
        (1 / 3, 0.0),
        (np.int64(3), 0.5),
        (np.array(0.25), 0.005),
    ],
)
def test_a_value_reaches_as_far_as_its_digits(value, half):
    claim = read_claim({"x": value})
    assert claim.columns["estimate"].half == pytest.approx([half], rel=1e-12)
    assert claim.columns["estimate"].value == pytest.approx([float(str(value))], rel=1e-7)


def test_what_is_said_beside_the_estimates():
    estimates, ends = {"a": "1.0", "b": "2.0"}, {"a": (0.8, 1.2)}
    claim = read_claim(estimates, se=[0.1, 0.2], p={"b": "<0.001"}, ci=ends, loglik=-3.5, n=20)
    assert claim.columns["se"].value.tolist() == [0.1, 0.2]
    assert np.isnan(claim.columns["p"].value[0])
    assert claim.columns["lower"].value[0] == 0.8
    assert (claim.facts["loglik"].value, claim.facts["n"].value) == (-3.5, 20)
    claim = read_claim({"a": "1,0", "b": "2,5"}, ci=[("0,5", "1,5"), (1, 3)])
    assert claim.columns["upper"].value.tolist() == [1.5, 3.0]


FRAME = pd.DataFrame({"coef": [0.5, 0.25], "std err": [0.1, np.nan]}, index=["x", "z"])


@pytest.mark.parametrize(
    "frame", [FRAME, FRAME.rename_axis("term").reset_index(), pl.from_pandas(FRAME.reset_index(names="term"))]
)
def test_frames_have_their_terms_in_a_column_or_as_labels(frame):
    claim = read_claim(frame)
    assert claim.terms == ("x", "z")
    assert claim.columns["estimate"].half == pytest.approx([0.05, 0.005])
    assert np.isnan(claim.columns["se"].value[1])


def test_columns_and_rows_of_dicts():
    for claim in ({"term": ["x"], "estimate": ["0.50"]}, [{"term": "x", "estimate": "0.50"}]):
        assert read_claim(claim).columns["estimate"].half == pytest.approx([0.005])


@pytest.mark.parametrize(
    "claim, options, said",
    [
        ({}, {}, "at least one term"),
        ({"x": True}, {}, "True of type bool"),
        ({"x": np.inf}, {}, "finite"),
        ({"x": None}, {}, "got none that is a number"),
        ({"x": object}, {}, "needs numbers, or text of numbers, in the estimate of 'x'"),
        ({"x": "1", " x": "2"}, {}, "each term once"),
        ({"x": 1}, {"se": {"z": 1}}, "se= names 'z'"),
        ({"x": 1}, {"se": [1, 2]}, "one value for each of the 1 terms"),
        ({"x": 1}, {"se": 0.1}, "dict by term or one value"),
        ({"x": 1}, {"ci": [1]}, "ci= of 'x' needs"),
        ({"x": 1}, {"ci": [(1, 2, 3)]}, "two numbers for each term"),
        ({"x": 1}, {"ci": ["ab"]}, "two numbers for each term"),
        ({"x": 1}, {"n": None, "loglik": "much"}, "needs numbers in loglik="),
        ({"x": 1}, {"n": np.nan}, "n= needs a number"),
        ({"x": 1}, {"column": "x"}, "column= picks a column of a table"),
        ({"term": ["x"], "estimate": [1], "se": [2]}, {"se": [1]}, "has a column of se already"),
        (pd.DataFrame({"term": ["x"], "se": [1.0]}), {}, "needs a column of estimates"),
        (pd.DataFrame({"coef": [1.0]}), {}, "needs a column of terms"),
        (3.0, {}, "must be a table"),
    ],
)
def test_what_claims_nothing(claim, options, said):
    with pytest.raises(DomainError, match=said):
        read_claim(claim, **options)


def test_the_text_of_a_value():
    assert [text_of(value, "") for value in ("a", 1, 0.1, None, np.nan, pd.NA)] == ["a", "1", "0.1", "", "NaN", ""]


def test_a_series_is_a_dict_of_its_labels():
    series = pd.Series([1.5, 0.25], index=["const", "x"])
    assert by_label(series) == {"const": 1.5, "x": 0.25}
    assert by_label(pd.Series([1.5], index=pd.MultiIndex.from_tuples([("count", "x")]))) == {"count: x": 1.5}
    assert by_label([1.5, 0.25]) == [1.5, 0.25]
    claim = read_claim(series, se=pd.Series([0.1, 0.2], index=["x", "const"]))
    assert claim.columns["se"].value.tolist() == [0.2, 0.1]
