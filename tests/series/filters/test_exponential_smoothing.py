"""What `st.exponential_smoothing` takes, and what it refuses."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from tests.series.filters.test_smoothing import NILE, Y, Z, with_gaps


def test_a_column_of_a_table():
    by_name = st.exponential_smoothing("flow", data=pd.DataFrame({"flow": NILE}))
    assert_array_equal(by_name.y, NILE)


def test_what_does_not_fit_is_an_error():
    cases = {
        "all 3 are missing": lambda: st.exponential_smoothing([np.nan] * 3),
        r"y\[1\] is infinite": lambda: st.exponential_smoothing([1.0, np.inf, 2.0]),
        "one real series": lambda: st.exponential_smoothing(np.ones((2, 3))),
        "3 errors are not enough": lambda: st.exponential_smoothing([1.0, 2.0, 3.0]),
        "5 complete rows for 4 times|X has 5 rows": lambda: st.exponential_smoothing(
            np.ones(4), weights=np.ones((5, 1))
        ),
        "needs data=": lambda: st.exponential_smoothing(Y, weights="~ z"),
        "right side only": lambda: st.exponential_smoothing(Y, weights="y ~ z", data={"z": Z}),
        "missing in z": lambda: st.exponential_smoothing(Y, weights="~ z", data={"z": with_gaps(Z)}),
        r"weight in \[0, 1\]": lambda: st.exponential_smoothing(Y, weights=1.5),
        "initial='estimated'": lambda: st.exponential_smoothing(Y, initial="zero"),
        "squares initial=": lambda: st.exponential_smoothing(Y, initial=1e300),
        "no data=": lambda: st.exponential_smoothing("flow"),
        "no column 'flow'": lambda: st.exponential_smoothing("flow", data={"z": Z}),
    }
    for words, call in cases.items():
        with pytest.raises(DomainError, match=words):
            call()
    with pytest.raises(IdentificationError, match="exact"):
        st.fit(st.exponential_smoothing(np.ones(20)))
    fit = st.fit(st.exponential_smoothing(Y, weights="~ z", data={"z": Z}))
    with pytest.raises(DomainError, match="3 rows"):
        fit.forecast(3)
    with pytest.raises(DomainError, match="one per step; got 2"):
        fit.forecast(3, data={"z": [1.0, 2.0]})
    with pytest.raises(DomainError, match="whole number"):
        fit.forecast(0)
    with pytest.raises(IncompatibleError, match="models of a series"):
        st.fit(st.coin([1, 0, 1])).forecast(2)
