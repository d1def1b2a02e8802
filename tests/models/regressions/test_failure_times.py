"""Accelerated failure times: the values of R's survreg, identities, invariance, and what has no maximum."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import gammaln

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.existence import SeparationError
from stattools.likelihoods.errors_of_log_time import ERRORS


def table(n=60):
    """Rows with times of which a third are censored; the ends of some are all that is known."""
    i = np.arange(n)
    x, g = np.sin(1.7 * i), np.where(i % 3 == 1, "b", "a")
    t = np.round(np.exp(1.0 + 0.6 * x - 0.4 * (g == "b") + 0.5 * np.log(-np.log((0.5 + (i * 37 % n)) / n))), 3) + 0.01
    d = (i * 7 % 5 > 1).astype(int)
    return {
        "t": t,
        "d": d,
        "x": x,
        "g": g,
        "lo": np.where(i % 4 == 0, 0.0, np.where(i % 4 == 1, t, np.where(i % 4 == 2, t, 0.7 * t))),
        "hi": np.where(i % 4 == 0, t, np.where(i % 4 == 1, np.inf, np.where(i % 4 == 2, t, 1.4 * t))),
    }


SURVREG = {
    ("weibull", False): (
        [1.261610332, 0.5943813314, -0.406412436, -0.6464786721],
        [0.1074162921, 0.1410870609, 0.1853143594, 0.1325649585],
        -73.141546928,
    ),
    ("weibull", True): (
        [0.9033613173, 0.7494112918, -0.4377364252],
        [0.1007805994, 0.155316347, 0.144051879],
        -68.3333790769,
    ),
    ("exponential", False): (
        [1.395535285, 0.577027236, -0.4026664936],
        [0.2044493155, 0.2537284186, 0.3538772623],
        -81.9378598483,
    ),
    ("exponential", True): (
        [0.8828945149, 0.7794867759],
        [0.1526997059, 0.2305675905],
        -72.1211713701,
    ),
    ("lognormal", False): (
        [1.018968491, 0.6401440028, -0.3990711304, -0.2720560057],
        [0.1373542506, 0.158281454, 0.2328085838, 0.1202193479],
        -75.3862786321,
    ),
    ("lognormal", True): (
        [0.5736433271, 0.6806225212, -0.1971983656],
        [0.1193993984, 0.1703451247, 0.1316336977],
        -70.4263634297,
    ),
    ("loglogistic", False): (
        [1.038204537, 0.6072877784, -0.400568729, -0.8914786845],
        [0.1230021522, 0.1467332531, 0.211400035, 0.1382517058],
        -74.0573749616,
    ),
    ("loglogistic", True): (
        [0.6141918076, 0.6995993612, -0.7528616336],
        [0.1164848321, 0.1674868884, 0.1496026711],
        -70.3087720977,
    ),
}
"""Of survreg(Surv(t, d) ~ x + g) and, with ends, survreg(Surv(lo, hi, type = "interval2") ~ x) of R: coefficients and
log(scale), standard errors, log-likelihood."""


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("outcome", ["survival(t, d) ~ x + g", "survival(lo, hi, type='interval') ~ x"])
def test_fits_are_those_of_r(name, outcome):
    fit = st.fit(st.aft(outcome, table(), distribution=name))
    estimate, se, loglik = SURVREG[name, "lo" in outcome]
    assert_allclose(fit.estimate, estimate, rtol=1e-6, atol=1e-7)
    assert_allclose(fit.se, se, rtol=1e-6)
    assert_allclose(fit.loglik, loglik, rtol=1e-9)
    assert "of the maximum" in str(fit)  # the only one


def test_one_group_of_exponential_times_is_events_over_time():
    rows = table()
    fit = st.fit(st.aft("survival(t, d) ~ 1", rows, distribution="exponential"))
    assert_allclose(fit.estimate, np.log(rows["t"].sum() / rows["d"].sum()), rtol=1e-10)
    assert_allclose(fit.se, 1.0 / np.sqrt(rows["d"].sum()), rtol=1e-9)


def test_the_hazards_of_a_weibull_fit_add_up_to_the_events():
    fit = st.fit(st.aft("survival(t, d) ~ x + g", table()))
    assert_allclose(fit.residuals_of("cox_snell").sum(), table()["d"].sum(), rtol=1e-9)
    assert abs(fit.residuals_of("quantile", seed=1).mean()) < 0.3
    for kind in ("response", "pearson", "deviance"):
        with pytest.raises(IncompatibleError, match="censored"):
            fit.residuals_of(kind)


def test_lognormal_times_that_were_all_seen_are_least_squares():
    rows = table()
    fit, lines = st.fit(st.aft("survival(t) ~ x", rows, distribution="lognormal")), st.fit(st.ols("log(t) ~ x", rows))
    assert_allclose(fit.estimate[:2], lines.estimate, rtol=1e-9)
    assert_allclose(fit.loglik, lines.loglik - np.log(rows["t"]).sum(), rtol=1e-9)


@pytest.mark.parametrize("name", ERRORS)
def test_units_and_order_change_nothing(name):
    rows = pd.DataFrame(table())

    def fitted(rows):
        return st.fit(st.aft("survival(t, d) ~ x", rows, distribution=name))

    fit = fitted(rows)
    scaled = fitted(rows.assign(t=1e6 * rows.t)).estimate
    scaled[0] -= 6.0 * np.log(10.0)
    moved = fitted(rows.assign(x=rows.x + 1e5)).estimate
    small = fitted(rows.assign(x=1e-6 * rows.x)).estimate
    small[1] *= 1e-6
    for other in (scaled, np.append(fit.estimate[:1], moved[1:]), small, fitted(rows.iloc[::-1]).estimate):
        assert (np.abs(other - fit.estimate) <= 1e-9 * fit.se).all()


def test_weights_are_repeated_rows_and_an_offset_multiplies_the_time():
    rows = pd.DataFrame(table()).assign(w=1 + np.arange(60) % 3, o=np.log(2.0))
    weighted = st.fit(st.aft("survival(t, d) ~ x", rows, weights="w"))
    repeated = st.fit(st.aft("survival(t, d) ~ x", rows.loc[rows.index.repeat(rows.w)]))
    assert_allclose(weighted.estimate, repeated.estimate, rtol=1e-9)
    shifted = st.fit(st.aft("survival(t, d) ~ x", rows, offset="o")).estimate
    assert_allclose(shifted + [np.log(2.0), 0.0, 0.0], st.fit(st.aft("survival(t, d) ~ x", rows)).estimate, rtol=1e-9)


def test_a_scale_with_columns_has_a_local_maximum_and_is_tested():
    fit = st.fit(st.aft("survival(t, d) ~ x", table(), scale="~ g"))
    assert fit.names == ("Intercept", "x", "log scale: Intercept", "log scale: g[T.b]")
    assert "a local maximum" in str(fit)
    assert st.likelihood_ratio(fit, st.fit(st.aft("survival(t, d) ~ x", table()))).df == 1


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("unit", [1.0, 1e-30])
def test_a_group_that_is_all_censored_is_named_whatever_the_unit(name, unit):
    rows = table()
    alone = rows | {"t": unit * rows["t"] ** 0.05, "d": np.where(rows["g"] == "b", 0, rows["d"])}
    with pytest.raises(SeparationError, match=r"g\[T.b\] = inf"):
        st.fit(st.aft("survival(t, d) ~ x + g", alone, distribution=name))


def test_fits_are_saved(tmp_path):
    fit = st.fit(st.aft("survival(lo, hi, type='interval') ~ x", table()))
    again = st.load(fit.save(tmp_path / "fit"))
    assert str(again) == str(fit)
    assert_allclose(again.predict({"x": [1.0]}, kind="median"), fit.predict({"x": [1.0]}, kind="median"), rtol=0)


@pytest.mark.parametrize("name", ERRORS)
def test_fits_agree_with_scipys_log_density(name):
    assert st.validate(st.fit(st.aft("survival(lo, hi, type='interval') ~ x", table(), distribution=name))).ok


def test_what_is_drawn_again_was_seen():
    with pytest.raises(IncompatibleError, match="cannot be drawn again"):
        st.bootstrap(st.aft("survival(t, d) ~ x", table()), draws=10, seed=1, kind="parametric")
    found = st.bootstrap(st.aft("survival(t) ~ x", table()), draws=10, seed=1, kind="parametric")
    assert found.failed == 0


def test_the_mean_of_a_weibull_time_has_its_gamma_function():
    fit = st.fit(st.aft("survival(t, d) ~ x", table()))
    mean = np.exp(fit.estimate[0] + gammaln(1.0 + np.exp(fit.estimate[-1])))
    assert_allclose(fit.predict({"x": [0.0]}), mean, rtol=1e-12)


def test_bad_options_are_refused():
    with pytest.raises(DomainError, match="distribution="):
        st.aft("survival(t, d) ~ x", table(), distribution="gompertz")
    with pytest.raises(IncompatibleError, match="Leave it out"):
        st.aft("survival(t, d) ~ x", table(), distribution="exponential", scale="~ x")
    assert st.aft("survival(t, d) ~ x", table(), distribution="log-normal").title == "Log-normal regression"
