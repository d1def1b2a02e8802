import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

import stattools as st
from stattools.errors import DomainError
from stattools.series.statespace.states import diagnostics, innovations
from tests.series.statespace.series_cases import NILE, UNEMPLOYMENT, gappy


@pytest.mark.parametrize(
    ("model", "kind"), [(st.local_level(NILE), "llevel"), (st.local_linear_trend(UNEMPLOYMENT), "lltrend")]
)
def test_errors_and_tests_are_those_of_statsmodels(model, kind):
    theta = [1.0, 0.5, 0.2][: len(model.names)]
    reference = UnobservedComponents(model.y, kind, use_exact_diffuse=True)
    reference.ssm.tolerance = 0
    results = reference.smooth(theta, cov_type="none")
    d = model.diffuse
    standard = innovations(model, theta)["standardized"]
    assert standard[:d].isna().all()
    np.testing.assert_allclose(standard[d:], results.filter_results.standardized_forecasts_error[0, d:], rtol=1e-8)
    rows = diagnostics(model, theta, lags=8).set_index("test")
    box = results.test_serial_correlation("ljungbox", lags=8)[0]
    np.testing.assert_allclose(rows.loc["Ljung-Box", ["statistic", "p_value"]].astype(float), box[:, -1], rtol=1e-8)
    even = results.test_heteroskedasticity("breakvar")[0]
    np.testing.assert_allclose(rows.loc["heteroskedasticity", ["statistic", "p_value"]].astype(float), even, rtol=1e-8)
    normal = results.test_normality("jarquebera")[0][:2]
    np.testing.assert_allclose(rows.loc["Jarque-Bera", ["statistic", "p_value"]].astype(float), normal, rtol=1e-7)


def test_lags_and_thirds_unless_told():
    """Ten lags, or two periods; of a short series a fifth of its errors. The thirds are rounded, as in statsmodels."""
    for model, lags, third in (
        (st.local_level(NILE), 10, 33),
        (st.local_level(NILE[:30]), 5, 10),
        (st.local_level(NILE[:4]), 1, 1),
        (st.local_level(NILE, seasonal=4), 8, 32),
    ):
        found = diagnostics(model, np.ones(len(model.names))).set_index("test")["df"]
        assert found["Ljung-Box"] == str(lags)
        assert found["heteroskedasticity"] == f"{third}, {third}"


def test_gaps_have_no_surprise():
    frame = st.fit(st.local_level(gappy(NILE))).innovations()
    assert frame["surprise"].isna().tolist() == [i in (0, 1, 20, 21, 22, 60) for i in range(100)]
    assert (frame["gain"][[0, 20, 60]] == 0).all()
    assert frame["gain"][1] == 1.0
    rows = st.fit(st.local_level(gappy(NILE))).diagnostics()
    assert rows["p_value"].between(0, 1).all()


def test_the_filter_is_the_exponential_filter_whose_weight_is_the_gain():
    fit = st.fit(st.local_level(NILE))
    gain = fit.innovations()["gain"].to_numpy()
    level, loop = 0.0, []
    for weight, value in zip(gain, NILE, strict=True):
        level += weight * (value - level)
        loop.append(level)
    np.testing.assert_allclose(fit.states(kind="filtered")["mean"], loop, rtol=1e-12)


def test_lags_that_there_are_not():
    with pytest.raises(DomainError, match="lags="):
        st.fit(st.local_level(NILE)).diagnostics(lags=99)
