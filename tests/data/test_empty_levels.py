"""Levels that no row has are named: of categories, of text whose rows were dropped, in pandas and Polars."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import stattools as st

TABLE = pd.DataFrame(
    {
        "t": np.arange(1.0, 13.0),
        "d": [1, 1, 0] * 4,
        "x": [2.0, 1.0, np.nan, 4.0, 1.0, 3.0] * 2,
        "g": ["a", "b", "c", "b", "a", "b"] * 2,
        "s": [1, 2] * 6,
    }
)
MORE = TABLE.assign(g=pd.Categorical(TABLE.g, categories=["z", "a", "b", "c", "y"]))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (TABLE, "no row has g = 'c'"),
        (MORE, "no row has g = 'z', 'c', 'y'"),
        (pl.from_pandas(TABLE), "no row has g = 'c'"),
        (
            pl.from_pandas(TABLE).with_columns(pl.col("g").cast(pl.Enum(["a", "b", "c", "y"]))),
            "no row has g = 'c', 'y'",
        ),
        (MORE.to_dict("series"), "no row has g = 'z', 'c', 'y'"),
    ],
    ids=["text", "categories", "polars", "enum", "dict"],
)
def test_a_level_without_rows_is_named(table, said):
    for model in (
        st.cox("survival(t, d) ~ x + C(g)", table),
        st.conditional_logit("d ~ x + g", table, strata="s"),
    ):
        assert f"\n{said}\n" in str(model)


def test_nothing_is_said_where_all_levels_are_there():
    for table in (TABLE, TABLE.assign(g=pd.Categorical(TABLE.g)), MORE.assign(g=TABLE.s)):
        assert "no row has" not in str(st.cox("survival(t, d) ~ g", table))
