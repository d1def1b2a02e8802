import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.series.statespace.series_cases import NILE, UNEMPLOYMENT, gappy

TABLE = pd.DataFrame({"y": NILE, "x": np.sin(np.arange(100.0)), "g": list("ab") * 50}, index=np.arange(1871, 1971))


@pytest.mark.parametrize(
    "y", [list(NILE), tuple(NILE), pd.Series(NILE), NILE[:, None], NILE.astype(int), pd.DataFrame({"v": NILE})]
)
def test_any_form_of_a_series(y):
    assert st.local_level(y).loglik([15000.0, 1500.0]) == st.local_level(NILE).loglik([15000.0, 1500.0])


def test_other_tables():
    polars = pytest.importorskip("polars")
    assert st.local_level(polars.Series("v", NILE)).outcome_name == "v"
    model = st.local_level("y ~ x", polars.from_pandas(TABLE))
    assert model.names == ("sigma2.irregular", "sigma2.level", "beta.x")


def test_missing_values_and_times():
    series = pd.Series(NILE, index=pd.period_range("1871", periods=100, freq="Y"), dtype="Float64")
    series.iloc[3] = pd.NA
    model = st.local_level(series)
    assert (model.n, model.steps) == (99.0, 100)
    assert np.isnan(model.y[3])
    assert st.states(model, [15000.0, 1500.0])["time"].iloc[0] == pd.Period("1871", freq="Y")


def test_formula_and_arrays_are_one_model():
    X = np.column_stack([TABLE["x"], TABLE["g"] == "b"])
    a, b = st.local_level("y ~ x + g", TABLE), st.local_level(NILE, X=X, names=["x", "g[T.b]"])
    theta = [15000.0, 1500.0, 3.0, -20.0]
    assert a.names == b.names == ("sigma2.irregular", "sigma2.level", "beta.x", "beta.g[T.b]")
    assert a.loglik(theta) == pytest.approx(b.loglik(theta), rel=1e-14)
    assert list(a.times[:2]) == [1871, 1872]
    gaps = TABLE.assign(y=gappy(NILE))
    assert st.local_level("y ~ x", gaps).n == 95.0
    assert st.local_level("y ~ 1", TABLE).regressors == ()


def test_a_known_drift_is_subtracted_and_an_estimated_one_is_a_state():
    known = st.local_level(NILE, drift=-3.0)
    assert known.loglik([15000.0, 1500.0]) == pytest.approx(
        st.local_level(NILE + 3.0 * np.arange(100)).loglik([15000.0, 1500.0]), rel=1e-13
    )
    estimated = st.local_level(NILE, drift=True)
    assert estimated.diffuse == 2
    assert estimated.components.states == ("level", "trend")
    assert estimated.loglik([15000.0, 1500.0]) == pytest.approx(
        st.local_linear_trend(NILE).loglik([15000.0, 1500.0, 0.0]), rel=1e-12
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: st.local_level([]), "empty"),
        (lambda: st.local_level([np.nan] * 9), "missing everywhere"),
        (lambda: st.local_level([1.0, 2.0]), "at least 3 observed"),
        (lambda: st.local_linear_trend([1.0, 2.0, 4.0, np.nan]), "at least 5 observed"),
        (lambda: st.local_level([1.0, 2.0, np.inf, 3.0]), "inf at position 2"),
        (lambda: st.local_level(np.arange(5) * 1j), "complex"),
        (lambda: st.local_level(["a", "b", "c", "d"]), "numbers"),
        (lambda: st.local_level(NILE, X=np.ones((99, 1))), "99 rows"),
        (lambda: st.local_level(NILE, X=np.full((100, 1), np.nan)), "missing"),
        (lambda: st.local_level(NILE, X=np.ones((100, 1))), "already holds regressor 'x1'"),
        (lambda: st.local_linear_trend(NILE, X=np.arange(100.0)), "already holds"),
        (lambda: st.local_level(NILE, X=np.random.default_rng(0).normal(size=(100, 1)) @ np.ones((1, 2))), "dependent"),
        (lambda: st.local_level(NILE, names=["a"]), "no X="),
        (lambda: st.local_level(NILE, seasonal=1), "period"),
        (lambda: st.local_level(NILE, seasonal=True), "period"),
        (lambda: st.local_level(NILE, drift=np.nan), "finite slope"),
        (lambda: st.local_level(NILE, drift=1e300), "drift= over all steps, whose largest number is 1e\\+302"),
        (lambda: st.local_level("y ~ x"), "without a table"),
        (lambda: st.local_level("z ~ x", TABLE), "no column 'z'"),
        (lambda: st.local_level("log(y) ~ x", TABLE), "left side"),
        (lambda: st.local_level("y ~ x", TABLE.assign(x=gappy(NILE))), "5 missing"),
        (lambda: st.local_level("y ~ x", TABLE, X=NILE), "formula and X="),
        (lambda: st.local_level(NILE, TABLE), "y and"),
        (lambda: st.local_level(np.ones((2, 2, 2))), "one series"),
        (lambda: st.local_level(np.where(np.arange(40) % 4 == 0, np.nan, NILE[:40]), seasonal=4), "season is never"),
        (lambda: st.fit(st.local_level([2.0] * 10)), "exactly"),
        (lambda: st.fit(st.local_linear_trend(np.arange(10.0))), "exactly"),
    ],
)
def test_what_the_data_cannot_be(call, message):
    with pytest.raises(DomainError, match=message):
        call()


def test_what_does_not_go_together():
    model = st.local_level(NILE)
    for option in ({"solver": st.Newton()}, {"cov": "HC0"}, {"penalty": st.Jeffreys()}):
        with pytest.raises(IncompatibleError, match="leave"):
            st.fit(model, **option)
    with pytest.raises(TypeError):
        st.local_level(NILE, sesonal=4)  # type: ignore[call-overload]
    with pytest.raises(IncompatibleError, match="state space"):
        st.fit(st.ols([1.0, 2.0, 4.0], [1.0, 2.0, 3.0])).states()


def test_seasonal_names():
    assert st.smooth_trend(UNEMPLOYMENT, seasonal=4).names == ("sigma2.irregular", "sigma2.trend", "sigma2.seasonal")
