import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.data.rows.rows import Farthest
from tests.cases import rng


@pytest.fixture(scope="module")
def table():
    random = rng(0)
    found = pd.DataFrame({"x": random.normal(size=40), "c": random.poisson(3.0, 40), "b": np.arange(40) % 2})
    return found.assign(y=found.x + random.normal(size=40))


CASES = {
    "logistic, offset": (st.logistic, "b ~ x", "offset", 1e7, "at most 1e\\+06 in size; got 1e\\+07 in row 7"),
    "probit, offset": (st.probit, "b ~ x", "offset", -1e300, "got -1e\\+300 in row 7"),
    "poisson, offset": (st.poisson, "c ~ x", "offset", 1e7, "got 1e\\+07 in row 7"),
    "negative binomial, offset": (st.negative_binomial, "c ~ x", "offset", 1e7, "got 1e\\+07 in row 7"),
    "ols, offset": (st.ols, "y ~ x", "offset", 1e16, "fewer than 8 digits of y"),
    "poisson, exposure": (st.poisson, "c ~ x", "exposure", 0.0, "must be positive; got 0 in row 7"),
    "ols, weights": (st.ols, "y ~ x", "weights", 2.0**54, "whole numbers from 0 to 2\\^53; got 1.80144e\\+16 in row 7"),
    "softmax, weights": (st.softmax, "b ~ x", "weights", 1.5, "got 1.5 in row 7"),
    "logistic, weights": (st.logistic, "b ~ x", "weights", 1e300, "got 1e\\+300 in row 7"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_memory_refuses_files_refuse(table, case, tmp_path):
    """A logistic regression of files with an offset of 1e7 had an estimate, and frequencies of 1e300 overflowed."""
    make, formula, key, value, message = CASES[case]
    column = np.ones(40)
    column[7] = value
    given = table.assign(given=column)
    given.to_parquet(tmp_path / "rows.parquet", row_group_size=16)
    for data in (given, st.scan(tmp_path / "rows.parquet")):
        with pytest.raises(st.DomainError, match=message):
            make(formula, data, **{key: "given"})


def test_rows_are_numbered_as_in_the_table(table):
    """Where rows were dropped, the number was that among those that stayed."""
    given = table.assign(w=np.where(np.arange(40) == 7, 0.5, 1.0), x=table.x.where(np.arange(40) != 3))
    with pytest.raises(st.DomainError, match=r"got 0\.5 in row 7"):
        st.ols("y ~ x", given, weights="w")


def test_an_offset_that_leaves_digits_is_taken(table, tmp_path):
    given = table.assign(o=1e7)
    given.to_parquet(tmp_path / "rows.parquet")
    plain = st.fit(st.ols("y ~ x", table))
    for data in (given, st.scan(tmp_path / "rows.parquet")):
        fit = st.fit(st.ols("y ~ x", data, offset="o"))
        # of sums with 1e7 ten digits are lost
        np.testing.assert_allclose(fit.estimate[1], plain.estimate[1], rtol=1e-7)


def test_outcomes_of_any_size_are_refused_in_words(tmp_path):
    given = pd.DataFrame({"y": [1e200, 2e200, 4e200, 3e200], "x": [1.0, 2.0, 3.0, 5.0], "o": 1.0})
    given.to_parquet(tmp_path / "rows.parquet")
    for data in (given, st.scan(tmp_path / "rows.parquet")):
        with pytest.raises(st.DomainError, match=r"1e-200|units"):
            st.fit(st.ols("y ~ x", data, offset="o"))


def test_the_farthest_of_parts_is_that_of_the_whole():
    offset = rng(1).normal(size=30)
    rows = np.arange(30)
    parts = Farthest.of(offset[:11], rows[:11]) + Farthest.of(offset[11:], rows[11:])
    assert parts == Farthest.of(offset)
    assert parts == Farthest(offset[np.abs(offset).argmax()], f"row {np.abs(offset).argmax()}")
    assert Farthest.of(None) + parts == parts
