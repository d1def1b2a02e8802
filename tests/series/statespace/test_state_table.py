from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents
from statsmodels.tsa.statespace.tests import results

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.series.statespace.states import drift_of
from tests.series.statespace.series_cases import CASES, NILE, UNEMPLOYMENT, gappy
from tests.series.statespace.test_components import TREND
from tests.series.statespace.test_structural import model_of

KFAS = Path(str(results.__file__)).parent
ONES = [1.0] * 7


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("gaps", [(), (3, 20, 21, 60, 150)], ids=["complete", "gaps"])
def test_smoothed_states_are_those_of_statsmodels(case, gaps):
    parts, variances = CASES[case]
    y = gappy(UNEMPLOYMENT, gaps) if gaps else UNEMPLOYMENT
    reference = UnobservedComponents(y, TREND[parts.trend], seasonal=parts.period or None, use_exact_diffuse=True)
    reference.ssm.tolerance = 0
    smoothed = reference.smooth(variances, cov_type="none")
    table = st.states(model_of(y, parts), variances)
    place = {"level": 0, "trend": 1, "seasonal": parts.order}
    assert tuple(table["state"].unique()) == parts.states
    for name, rows in table.groupby("state"):
        i = place[str(name)]
        largest = np.abs(smoothed.smoothed_state[i]).max()
        np.testing.assert_allclose(rows["mean"], smoothed.smoothed_state[i], rtol=1e-8, atol=1e-9 * largest)
        # without an irregular statsmodels leaves round-off for 0
        np.testing.assert_allclose(rows["variance"], smoothed.smoothed_state_cov[i, i], rtol=1e-8, atol=1e-13)


@pytest.mark.parametrize(
    ("file", "model", "variances"),
    [
        ("local_level", st.local_level([10.2394, *[1.0] * 9]), [1.993, 8.253]),
        ("local_linear_trend", st.local_linear_trend([10.2394, 4.2039, 6.123123, *ONES]), [1.993, 8.253, 2.334]),
        (
            "local_linear_trend_missing",
            st.local_linear_trend([10.2394, np.nan, 6.123123, *ONES]),
            [1.993, 8.253, 2.334],
        ),
    ],
)
def test_smoothed_states_and_likelihood_are_those_of_kfas(file, model, variances):
    """Numbers of the R package KFAS 1.3.1, as statsmodels ships them with its tests."""
    stored = pd.read_csv(KFAS / f"results_exact_initial_{file}_R.csv").iloc[:10]
    table = st.states(model, variances)
    for i, name in enumerate(model.components.states, 1):
        rows = table[table["state"] == name]
        np.testing.assert_allclose(rows["mean"], stored[f"alphahat_{i}"], rtol=1e-8)
        if name == "level":
            np.testing.assert_allclose(rows["variance"], stored["sumVmu"], rtol=1e-8)
    # KFAS leaves the constant of the flat states out, as we do; statsmodels' tests note it
    assert model.loglik(variances) == pytest.approx(stored["llf"].iloc[0], abs=1e-10)


def test_filtered_states_of_the_nile():
    model = st.local_level(NILE)
    table = st.states(model, [15098.5, 1469.18], kind="filtered")
    reference = UnobservedComponents(NILE, "llevel", use_exact_diffuse=True).filter([15098.5, 1469.18], cov_type="none")
    np.testing.assert_allclose(table["mean"], reference.filtered_state[0], rtol=1e-8)
    np.testing.assert_allclose(table["variance"], reference.filtered_state_cov[0, 0], rtol=1e-8)


@pytest.mark.parametrize("case", [name for name in CASES if name.startswith(("seasonal", "trend"))])
def test_filtered_states_are_those_of_statsmodels(case):
    """Each in its place among the states, from where none is flat."""
    parts, variances = CASES[case]
    y = gappy(UNEMPLOYMENT, (20, 21))[:60]
    reference = UnobservedComponents(y, TREND[parts.trend], seasonal=parts.period or None, use_exact_diffuse=True)
    reference.ssm.tolerance = 0
    filtered = reference.filter(variances, cov_type="none")
    place = {"level": 0, "trend": 1, "seasonal": parts.order}
    table = st.states(model_of(y, parts), variances, kind="filtered")
    assert tuple(table["state"].unique()) == parts.states
    for name, rows in table.groupby("state"):
        i, largest = place[str(name)], np.abs(filtered.filtered_state[place[str(name)], 10:]).max()
        mean, variance = filtered.filtered_state[i, 10:], filtered.filtered_state_cov[i, i, 10:]
        np.testing.assert_allclose(rows["mean"].iloc[10:], mean, rtol=1e-8, atol=1e-9 * largest)
        np.testing.assert_allclose(rows["variance"].iloc[10:], variance, rtol=1e-8, atol=1e-12)


def test_intervals_and_flat_states():
    model = st.local_level(gappy(NILE))
    table = st.states(model, [15000.0, 1500.0], level=0.9)
    half = 1.6448536269514722 * np.sqrt(table["variance"])
    np.testing.assert_allclose(table["upper"] - table["mean"], half, rtol=1e-12)
    first = st.states(model, [15000.0, 1500.0], kind="filtered").iloc[0]
    assert np.isnan(first["mean"])
    assert first["variance"] == np.inf
    assert first["lower"] == -np.inf


def test_decomposition_adds_up():
    y = UNEMPLOYMENT + np.resize([1.0, -1.0, 0.5, -0.5], len(UNEMPLOYMENT))
    X = np.random.default_rng(0).normal(size=(len(y), 1))
    parts = st.fit(st.local_linear_trend(y, X=X, seasonal=4)).decompose()
    np.testing.assert_allclose(parts["signal"], parts["level"] + parts["seasonal"] + parts["regression"], rtol=1e-12)
    np.testing.assert_allclose(parts["signal"] + parts["irregular"], y, rtol=1e-12)


def test_coefficients_are_filled_in():
    X = np.random.default_rng(0).normal(size=(100, 1))
    fit = st.fit(st.local_level(NILE, X=X))
    a, b = st.states(fit.model, fit.estimate[:2]), fit.states()
    np.testing.assert_allclose(a["mean"], b["mean"], rtol=1e-7)


def test_the_drift_comes_back():
    with_drift = st.states(st.local_level(NILE, drift=-2.0), [15000.0, 1500.0])["mean"]
    plain = st.states(st.local_level(NILE + 2.0 * np.arange(100)), [15000.0, 1500.0])["mean"]
    np.testing.assert_allclose(with_drift, plain - 2.0 * np.arange(100), rtol=1e-12)


def test_what_cannot_be_asked():
    model = st.local_level(NILE)
    for call in (
        lambda: st.states(model, [1.0, 1.0], kind="predicted"),  # type: ignore[arg-type]
        lambda: st.states(model, [1.0, 1.0], level=1.0),
        lambda: st.states(model, [1.0, -1.0]),
        lambda: st.states(model, [1.0, 1.0, 1.0]),
    ):
        with pytest.raises(DomainError):
            call()
    with pytest.raises(IncompatibleError):
        st.states(st.ols([1.0, 2.0, 4.0], [1.0, 2.0, 3.0]), [1.0])  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", [False, True])
def test_the_drift_and_its_standard_error_are_those_of_least_squares_on_the_steps(missing):
    """Generalized least squares of the differences, whose covariance the variances make."""
    g = np.random.default_rng(0)
    y = 0.5 * np.arange(60) + np.cumsum(0.3 * g.normal(size=60)) + g.normal(size=60)
    if missing:
        y[[7, 8, 30]] = np.nan
    fit = st.fit(st.local_level(y, drift=True))
    irregular, level = fit.estimate
    seen = np.flatnonzero(~np.isnan(y))
    D, walk = np.diff(np.eye(len(seen)), axis=0), np.minimum.outer(seen, seen)
    S = D @ (irregular * np.eye(len(seen)) + level * walk) @ D.T
    steps, w = np.diff(seen).astype(float), np.linalg.solve(S, np.diff(seen).astype(float))
    drift, se = drift_of(fit.model, fit.estimate)
    np.testing.assert_allclose([drift, se], [w @ np.diff(y[seen]) / (w @ steps), (w @ steps) ** -0.5], rtol=1e-8)
    assert f"The drift is {drift:.5g} per step, with standard error {se:.5g}" in str(fit)
    assert drift_of(st.local_level(y), fit.estimate) is None
    assert "drift is" not in str(st.fit(st.local_level(y, drift=0.5)))
