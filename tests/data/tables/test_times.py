import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.data.tables.table import following, times_of
from stattools.errors import DomainError

VALUES = [1.0, 3.0, 2.0, 4.0, 3.5, 5.0]


@pytest.mark.parametrize(
    "index",
    [
        [1, 2, 3, 3, 4, 5],
        [1.0, 2.0, 1.5, 3.0, 4.0, 5.0],
        pd.to_datetime(["2020-01-01", "2020-01-03", "2020-01-02", "2020-01-04", "2020-01-05", "2020-01-06"]),
    ],
)
@pytest.mark.parametrize("make", [st.local_level, st.exponential_smoothing])
def test_times_that_do_not_increase_are_refused(make, index):
    with pytest.raises(DomainError, match=r"needs times that increase; its index has .* at position [23]"):
        make(pd.Series(VALUES, index=index))


def test_labels_are_no_times_to_be_sorted():
    assert list(times_of(pd.Series(VALUES, index=list("fbdace")), 6)) == list("fbdace")


@pytest.mark.parametrize("index", [range(1871, 1877), pd.date_range("2020-01-01", periods=6, freq="MS")])
def test_forecasts_go_on_from_the_index(index):
    series = pd.Series(VALUES, index=index)
    expected = list(following(series.index, 2))
    for model in (st.local_level(series), st.exponential_smoothing(series)):
        assert list(st.fit(model).forecast(2)["time"]) == expected
    assert expected[0] == (1877 if isinstance(index, range) else pd.Timestamp("2020-07-01"))


@pytest.mark.parametrize("big", [np.array([2**53 + 2] * 9), [2**70] * 9])
def test_whole_numbers_beyond_float64_are_refused(big):
    for make in (st.local_level, st.exponential_smoothing):
        with pytest.raises(DomainError, match=r"2\^53"):
            make(big)
