"""Dates name groups, by the same text from every container; what is no date stays as it is."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

import stattools as st
from stattools.data.tables.columns import labeled
from stattools.errors import DomainError

G = np.random.default_rng(2)
DAYS = pd.Series(pd.Timestamp("2024-02-27") + pd.to_timedelta(np.arange(48) // 8, "D"))
TABLE = pd.DataFrame({"x": G.normal(size=48), "day": DAYS, "w": DAYS.dt.day % 2})
TABLE["y"] = TABLE.x + G.normal(size=6)[np.arange(48) // 8] + G.normal(size=48)
KINDS = {
    "times": DAYS,
    "dates": DAYS.dt.date,
    "periods": DAYS.dt.to_period("D"),
    "zone": DAYS.dt.tz_localize("UTC").dt.tz_convert(None),
    "arrow": DAYS.dt.date.astype("date32[pyarrow]"),
    "text": DAYS.dt.strftime("%Y-%m-%d"),
}


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.linear_mixed("y ~ x + (1 | day)", TABLE))


@pytest.mark.parametrize("kind", KINDS)
def test_days_are_the_same_groups_from_every_container(fit, kind):
    table = TABLE.assign(day=KINDS[kind])
    other = st.fit(st.linear_mixed("y ~ x + (1 | day)", table))
    assert other.random_effects().level.tolist() == ["2024-02-27", "2024-02-28", "2024-02-29", *DAYS[24::8].astype(str)]
    assert other.loglik == fit.loglik
    np.testing.assert_allclose(fit.predict(table.tail(5)), fit.predict(TABLE.tail(5)), rtol=0)


def test_polars_has_the_same_labels(fit):
    table = pl.from_pandas(TABLE)
    other = st.fit(st.linear_mixed("y ~ x + (1 | w/day)", table.with_columns(pl.col("day").cast(pl.Date))))
    assert other.predict(table)[0] == other.predict(TABLE)[0]
    assert st.fit(st.linear_mixed("y ~ x + (1 | day)", table)).loglik == fit.loglik


def test_new_days_are_named(fit):
    with pytest.raises(st.DomainError, match="2025-01-01"):
        fit.predict(TABLE.head(1).assign(day=pd.Timestamp("2025-01-01")))


def test_durations_are_in_the_order_of_time():
    days = pd.Series(pd.to_timedelta([10, 2, 2], "D"))
    assert labeled(days).cat.categories.tolist() == ["2 days", "10 days"]
    assert labeled(days.astype(object)).tolist() == labeled(days).tolist()
    assert labeled(pd.Series([datetime.timedelta(days=2)], dtype=object)).tolist() == ["2 days"]


@pytest.mark.parametrize("values", [[1, 2], ["a", "b"], [None, None], [1.5, datetime.date(2024, 1, 1)], []])
def test_what_is_no_date_stays_as_it_is(values):
    column = pd.Series(values, dtype=object)
    assert labeled(column) is column


def test_fixed_effects_of_dates_are_refused_as_before():
    with pytest.raises(st.DomainError, match="holds dates"):
        st.linear_mixed("y ~ day + (1 | w)", TABLE)


def test_values_that_are_no_keys_stay_as_they_are():
    nested = pd.Series([{"k": 1}, {"k": 2}], dtype=object)
    assert labeled(nested) is nested
    rows = {"y": [1.0, 2.0, 4.0, 3.0], "x": [1.0, 2.0, 3.0, 5.0], "g": [{"k": 1}, {"k": 1}, {"k": 2}, {"k": 2}]}
    with pytest.raises(DomainError, match="holds nested values"):
        st.linear_mixed("y ~ x + (1 | g)", rows)
