import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError

RANDOM = np.random.default_rng(0)
Y = np.cumsum(0.2 * RANDOM.normal(size=(40, 60)), axis=1) + RANDOM.normal(size=(40, 60))


@pytest.mark.parametrize("gaps", [False, True])
def test_many_fits_are_the_fits_of_each(gaps):
    rows = Y.copy()
    if gaps:
        rows[3, 5] = rows[7, 0] = np.nan
    fits = st.fit(st.local_level(rows))
    assert len(fits) == 40
    for i in range(0, 40, 3):
        one = st.fit(fits.model_of(i))
        np.testing.assert_allclose(fits.estimate[i], one.estimate, rtol=1e-6, atol=1e-12)
        assert fits.loglik[i] == pytest.approx(one.loglik, abs=1e-9)
    assert "40 series of 60 steps" in str(fits)


def test_where_the_irregular_variance_is_0_the_series_is_a_random_walk():
    d = np.resize([1.0, 1.2, 0.8, -0.5, -1.0, -0.9], 24)  # steps that follow each other leave nothing irregular
    fits = st.fit_many(np.cumsum([d, 2.0 * d], axis=1))
    assert fits.table()["boundary"].tolist() == ["sigma2.irregular"] * 2
    q = np.mean(d[1:] ** 2)
    np.testing.assert_allclose(fits.estimate, [[0.0, q], [0.0, 4.0 * q]], rtol=1e-12)
    np.testing.assert_allclose(fits.loglik[0], -0.5 * 23 * (np.log(2.0 * np.pi * q) + 1.0), rtol=1e-12)


def test_columns_of_a_frame_are_series():
    fits = st.fit_many(pd.DataFrame(Y[:3].T, columns=["a", "b", "c"]))
    np.testing.assert_array_equal(fits.estimate, st.fit_many(Y[:3]).estimate)
    table = fits.table()
    assert table["series"].tolist() == ["a", "b", "c"]
    assert ((table["boundary"] == "sigma2.level") == (table["sigma2.level"] == 0)).all()


def test_what_many_series_cannot_be():
    constant = Y.copy()
    constant[4] = 2.0
    with pytest.raises(DomainError, match="Series 4 is constant"):
        st.fit_many(constant)
    for rows, message in ((Y[:, :2], "at least 3"), (np.where(Y > 3, np.inf, Y), "infinite")):
        with pytest.raises(DomainError, match=message):
            st.fit_many(rows)
    with pytest.raises(DomainError, match="no X="):
        st.local_level(Y, seasonal=4)
    with pytest.raises(IncompatibleError, match="several series"):
        st.fit_many(Y[0])
