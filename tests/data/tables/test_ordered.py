"""The order of labels: given, declared, that of numbers, or refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import stattools as st
from stattools.data.tables.arrays import ordered
from stattools.errors import DomainError

LEVELS = ["low", "mid", "high"]
PAIN = ["mid", "low", "high", "low"]


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(pd.Categorical(PAIN, categories=LEVELS, ordered=True)),
        pl.Series(PAIN).cast(pl.Enum(LEVELS)),
    ],
    ids=["pandas", "polars"],
)
def test_an_ordered_category_has_its_order(column):
    codes, labels = ordered(column, "pain", declared=column)
    assert codes.tolist() == [1, 0, 2, 0]
    assert labels == ("low", "mid", "high")


def test_numbers_have_theirs_and_levels_may_give_another():
    assert ordered([3, 1, 7], "y")[1] == (1, 3, 7)
    codes, labels = ordered([3, 1, 7], "y", levels=[7, 3, 1])
    assert (codes.tolist(), labels) == ([1, 2, 0], (7, 3, 1))


@pytest.mark.parametrize(
    ("values", "levels", "said"),
    [
        (PAIN, None, r"Give levels=\[...\]"),
        (pd.Series(PAIN, dtype="category"), None, "have an order"),
        (PAIN, ["low", "mid"], "also holds 'high'"),
        (PAIN, [*LEVELS, "awful"], "no row of 'pain' has the level 'awful'"),
        (PAIN, ["low", "low", "mid", "high"], "once"),
        (PAIN, "low", "a list"),
        ([1, 1, 1], None, "one class only"),
        ([1.5, 2.0, 3.0], None, "not whole"),
    ],
)
def test_what_has_no_order_is_refused_with_the_remedy(values, levels, said):
    with pytest.raises(DomainError, match=said):
        ordered(values, "pain", levels)


def test_a_declared_level_that_no_row_has_is_named():
    column = pd.Categorical(PAIN, categories=[*LEVELS, "awful"], ordered=True)
    table = pd.DataFrame({"pain": column, "x": np.arange(4.0)})
    with pytest.raises(DomainError, match="no row of 'pain' has the level 'awful'"):
        st.ordinal("pain ~ x", table)
    with pytest.raises(DomainError, match="no row of 'pain' has the level 'awful'"):
        st.ordinal(
            "pain ~ x",
            pl.DataFrame({"pain": PAIN, "x": [1, 2, 3, 4]}).with_columns(
                pl.col("pain").cast(pl.Enum([*LEVELS, "awful"]))
            ),
        )
