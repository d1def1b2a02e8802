"""A series in other units has the same states times the scale and the same likelihood but n log(scale), or an error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st

R = np.random.default_rng(0)
Y = np.cumsum(0.5 * R.normal(size=60)) + R.normal(size=60) + 3.0
X = R.normal(size=(60, 1))
MODELS: dict[str, Any] = {
    "level": st.local_level,
    "trend": st.local_linear_trend,
    "smooth": st.smooth_trend,
    "gaps": lambda y: st.local_level(np.where(np.arange(60) % 7 == 3, np.nan, y)),
    "regression": lambda y: st.local_level(y, X=X),
    "seasonal": lambda y: st.local_level(y, seasonal=4),
}
SCALES = (1e-300, 1e-150, 1e-49, 1e-20, 1e20, 1e49, 1e150, 1e300)


@pytest.mark.parametrize("name", MODELS)
def test_state_space_models(name: str) -> None:
    plain = st.fit(MODELS[name](Y))
    states = plain.states()[["mean", "lower", "upper"]]
    for scale in SCALES:
        if not 1e-50 < scale < 1e50:
            with pytest.raises(st.DomainError, match="squares y, whose largest number is"):
                MODELS[name](Y * scale)
            continue
        fit = st.fit(MODELS[name](Y * scale))
        # the optimum of a variance is known to about the root of round-off
        assert_allclose(fit.states()[["mean", "lower", "upper"]] / scale, states, rtol=1e-4, atol=1e-5)
        spare = fit.model.n - fit.model.diffuse
        assert_allclose(fit.loglik + spare * np.log(scale), plain.loglik, atol=1e-6)


def test_profile_of_a_variance_beside_regressors_does_not_depend_on_units() -> None:
    expected = np.asarray(st.fit(MODELS["regression"](Y)).interval(0.9, kind="profile"))[:, 0]
    for scale in (1e-49, 1e-8, 1e5, 1e49):
        found = np.asarray(st.fit(MODELS["regression"](Y * scale)).interval(0.9, kind="profile"))[:, 0]
        assert_allclose(found / [scale**2, scale**2, scale], expected, rtol=1e-5)


@pytest.mark.parametrize("scale", SCALES)
def test_many_levels_and_smoothing(scale: float) -> None:
    if 1e-50 < scale < 1e50:
        found = st.fit_many(np.stack([Y, Y[::-1]]) * scale)
        assert_allclose(found.estimate / scale**2, st.fit_many(np.stack([Y, Y[::-1]])).estimate, rtol=1e-9)
    else:
        with pytest.raises(st.DomainError, match="fit_many squares series 0"):
            st.fit_many(np.stack([Y, Y[::-1]]) * scale)
    if 1e-120 < scale < 1e120:
        fit, plain = st.fit(st.exponential_smoothing(Y * scale)), st.fit(st.exponential_smoothing(Y))
        assert_allclose(fit.forecast(3)["upper"] / scale, plain.forecast(3)["upper"], rtol=1e-6)
    else:
        with pytest.raises(st.DomainError, match="squares y"):
            st.exponential_smoothing(Y * scale)


@pytest.mark.parametrize("variances", [[1e-320, 1.0], [1.0, 1e-320], [1e300, 1.0], [1e180, 1e-150]])
def test_states_at_variances_beyond_float64_are_refused(variances: list[float]) -> None:
    with pytest.raises(st.DomainError, match="Variances are between"):
        st.states(st.local_level(Y), variances)
