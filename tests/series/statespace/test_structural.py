import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

import stattools as st
from stattools.errors import DomainError
from stattools.series.statespace.contrasts import Contrasts
from stattools.series.statespace.structural import Structural
from tests.series.statespace.series_cases import CASES, NILE, UNEMPLOYMENT, gappy
from tests.series.statespace.test_components import TREND

LOG_2PI = np.log(2 * np.pi)


def model_of(y, parts, **more):
    return Structural("local_level", "A model", np.asarray(y, dtype=float), np.arange(len(y)), parts, **more)


def test_the_likelihood_of_the_nile():
    assert st.local_level(NILE).loglik([15098.5, 1469.18]) == pytest.approx(-632.5456251030, abs=5e-10)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("gaps", [(), (3, 20, 21, 60, 150)], ids=["complete", "gaps"])
def test_the_likelihood_is_that_of_statsmodels_up_to_the_constant(case, gaps):
    parts, variances = CASES[case]
    y = gappy(UNEMPLOYMENT, gaps) if gaps else UNEMPLOYMENT
    X = np.random.default_rng(0).normal(size=(len(y), 2))
    reference = UnobservedComponents(
        y, TREND[parts.trend], seasonal=parts.period or None, exog=X, use_exact_diffuse=True
    )
    reference.ssm.tolerance = 0
    theta = [*variances, 0.3, -0.1]
    ours = model_of(y, parts, X=X, regressors=("a", "b")).loglik(theta)
    expected = reference.loglike(theta) + 0.5 * parts.diffuse * LOG_2PI
    np.testing.assert_allclose(ours, expected, rtol=1e-8)


@pytest.mark.parametrize(("r", "q"), [(15000.0, 1500.0), (1e4, 1e-3), (1.0, 1e4)])
def test_the_engines_agree_where_they_meet(r, q):
    theta = np.array([r, q])
    model = st.local_level(NILE)
    empty = np.zeros((100, 0))
    values = [
        model.loglik(theta),
        model.random_walk(theta, np.zeros(0)).loglik(),
        Contrasts.of(NILE, empty, model.components).loglik(theta, np.zeros(0)),
    ]
    np.testing.assert_allclose(values, values[0], rtol=1e-9)


@pytest.mark.parametrize("gaps", [False, True])
def test_evaluate_gives_slopes_on_the_log_scale(gaps):
    model, theta = st.local_level(gappy(NILE) if gaps else NILE), np.array([14000.0, 2000.0])
    now = model.evaluate(theta)
    for j, axis in enumerate(np.eye(2)):
        up, down = theta * np.exp(1e-4 * axis), theta * np.exp(-1e-4 * axis)
        slope = (model.loglik(up) - model.loglik(down)) / 2e-4
        assert now.score[j] * theta[j] == pytest.approx(slope, abs=1e-6)
        bend = (model.evaluate(up, 1).score - model.evaluate(down, 1).score) / 2e-4
        np.testing.assert_allclose(now.information[j] * theta[j], -bend, rtol=2e-6, atol=1e-12)


def test_outside_the_domain():
    model = st.local_level(NILE)
    assert model.evaluate([-1.0, 1.0]).loglik == -np.inf
    assert model.evaluate([0.0, 0.0]).loglik == -np.inf
    for theta, message in (
        ([1.0], "2 parameters"),
        ([1.0, -2.0], "sigma2.level = -2"),
        ([0.0, 0.0], "nothing is random"),
        ([1.0, np.nan], "finite parameters"),
    ):
        with pytest.raises(DomainError, match=message):
            model.loglik(theta)


def test_units_change_the_likelihood_by_its_jacobian():
    y, theta = NILE, np.array([15000.0, 1500.0])
    ours, scaled = st.local_level(y).loglik(theta), st.local_level(1000.0 * y).loglik(1e6 * theta)
    assert scaled == pytest.approx(ours - 99 * np.log(1000.0), rel=1e-12)


def test_a_constant_added_changes_nothing_and_time_may_run_backward():
    theta = [15000.0, 1500.0]
    base = st.local_level(NILE).loglik(theta)
    assert st.local_level(NILE + 1e6).loglik(theta) == pytest.approx(base, rel=1e-11)
    assert st.local_level(NILE[::-1]).loglik(theta) == pytest.approx(base, rel=1e-12)


def test_a_climb_steps_back_from_variances_beyond_float64():
    model = st.local_level(np.arange(6.0))
    for theta in ([1e142, 1.0], [1.0, 1e-142], [1e100, 1e-100]):
        assert model.evaluate(theta).loglik == -np.inf
        with pytest.raises(st.DomainError, match="Variances are between 1e-140 and 1e"):
            model.loglik(theta)
