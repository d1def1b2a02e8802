import numpy as np
import pytest
from statsmodels.datasets import macrodata
from statsmodels.tsa.statespace.structural import UnobservedComponents

import stattools as st
from stattools.errors import IncompatibleError
from stattools.series.statespace.maximum import BoundedNewton
from tests.series.statespace.series_cases import NILE, UNEMPLOYMENT, gappy
from tests.series.statespace.test_components import TREND
from tests.sizes import slowly

LOG_GDP = np.log(macrodata.load_pandas().data["realgdp"].to_numpy())
X = np.random.default_rng(0).normal(size=(len(UNEMPLOYMENT), 2))
SEASONAL = UNEMPLOYMENT + np.resize([1.0, -1.0, 0.5, -0.5], len(UNEMPLOYMENT)) + 0.1 * X[:, 0]
MODELS = {
    "nile": lambda: st.local_level(NILE),
    "nile with gaps": lambda: st.local_level(gappy(NILE)),
    "nile, trend": lambda: st.local_linear_trend(NILE),
    "unemployment, trend": lambda: st.local_linear_trend(UNEMPLOYMENT),
    "unemployment, smooth": lambda: st.smooth_trend(gappy(UNEMPLOYMENT)),
    "gdp, trend": lambda: st.local_linear_trend(LOG_GDP),
    "gdp, drift": lambda: st.local_level(LOG_GDP, drift=True),
    "seasonal": lambda: st.local_level(SEASONAL, seasonal=4),
    "seasonal with gaps and regressors": lambda: st.local_level(gappy(SEASONAL), X=X, seasonal=4),
    "regressors": lambda: st.local_linear_trend(UNEMPLOYMENT, X=X),
}


def test_the_nile():
    fit = st.fit(st.local_level(NILE))
    np.testing.assert_allclose(fit.estimate, [15098.52, 1469.176], rtol=1e-6)
    assert fit.loglik == pytest.approx(-632.5456251, abs=1e-7)
    assert fit.names == ("sigma2.irregular", "sigma2.level")
    assert "diffuse, without the constant" in str(fit)
    # Durbin & Koopman (2012), 2.10.3: 15099 and 1469.1
    np.testing.assert_allclose(fit.estimate, [15099, 1469.1], rtol=1e-4)


@pytest.mark.parametrize("name", slowly(MODELS, "seasonal with gaps and regressors", "gdp, drift"))
def test_the_maximum_meets_the_conditions_of_karush_kuhn_and_tucker(name):
    model = MODELS[name]()
    solution = BoundedNewton().solve(model)
    k = len(model.positive)
    score = model.evaluate(solution.estimate, 1).score
    inside = solution.estimate[:k] > 0
    unit = np.append(solution.estimate[:k], np.ones(len(score) - k))
    assert solution.converged
    assert solution.decrement <= 1e-6
    assert (np.abs(score * unit)[:k][inside] < 1e-5).all()
    assert (score[:k][~inside] * solution.estimate[:k].sum() <= 1e-6).all()
    np.testing.assert_allclose(score[k:] / np.sqrt(np.diagonal(model.information(solution.estimate))[k:]), 0, atol=1e-6)


@pytest.mark.parametrize("name", slowly(MODELS, "seasonal", "gdp, trend"))
def test_statsmodels_finds_nothing_higher(name):
    model = MODELS[name]()
    reference = UnobservedComponents(
        model.y,
        TREND[model.components.trend],
        seasonal=model.components.period or None,
        exog=model.X if model.regressors else None,
        use_exact_diffuse=True,
    )
    reference.ssm.tolerance = 0
    theirs = reference.fit(disp=0, maxiter=500).llf + 0.5 * model.diffuse * np.log(2 * np.pi)
    assert BoundedNewton().solve(model).loglik >= theirs - 1e-9 * abs(theirs)


def test_a_variance_at_the_boundary_is_zero_and_said_to_be():
    fit = st.fit(st.local_linear_trend(NILE))
    assert fit.boundary == ("sigma2.trend",)
    assert fit.estimate[2] == 0.0
    assert np.isnan(fit.se[2])
    assert np.isfinite(fit.se[:2]).all()
    assert "sigma2.trend is 0, the boundary" in str(fit)
    level = st.fit(st.local_level(NILE, drift=True))
    np.testing.assert_allclose(fit.estimate[:2], level.estimate, rtol=1e-6)
    np.testing.assert_allclose(fit.se[:2], level.se, rtol=1e-6)
    assert st.fit(st.local_level(np.cumsum([1.0, 2, 3, 1, 2, 3, 1, 2, 3, 2.5]))).boundary == ("sigma2.irregular",)
    noise = st.fit(st.local_level([1.0, -1, 1, -1, 1, -1, 1, -1]))
    assert noise.boundary == ("sigma2.level",)
    np.testing.assert_allclose(noise.estimate[0], 8 / 7, rtol=1e-12)


def test_estimates_scale_with_the_units_and_shift_with_nothing():
    base = st.fit(st.local_linear_trend(UNEMPLOYMENT)).estimate
    other = st.fit(st.local_linear_trend(1e4 * UNEMPLOYMENT + 1e5)).estimate
    np.testing.assert_allclose(other, 1e8 * base, rtol=1e-5, atol=1e-6)


def test_a_long_series_has_the_variances_it_was_made_with():
    random = np.random.default_rng(0)
    y = np.cumsum(0.1 * random.normal(size=200_000)) + random.normal(size=200_000)
    fit = st.fit(st.local_level(y))
    assert (np.abs(fit.estimate - [1.0, 0.01]) < 4 * fit.se).all()


def test_it_is_for_state_space_models():
    with pytest.raises(IncompatibleError, match="state space"):
        BoundedNewton().solve(st.ols([1.0, 2.0, 4.0], [1.0, 2.0, 3.0]))
