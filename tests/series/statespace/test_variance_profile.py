import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import stattools as st
from tests.series.statespace.series_cases import NILE

CUT = 0.5 * 1.959963984540054**2


@pytest.mark.parametrize("drift", [False, True])
def test_the_ends_are_where_the_profile_crosses_the_cut(drift):
    fit = st.fit(st.local_level(NILE, drift=drift))
    lower, upper = fit.interval(kind="profile")
    for j in range(2):
        for end in (lower[j], upper[j]):

            def other(log, j=j, end=end):
                theta = np.full(2, np.exp(log))
                theta[j] = end
                return -fit.model.loglik(theta)

            best = minimize_scalar(other, bounds=(0.0, 13.0), method="bounded", options={"xatol": 1e-8})
            assert fit.loglik + best.fun == pytest.approx(CUT, abs=1e-6)


def test_at_the_boundary_the_interval_starts_at_zero():
    fit = st.fit(st.local_linear_trend(NILE))
    lower, upper = fit.interval(kind="profile")
    assert lower[2] == 0.0 < upper[2]
    held = [fit.loglik - fit.model.loglik([*fit.estimate[:2], value]) for value in (0.0, upper[2])]
    assert held[0] == pytest.approx(0.0, abs=1e-9)
    assert held[1] >= CUT - 1e-6


def test_an_interval_that_reaches_zero_starts_there():
    y = np.random.default_rng(5).normal(size=60) + 0.05 * np.cumsum(np.random.default_rng(6).normal(size=60))
    fit = st.fit(st.local_level(y))
    lower, _ = fit.interval(0.99, kind="profile")
    assert lower[1] == 0.0


def test_wald_intervals_of_variances_are_positive_and_exact_on_the_log_scale():
    fit = st.fit(st.local_level(NILE))
    lower, upper = fit.interval(0.95)
    z = 1.959963984540054
    np.testing.assert_allclose(np.log(upper / fit.estimate), z * fit.se / fit.estimate, rtol=1e-12)
    np.testing.assert_allclose(lower * upper, fit.estimate**2, rtol=1e-12)
    assert fit.table()["statistic"].isna().all()


def test_coefficients_keep_their_wald_test():
    x = (np.arange(100) >= 27) * 1.0  # the first dam at Aswan, 1899
    fit = st.fit(st.local_level(NILE, X=x, names=["dam"]))
    row = fit.table().set_index("term").loc["beta.dam"]
    assert row["statistic"] == fit.estimate[2] / fit.se[2]
    assert row["lower"] < row["estimate"] < row["upper"]
