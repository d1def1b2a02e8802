import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

import stattools as st
from stattools.errors import DomainError
from tests.series.statespace.series_cases import CASES, NILE, UNEMPLOYMENT
from tests.series.statespace.test_components import TREND
from tests.series.statespace.test_structural import model_of


@pytest.mark.parametrize("case", CASES)
def test_forecasts_are_those_of_statsmodels(case):
    from stattools.series.statespace.states import forecasts

    parts, variances = CASES[case]
    X = np.random.default_rng(0).normal(size=(len(UNEMPLOYMENT) + 6, 1))
    n = len(UNEMPLOYMENT)
    reference = UnobservedComponents(
        UNEMPLOYMENT, TREND[parts.trend], seasonal=parts.period or None, exog=X[:n], use_exact_diffuse=True
    )
    reference.ssm.tolerance = 0
    theta = [*variances, 0.4]
    expected = reference.smooth(theta, cov_type="none").get_forecast(6, exog=X[n:])
    model = model_of(UNEMPLOYMENT, parts, X=X[:n], regressors=("x",))
    ours = forecasts(model, theta, 6, X=X[n:], level=0.9)
    np.testing.assert_allclose(ours["mean"], expected.predicted_mean, rtol=1e-8)
    np.testing.assert_allclose(ours["variance"], expected.var_pred_mean, rtol=1e-8, atol=1e-13)
    np.testing.assert_allclose(ours[["lower", "upper"]], expected.conf_int(alpha=0.1), rtol=1e-8)


def test_the_times_go_on():
    years = pd.Series(NILE, index=np.arange(1871, 1971))
    assert st.fit(st.local_level(years)).forecast(2)["time"].tolist() == [1971, 1972]
    months = pd.Series(NILE, index=pd.date_range("2000-01-01", periods=100, freq="MS"))
    assert st.fit(st.local_level(months)).forecast(2)["time"].tolist()[-1] == pd.Timestamp("2008-06-01")
    assert st.fit(st.local_level(NILE)).forecast(1)["time"].tolist() == [100]


def test_a_known_drift_goes_on():
    plain = st.fit(st.local_level(NILE)).forecast(3)["mean"].to_numpy()
    drifting = st.fit(st.local_level(NILE + 5.0 * np.arange(100), drift=5.0)).forecast(3)["mean"].to_numpy()
    np.testing.assert_allclose(drifting - plain, 5.0 * np.arange(100, 103), rtol=1e-9)


def test_what_a_forecast_needs():
    table = pd.DataFrame({"y": NILE, "x": np.sin(np.arange(100.0))})
    fit = st.fit(st.local_level("y ~ x", table))
    assert len(fit.forecast(2, X=table.iloc[:2])) == 2
    for call, message in (
        (lambda: fit.forecast(2), "needs X="),
        (lambda: fit.forecast(3, X=table.iloc[:2]), "shape"),
        (lambda: fit.forecast(0, X=table.iloc[:0]), "at least 1"),
        (lambda: st.fit(st.local_level(NILE)).forecast(1, X=table), "no regressors"),
    ):
        with pytest.raises(DomainError, match=message):
            call()


@pytest.mark.parametrize("case", CASES)
def test_moments_are_those_of_the_recursion(case):
    from stattools.series.statespace.states import _moments

    parts, variances = CASES[case]
    full, random = parts.full(np.array(variances)), np.random.default_rng(1)
    state, root = random.normal(size=parts.diffuse), random.normal(size=(parts.diffuse, parts.diffuse))
    a, P, T, Z, Q = state, root @ root.T, parts.transition, parts.loading, parts.disturbance(full)
    mean, variance = _moments(parts, full, a, P, 50)
    for h in range(50):
        # sums of a hundred terms that cancel here and there
        np.testing.assert_allclose([mean[h], variance[h]], [Z @ a, Z @ P @ Z + full[0]], rtol=1e-11, atol=1e-11)
        a, P = T @ a, T @ P @ T.T + Q


def test_a_million_steps_take_no_step_each():
    fit = st.fit(st.local_level(NILE))
    variance = fit.forecast(1_000_000)["variance"].to_numpy()
    np.testing.assert_allclose(variance[-1] - variance[0], 999_999 * fit.estimate[1], rtol=1e-12)
