"""Medians and quantiles of any outcome, and survival of times: against formulas, and against each other."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.models.regressions.test_failure_times import table

NEW = {"x": [0.5, -1.0], "g": ["a", "b"]}


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.aft("survival(t, d) ~ x + g", table()))


def test_quantiles_have_the_standard_errors_of_their_logs(fit):
    found = fit.predict(NEW, kind="quantile", p=0.9, interval=0.95)
    x, z = np.array([1.0, 0.5, 0.0, np.exp(fit.estimate[-1]) * np.log(-np.log(0.1))]), 1.959963984540054
    error = np.sqrt(x @ np.asarray(fit.covariance) @ x)
    log = fit.estimate[:3] @ x[:3] + x[3]
    assert_allclose(found.iloc[0], np.exp([log, log - z * error, log + z * error]), rtol=1e-10)
    assert_allclose(fit.predict(NEW, kind="median"), fit.predict(NEW, kind="quantile", p=0.5), rtol=1e-15)


def test_survival_at_the_median_is_one_half(fit):
    median = fit.predict(NEW, kind="median", interval=0.9)
    found = fit.predict(NEW, kind="survival", times=[median["median"][0], median.lower[0]], interval=0.9)
    assert found.columns.tolist() == ["row", "time", "survival", "lower", "upper"]
    assert_allclose(found.survival[0], 0.5, rtol=1e-12)
    assert (found.lower < found.survival).all()
    assert (found.survival < found.upper).all()


def test_rows_that_were_dropped_have_no_survival():
    gap = pd.DataFrame(table()).astype({"x": float})
    gap.loc[2, "x"] = np.nan
    found = st.fit(st.aft("survival(t, d) ~ x", gap)).predict(kind="survival", times=[1.0, 2.0])
    assert found.row.tolist()[:8] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert found.survival.isna().to_numpy().nonzero()[0].tolist() == [4, 5]


@pytest.mark.parametrize(
    ("asked", "kind", "said"),
    [
        ({"kind": "quantile"}, IncompatibleError, "needs p="),
        ({"kind": "survival"}, IncompatibleError, "needs times="),
        ({"kind": "mean", "times": [1.0]}, IncompatibleError, "takes no times="),
        ({"kind": "median", "p": 0.5}, IncompatibleError, "takes no p="),
        ({"kind": "quantile", "p": 1.5}, DomainError, "between 0 and 1"),
        ({"kind": "survival", "times": [0.0]}, DomainError, "positive"),
    ],
)
def test_questions_without_an_answer_are_refused(fit, asked, kind, said):
    with pytest.raises(kind, match=said):
        fit.predict(NEW, **asked)


ROWS = {
    "x": [0.0, 1.0, 2.0, 3.0, 4.0],
    "y": [1.0, 2.0, 4.0, 3.0, 6.0],
    "w": [1.0, 4.0, 1.0, 1.0, 1.0],
    "n": [3, 4, 5, 6, 7],
}
ROWS |= {"b": [0, 1, 0, 1, 1], "k": [1, 2, 4, 3, 5]}


def test_survival_belongs_to_times_and_quantiles_to_no_labels():
    with pytest.raises(IncompatibleError, match=r"st\.aft"):
        st.fit(st.ols("y ~ x", ROWS)).predict(kind="survival", times=[1.0])
    with pytest.raises(IncompatibleError, match=r"one of two labels, which has no quantiles\. Use kind=\"class\""):
        st.fit(st.logistic("b ~ x", ROWS)).predict(kind="median")


def test_quantiles_of_least_squares_have_the_uncertainty_of_mean_and_scale():
    fit = st.fit(st.ols("y ~ x", ROWS, precision="w"))
    found = fit.predict({"x": [2.0], "w": [4.0]}, kind="quantile", p=0.9, interval=0.8)
    x, z = np.array([1.0, 2.0]), stats.norm.ppf(0.9)
    value = x @ fit.estimate + z * fit.scale / 2.0
    error = np.sqrt(x @ np.asarray(fit.covariance) @ x + z**2 * fit.scale**2 / 4.0 / (2.0 * fit.df))
    half = stats.t.ppf(0.9, fit.df) * error
    assert_allclose(found.iloc[0], [value, value - half, value + half], rtol=1e-12)
    assert_allclose(fit.predict(kind="median"), fit.predict(), rtol=1e-15)
    with pytest.raises(DomainError, match="'w'"):
        fit.predict({"x": [2.0]}, kind="median")


def test_quantiles_of_successes_are_out_of_their_trials():
    fit = st.fit(st.logistic("k ~ x", ROWS, trials="n"))
    new = {"x": [1.0, 1.0], "n": [10, 1000]}
    share = fit.predict(new)
    assert_allclose(fit.predict(new, kind="quantile", p=0.3), stats.binom.ppf(0.3, new["n"], share), rtol=0)
    assert_allclose(fit.predict(kind="median"), stats.binom.ppf(0.5, ROWS["n"], fit.predict()), rtol=0)
    with pytest.raises(DomainError, match="'n'"):
        fit.predict({"x": [1.0]}, kind="median")


def test_quantiles_are_written_to_files(tmp_path):
    rows = pd.DataFrame(table())
    rows.to_parquet(tmp_path / "rows.parquet")
    fit = st.fit(st.gamma("t ~ x", st.scan(tmp_path / "rows.parquet")))
    written = pd.read_parquet(fit.predict_to(tmp_path / "out.parquet", kind="median", interval=0.9))
    assert_allclose(written, st.fit(st.gamma("t ~ x", rows)).predict(rows, kind="median", interval=0.9), rtol=1e-6)
